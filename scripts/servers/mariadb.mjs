// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../report.mjs';
import { daemon, freePort } from './processes.mjs';
import { asUser, program } from './programs.mjs';

export const programs = {
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
  mariadb: 'mariadb-client',
};

/** @param {string} folder */
export async function mariadb(folder) {
  const port = await freePort();
  const data = join(folder, 'data');
  mkdirSync(data);
  const user = await asUser('mysql', folder);
  const common = ['--no-defaults', `--datadir=${data}`];
  const [command = '', ...args] = [...user, program('mariadb-install-db')];
  await run(command, [...args, ...common, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const options = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 's')}`, `--pid-file=${join(folder, 'pid')}`]; // prettier-ignore
  const client = ['--no-defaults', '-h', '127.0.0.1', '-P', `${port}`, '-u', 'root'];
  const until = daemon(folder, [...user, program('mariadbd'), ...common, ...options]);
  await until(() => run(program('mariadb'), [...client, '-e', 'CREATE DATABASE IF NOT EXISTS sessions']).then(() => true)); // prettier-ignore
  return `mysql://root@127.0.0.1:${port}/sessions`;
}
