// @ts-check
// The servers that the tests of stores need, on loopback, with their data in a temporary folder of ours:
//   node scripts/servers.mjs run -- <command…>   starts them, runs the command with their URLs in its environment, stops them
//   node scripts/servers.mjs start               starts them, prints `export NAME=URL` lines, and leaves them running
//   node scripts/servers.mjs stop                stops those that `start` left running, by their pids
// What is missing is installed from Debian's packages. URLs that are in the environment already are left alone.
import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './report.mjs';
import { mongo } from './servers/mongo.mjs';

const stateFile = join(tmpdir(), 'typed-session-servers.json');

/**
 * @typedef {{ name: string, start: (folder: string, port: number) => Promise<string> }} Server starting one gives its URL
 */

/** @type {Server[]} */
const servers = [
  { name: 'REDIS_URL', start: redis },
  { name: 'POSTGRES_URL', start: postgres },
  { name: 'MYSQL_URL', start: mariadb },
  { name: 'MONGO_URL', start: async (folder, port) => mongo(folder, port, daemon) },
];

/** @param {string} folder @param {number} port */
async function redis(folder, port) {
  await need('redis-server', 'redis-server');
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  daemon('redis-server', options, folder);
  await answers(port, 'PING\r\n', '+PONG');
  return `redis://127.0.0.1:${port}`;
}

/** @param {string} folder @param {number} port */
async function postgres(folder, port) {
  if (postgresBin() === undefined) await install('postgresql');
  const bin = postgresBin() ?? '';
  const data = join(folder, 'data');
  const user = await ownedBy('postgres', folder); // it refuses to run as root
  await run('setpriv', [...user, join(bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8']);
  const options = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  daemon('setpriv', [...user, join(bin, 'postgres'), ...options], folder);
  const ready = ['-h', '127.0.0.1', '-p', `${port}`];
  await until('PostgreSQL', () => run(join(bin, 'pg_isready'), ready).then(() => true));
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

function postgresBin() {
  return [17, 16, 15, 14, 13].map((major) => `/usr/lib/postgresql/${major}/bin`).find((folder) => existsSync(folder));
}

/** @param {string} folder @param {number} port */
async function mariadb(folder, port) {
  await need('mariadbd', 'mariadb-server');
  const data = join(folder, 'data');
  mkdirSync(data);
  const user = await ownedBy('mysql', folder);
  const common = ['--no-defaults', `--datadir=${data}`];
  await run('setpriv', [...user, 'mariadb-install-db', ...common, '--auth-root-authentication-method=normal']);
  const options = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 's')}`, `--pid-file=${join(folder, 'pid')}`]; // prettier-ignore
  daemon('setpriv', [...user, 'mariadbd', ...common, ...options], folder);
  const client = ['--no-defaults', '-h', '127.0.0.1', '-P', `${port}`, '-u', 'root'];
  await until('MariaDB', () => run('mariadb', [...client, '-e', 'CREATE DATABASE IF NOT EXISTS sessions']).then(() => true)); // prettier-ignore
  return `mysql://root@127.0.0.1:${port}/sessions`;
}

/** @param {string} command @param {string} debianPackage */
async function need(command, debianPackage) {
  await run('which', [command]).catch(() => install(debianPackage));
}

let updated = false;

/** @param {string} debianPackage */
async function install(debianPackage) {
  if (!updated) await run('apt-get', ['update', '-qq']);
  updated = true;
  // Debian starts what it installs; these servers are ours to start.
  const policy = '/usr/sbin/policy-rc.d';
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], { env });
  } finally {
    if (mine) rmSync(policy);
  }
}

/** What makes a command run as a user, and the folder his. @param {string} name @param {string} folder */
async function ownedBy(name, folder) {
  const [uid = '', gid = ''] = (await Promise.all(['-u', '-g'].map((what) => run('id', [what, name])))).map((id) => id.trim()); // prettier-ignore
  chownSync(folder, Number(uid), Number(gid));
  const data = join(folder, 'data');
  if (existsSync(data)) chownSync(data, Number(uid), Number(gid));
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

/** The processes that were started. @type {number[]} */
const pids = [];

/** Starts a process that outlives this one; what it says is in `folder/log`. @param {string} command @param {string[]} args @param {string} folder */
function daemon(command, args, folder) {
  const script = 'exec "$@" >"$0" 2>&1';
  const child = spawn('sh', ['-c', script, join(folder, 'log'), command, ...args], { cwd: folder, detached: true, stdio: 'ignore' }); // prettier-ignore
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} did not start`);
  pids.push(child.pid);
}

/** Waits until a server answers what it should. @param {number} port @param {string} question @param {string} answer */
function answers(port, question, answer) {
  return until(`port ${port}`, () => ask(port, question).then((text) => text.startsWith(answer)));
}

/** @param {number} port @param {string} question @returns {Promise<string>} */
function ask(port, question) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(question));
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('latin1'));
    });
    socket.once('error', reject);
  });
}

/** @param {string} what @param {() => Promise<boolean>} isReady */
async function until(what, isReady) {
  const deadline = Date.now() + 60_000;
  let last = 'no answer';
  while (Date.now() < deadline) {
    const ready = await isReady().catch((error) => {
      last = error instanceof Error ? error.message : String(error);
      return false;
    });
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} is not there after 60 s: ${last}`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @typedef {{ root: string, pids: number[] }} Running what is to be stopped and removed again */

/** @returns {Promise<Running>} */
async function prepare() {
  const root = mkdtempSync(join(tmpdir(), 'typed-session-servers-'));
  await run('chmod', ['755', root]); // servers that run as other users have their folders in it
  return { root, pids };
}

/**
 * @param {Running} running
 * @returns {Promise<Record<string, string>>} the URLs, by the names of their variables
 */
async function start({ root }) {
  /** @type {Record<string, string>} */
  const urls = {};
  for (const { name, start } of servers) {
    const given = process.env[name];
    if (given !== undefined) {
      urls[name] = given;
      continue;
    }
    const folder = join(root, name);
    mkdirSync(folder);
    urls[name] = await start(folder, await freePort());
  }
  await need('nginx', 'nginx-light'); // a test starts it, with a configuration of its own
  return urls;
}

/** @param {Running} running */
async function stop({ root, pids }) {
  for (const pid of pids) signal(pid, 'SIGTERM');
  for (const pid of pids) await until(`the end of ${pid}`, async () => !signal(pid, 0)).catch(() => signal(pid, 'SIGKILL')); // prettier-ignore
  rmSync(root, { recursive: true, force: true });
}

/** Starts them to stay; what is needed to stop them is in a file. */
async function startToStay() {
  if (existsSync(stateFile)) throw new Error('they are running: node scripts/servers.mjs stop');
  const running = await prepare();
  try {
    const urls = await start(running);
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

/** Whether there was a process to signal. @param {number} pid @param {NodeJS.Signals | 0} name */
function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} command */
async function runWithServers([command = '', ...args]) {
  const running = await prepare();
  try {
    const env = { ...process.env, ...(await start(running)) };
    const child = spawn(command, args, { env, stdio: 'inherit' });
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(name, () => child.kill(name));
    process.exitCode = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    await stop(running);
  }
}

const [verb, ...rest] = process.argv.slice(2);
if (verb === 'start') {
  await startToStay();
} else if (verb === 'stop') {
  await stopThoseThatStayed();
} else if (verb === 'run' && rest[0] === '--' && rest.length > 1) {
  await runWithServers(rest.slice(1));
} else {
  console.error('usage: node scripts/servers.mjs start | stop | run -- <command…>');
  process.exitCode = 2;
}
