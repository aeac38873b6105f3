// @ts-check
import { ask, daemon, freePort } from './processes.mjs';
import { program } from './programs.mjs';

export const programs = { 'redis-server': 'redis-server', 'redis-cli': 'redis-tools' };

/**
 * A Redis of loopback that keeps nothing on disk, unless more options say so.
 *
 * @param {string} folder
 * @param {number} port
 * @param {readonly string[]} [more] a later option overrides an earlier one
 * @param {string} [path] the program
 */
export function redisCommand(folder, port, more = [], path = program('redis-server')) {
  const atOnce = ['--repl-diskless-sync-delay', '0']; // a replica does not wait for others
  return [path, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...atOnce, ...more]; // prettier-ignore
}

/** Whether it serves: while it loads its data, it does not. @param {number} port */
export async function redisAnswers(port) {
  return (await ask(port, 'PING\r\n')).startsWith('+PONG');
}

/** @param {string} folder @param {string} [path] */
export async function redis(folder, path) {
  const port = await freePort();
  await daemon(folder, redisCommand(folder, port, [], path))(() => redisAnswers(port));
  return `redis://127.0.0.1:${port}`;
}
