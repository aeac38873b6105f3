// @ts-check
// The programs that servers are: where they are, how they come here, and as which user they run.
import { accessSync, chownSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../report.mjs';

const postgresVersions = '/usr/lib/postgresql'; // Debian has PostgreSQL's programs in folders by version

/** Where a program is; undefined where it is not installed. @param {string} name */
function find(name) {
  const versions = existsSync(postgresVersions) ? readdirSync(postgresVersions) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(postgresVersions, version, 'bin')); // prettier-ignore
  const folders = [...newestFirst, ...(process.env['PATH'] ?? '').split(':'), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a program. @param {string} name */
export function program(name) {
  const path = find(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

let updated = false;
/** @type {Promise<unknown>} */
let installing = Promise.resolve();

/**
 * Installs the Debian packages of those programs that are missing, one call after the other.
 *
 * @param {Record<string, string>} programs their packages by their names
 * @returns {Promise<void>}
 */
export function need(programs) {
  const done = installing.then(async () => {
    const missing = Object.keys(programs).filter((name) => find(name) === undefined);
    if (missing.length > 0) await install([...new Set(missing.map((name) => programs[name] ?? name))]);
  });
  installing = done.catch(() => undefined);
  return done;
}

/** @param {string[]} packages */
async function install(packages) {
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=600'];
  if (!updated) await run('apt-get', ['update', ...options]);
  updated = true;
  // Debian starts what it installs; these servers are ours to start.
  const policy = '/usr/sbin/policy-rc.d';
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['install', '-y', ...options, '--no-install-recommends', ...packages], { env });
  } finally {
    if (mine) rmSync(policy);
  }
}

/**
 * What to put before a command so that it runs as a user, whose folder this becomes: some servers refuse to run as root.
 * Nothing for a developer who is not root: his own user does.
 *
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
export async function asUser(name, folder) {
  if (process.getuid?.() !== 0) return [];
  const [uid = '', gid = ''] = (await Promise.all(['-u', '-g'].map((what) => run('id', [what, name])))).map((id) => id.trim()); // prettier-ignore
  for (const path of [folder, ...readdirSync(folder).map((entry) => join(folder, entry))]) chownSync(path, Number(uid), Number(gid)); // prettier-ignore
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}
