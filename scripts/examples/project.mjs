// @ts-check
// One example in a folder of its own: copied, installed with the packed library, started, and stopped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../report.mjs';

const root = resolve(import.meta.dirname, '../..');
const SECONDS = 60; // the machine may be busy
const NOT_COPIED = ['node_modules', 'dist', 'docs', 'data'];

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

// No example outlives this process. Each is the leader of a group, so that nothing below `npm start` is left behind.
process.once('exit', () => {
  for (const child of running) killGroup(child, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * Copies an example and installs it, with the packed library in place of the version from the registry.
 *
 * @param {string} name
 * @param {string} temp
 * @param {string} tarball
 */
export async function install(name, temp, tarball) {
  const cwd = join(temp, name);
  cpSync(join(root, 'examples', name), cwd, {
    recursive: true,
    filter: (source) => !NOT_COPIED.includes(basename(source)),
  });
  const file = join(cwd, 'package.json');
  const text = readFileSync(file, 'utf8');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const dependency = `"typed-session": "^${version}"`;
  if (!text.includes(dependency)) throw new Error(`package.json does not have ${dependency}`);
  writeFileSync(file, text.replace(dependency, `"typed-session": ${JSON.stringify(`file:${tarball}`)}`));
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd });
  return cwd;
}

/**
 * @typedef Running
 * @property {string} base the address that it printed
 * @property {(signal?: NodeJS.Signals) => Promise<number | null>} stop resolves to the exit code
 */

/**
 * Starts an app on a free port, and waits until it has printed its address.
 *
 * @param {string} cwd
 * @param {{ command?: string[], env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Running>}
 */
export async function start(cwd, { command = ['npm', 'start'], env = {} } = {}) {
  const [program = '', ...args] = command;
  const clean = { ...process.env };
  for (const name of ['SESSION_SECRET', 'SESSION_STORE', 'HOST', 'NODE_ENV']) Reflect.deleteProperty(clean, name);
  const child = spawn(program, args, {
    cwd,
    env: { ...clean, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const exit = once(child, 'exit').finally(() => running.delete(child));
  let printed = '';
  child.stderr.on('data', (chunk) => (printed += String(chunk)));
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), SECONDS * 1000);
  for await (const line of createInterface({ input: child.stdout })) {
    printed += `${line}\n`;
    const base = /http:\/\/[^\s/]+/.exec(line)?.[0];
    if (base === undefined) continue;
    clearTimeout(timer);
    child.stdout.resume(); // or a full pipe would stop it
    return { base: base.replace('localhost', '127.0.0.1'), stop: (signal = 'SIGTERM') => stop(child, exit, signal) };
  }
  clearTimeout(timer);
  throw new Error(`it did not start within ${SECONDS} s:\n${printed}`);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<any[]>} exit
 * @param {NodeJS.Signals} signal
 */
async function stop(child, exit, signal) {
  killGroup(child, signal);
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), SECONDS * 1000);
  const [code] = await exit;
  clearTimeout(timer);
  killGroup(child, 'SIGKILL'); // what npm has started and not waited for
  return code;
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function killGroup({ pid }, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // the group has ended
  }
}
