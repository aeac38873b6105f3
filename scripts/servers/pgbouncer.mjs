// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemon, freePort } from './processes.mjs';
import { postgresAnswers } from './postgres.mjs';
import { asUser, program } from './programs.mjs';

export const programs = { pgbouncer: 'pgbouncer', pg_isready: 'postgresql-client' };

/**
 * A PgBouncer in transaction mode: what one client says in two transactions is heard by two connections of few.
 *
 * @param {string} folder
 * @param {URL} server the PostgreSQL behind it
 */
export async function pgbouncer(folder, server) {
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users');
  const { hostname, port: at, username, password, pathname } = server;
  writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${at === '' ? 5432 : at}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${users}`,
    `admin_users = ${decodeURIComponent(username)}`, // `psql …/pgbouncer -c 'SHOW POOLS'`
    'pool_mode = transaction',
    'default_pool_size = 5',
    'max_client_conn = 200',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const user = await asUser('postgres', folder); // it refuses to run as root
  await daemon(folder, [...user, program('pgbouncer'), file])(() => postgresAnswers(port));
  return `postgres://${username}@127.0.0.1:${port}${pathname}`;
}
