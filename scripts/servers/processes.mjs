// @ts-check
// Processes that outlive the one which started them, their ports, and how to know that they are ready.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** @typedef {{ pid: number, end: NodeJS.Signals }} Started a process, and the signal that ends it at once and in order */

/** Every process that was started here, in this order. @type {Started[]} */
export const started = [];

let noMore = false;

/** From here on nothing is started, and what is waited for is given up. */
export function startNoMore() {
  noMore = true;
}

/** Throws after `startNoMore()`. */
export function mayStart() {
  if (noMore) throw new Error('the servers are being stopped');
}

/**
 * Starts a process; what it says is in `folder/log`.
 *
 * @param {string} folder
 * @param {string[]} command
 * @param {NodeJS.Signals} [end]
 * @returns {(isReady: () => Promise<boolean>) => Promise<void>} waits until it is ready; throws what it said if it has ended
 */
export function daemon(folder, command, end = 'SIGTERM') {
  mayStart();
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'log');
  const child = spawn('sh', ['-c', 'exec "$@" >"$0" 2>&1', log, ...command], { cwd: folder, detached: true, stdio: 'ignore' }); // prettier-ignore
  child.unref();
  if (child.pid === undefined) throw new Error(`${command[0]} did not start`);
  started.push({ pid: child.pid, end });
  return (isReady) => {
    const hasEnded = () => noMore || child.exitCode !== null || child.signalCode !== null;
    return until(isReady, hasEnded).catch((error) => {
      throw new Error(`${command.join(' ')}: ${error.message}\n${readFileSync(log, 'utf8').slice(-2000)}`);
    });
  };
}

/** Ends processes, and returns when they have gone. @param {readonly Started[]} those */
export async function endAll(those) {
  for (const { pid, end } of those) signal(pid, end);
  for (const { pid } of those) await until(async () => !signal(pid, 0)).catch(() => signal(pid, 'SIGKILL'));
}

/** Whether there was a process to signal. @param {number} pid @param {NodeJS.Signals | 0} name */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Asks again and again, for a minute at most. @param {() => Promise<boolean>} isReady @param {() => boolean} [hasEnded] */
export async function until(isReady, hasEnded = () => false) {
  let last = 'no answer';
  for (const start = performance.now(); performance.now() - start < 60_000; await after(25)) {
    const ready = await isReady().catch((error) => {
      last = error instanceof Error ? error.message : String(error);
      return false;
    });
    if (ready) return;
    if (hasEnded()) throw new Error('it has ended');
  }
  throw new Error(`not ready after 60 s: ${last}`);
}

/** Writes text to a port of loopback. @param {number} port @param {string} question @returns {Promise<string>} the first bytes that come back */
export function ask(port, question) {
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

/** Whether something accepts connections at a port of loopback. @param {number} port @returns {Promise<boolean>} */
export function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** @type {Set<number>} */
const given = new Set();

/**
 * A port of loopback that nobody listens at, and that nobody is given later as the near end of a connection of his own
 * (systems give those from 32768 on), so that a server that was stopped finds it free again.
 *
 * @param {number} [second] how far above it another free port must be
 * @returns {Promise<number>}
 */
export async function freePort(second = 0) {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 10_000);
    if (!given.has(port) && (await isFree(port)) && (await isFree(port + second))) {
      given.add(port);
      return port;
    }
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
