// @ts-check
// The servers that the tests of stores need, on loopback, with their data in a temporary folder of ours:
//   node scripts/servers.mjs run [NAME…] -- <command…>   starts them, runs the command with their URLs in its environment, stops them
//   node scripts/servers.mjs start [NAME…]               starts them, prints `export NAME=URL` lines, and leaves them running
//   node scripts/servers.mjs stop                        stops those that `start` left running, by their pids
// A NAME is a variable that a URL is in (REDIS_URL POSTGRES_URL); without names, it is all of them. What is missing is
// installed from Debian's packages. URLs that are in the environment already are left alone.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './report.mjs';
import * as mariadb from './servers/mariadb.mjs';
import * as mongo from './servers/mongo.mjs';
import * as pgbouncer from './servers/pgbouncer.mjs';
import * as postgres from './servers/postgres.mjs';
import { endAll, mayStart, started, startNoMore } from './servers/processes.mjs';
import { need } from './servers/programs.mjs';
import { redisCluster } from './servers/redis-cluster.mjs';
import { redisSentinel } from './servers/redis-sentinel.mjs';
import * as wheels from './servers/redis-wheels.mjs';
import * as redis from './servers/redis.mjs';

const stateFile = join(tmpdir(), 'typed-session-servers.json');

/**
 * @typedef Server
 * @property {Record<string, string>} programs the Debian packages of what it needs, by the names of the programs
 * @property {string} [behind] the server that it stands before
 * @property {boolean} [optional] not to be had everywhere: its variable is left out then, but in CI
 * @property {(folder: string, behind: URL) => Promise<string>} start gives its URL, or several with commas between
 */

/** By the names of their variables; those that take longest begin first. @type {Record<string, Server>} */
const servers = {
  MONGO_URL: { programs: mongo.programs, start: mongo.mongo },
  MYSQL_URL: { programs: mariadb.programs, start: mariadb.mariadb },
  REDIS_CLUSTER_URLS: { programs: redis.programs, start: redisCluster },
  POSTGRES_URL: { programs: postgres.programs, start: postgres.postgres },
  PGBOUNCER_URL: { programs: pgbouncer.programs, behind: 'POSTGRES_URL', start: pgbouncer.pgbouncer },
  REDIS_URL: { programs: redis.programs, start: (folder) => redis.redis(folder) },
  REDIS_SENTINEL_URLS: { programs: redis.programs, start: redisSentinel },
  REDIS6_URL: { programs: wheels.programs, optional: true, start: (folder) => wheels.redisOfWheel(folder, wheels.redis6) }, // prettier-ignore
  VALKEY_URL: { programs: wheels.programs, optional: true, start: (folder) => wheels.redisOfWheel(folder, wheels.valkey) }, // prettier-ignore
};

/** @typedef {{ root: string, started: import('./servers/processes.mjs').Started[] }} Running what is to be stopped and removed again */

/** @returns {Promise<Running>} */
async function prepare() {
  const root = mkdtempSync(join(tmpdir(), 'typed-session-servers-'));
  await run('chmod', ['755', root]); // servers that run as other users have their folders in it
  return { root, started };
}

/**
 * Starts servers side by side.
 *
 * @param {string} root
 * @param {readonly string[]} names none for all
 * @returns {Promise<Record<string, string>>} the URLs, by the names of their variables
 */
async function start(root, names) {
  const all = names.length === 0;
  const wanted = new Set(all ? Object.keys(servers) : names.flatMap((name) => [servers[name]?.behind ?? name, name]));
  const missing = Object.entries(servers).filter(([name]) => wanted.has(name) && process.env[name] === undefined);
  const required = missing.filter(([, { optional = false }]) => !optional);
  const nginx = { nginx: 'nginx-light' }; // a test starts it, with a configuration of its own
  await need(Object.assign({}, all ? nginx : {}, ...required.map(([, { programs }]) => programs)));
  /** @type {Map<string, Promise<string | undefined>>} */
  const urls = new Map();
  for (const name of wanted) if (process.env[name] !== undefined) urls.set(name, Promise.resolve(process.env[name]));
  for (const [name, { programs, behind = '', optional = false, start }] of missing) {
    const startIt = async () => {
      await need(programs);
      const folder = join(root, name);
      mkdirSync(folder);
      return start(folder, new URL((await urls.get(behind)) ?? 'no:server'));
    };
    const leaveOut = (/** @type {Error} */ error) => console.error(`${name} is left out: ${error.message}`);
    const mayLack = optional && all && process.env['CI'] !== 'true'; // in CI a missing server is a failure
    urls.set(name, mayLack ? startIt().catch(leaveOut).then((url) => url ?? undefined) : startIt()); // prettier-ignore
  }
  await Promise.allSettled(urls.values()); // so that none begins after another's failure
  mayStart();
  const known = await Promise.all([...urls].map(async ([name, url]) => [name, await url]));
  return Object.fromEntries(known.filter(([, url]) => url !== undefined));
}

/** @param {Running} running */
async function stop({ root, started }) {
  await endAll(started);
  rmSync(root, { recursive: true, force: true });
}

/** Starts them to stay; what is needed to stop them is in a file. @param {readonly string[]} names */
async function startToStay(names) {
  if (existsSync(stateFile)) throw new Error('some are running: node scripts/servers.mjs stop');
  const running = await prepare();
  try {
    untilStarted();
    const urls = await start(running.root, names);
    writeFileSync(stateFile, JSON.stringify(running));
    for (const [name, url] of Object.entries(urls)) console.log(`export ${name}=${url}`);
  } catch (error) {
    await stop(running);
    throw error;
  }
}

async function stopThoseThatStayed() {
  if (!existsSync(stateFile)) return;
  await stop(/** @type {Running} */ (JSON.parse(readFileSync(stateFile, 'utf8'))));
  rmSync(stateFile);
}

/** @param {readonly string[]} names @param {readonly string[]} command */
async function runWithServers(names, [command = '', ...args]) {
  const running = await prepare();
  try {
    const later = untilStarted();
    const env = { ...process.env, ...(await start(running.root, names)) };
    const child = spawn(command, args, { env, stdio: 'inherit' });
    later.onSignal = (name) => void child.kill(name);
    process.exitCode = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    await stop(running);
  }
}

/** What a signal does until something else is to be done: what is being started fails, and so is stopped again. */
function untilStarted() {
  /** @type {{ onSignal: (name: NodeJS.Signals) => void }} */
  const later = { onSignal: startNoMore };
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(name, () => later.onSignal(name));
  return later;
}

const [verb, ...rest] = process.argv.slice(2);
const dashes = rest.indexOf('--');
const names = dashes < 0 ? rest : rest.slice(0, dashes);
const command = dashes < 0 ? [] : rest.slice(dashes + 1);
const unknown = names.filter((name) => !(name in servers));
if (unknown.length > 0) {
  console.error(`no such server: ${unknown.join(', ')} (there are ${Object.keys(servers).join(', ')})`);
  process.exitCode = 2;
} else if (verb === 'start' && dashes < 0) {
  await startToStay(names);
} else if (verb === 'stop' && rest.length === 0) {
  await stopThoseThatStayed();
} else if (verb === 'run' && command.length > 0) {
  await runWithServers(names, command);
} else {
  console.error('usage: node scripts/servers.mjs start [NAME…] | stop | run [NAME…] -- <command…>');
  process.exitCode = 2;
}
