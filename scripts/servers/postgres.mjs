// @ts-check
import { join } from 'node:path';
import { run } from '../report.mjs';
import { daemon, freePort } from './processes.mjs';
import { asUser, program } from './programs.mjs';

export const programs = { postgres: 'postgresql', psql: 'postgresql-client' };

/** The signal that ends it without waiting for its clients. */
export const postgresEnd = 'SIGINT';

/** Makes `folder/data`. @param {string} folder */
export async function initdb(folder) {
  const [command = '', ...args] = [...(await asUser('postgres', folder)), program('initdb')]; // it refuses to run as root
  await run(command, [...args, '-D', join(folder, 'data'), '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync', '--wal-segsize=1']); // prettier-ignore
}

/** A PostgreSQL of loopback on `folder/data`. @param {string} folder @param {number} port */
export async function postgresCommand(folder, port) {
  const settings = ['fsync=off', 'unix_socket_directories=', 'dynamic_shared_memory_type=mmap'].flatMap((setting) => ['-c', setting]); // prettier-ignore
  return [...(await asUser('postgres', folder)), program('postgres'), '-D', join(folder, 'data'), '-p', `${port}`, '-h', '127.0.0.1', ...settings]; // prettier-ignore
}

/** Whether it serves: while it recovers, it does not. @param {number} port */
export async function postgresAnswers(port) {
  await run(program('pg_isready'), ['-q', '-h', '127.0.0.1', '-p', `${port}`]);
  return true;
}

/** @param {string} folder */
export async function postgres(folder) {
  const port = await freePort();
  await initdb(folder);
  await daemon(folder, await postgresCommand(folder, port), postgresEnd)(() => postgresAnswers(port));
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}
