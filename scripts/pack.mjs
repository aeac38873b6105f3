// @ts-check
// The packed library, for the scripts that install it into empty projects. `.ci/run` packs it once, by
// `node scripts/pack.mjs FOLDER`, and hands the file to all of them in the variable TYPED_SESSION_TARBALL.
import { renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');

/**
 * The packed size in bytes, for everything, both module kinds included. The command line and the inspector are 52 kB of it;
 * an app loads neither unless it imports it.
 */
export const LIMIT = 300_000;

/** `npm` is a script on Windows, which spawn() does not start without a shell. */
const npmPack = process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', 'npm', 'pack'] : ['npm', 'pack'];

/**
 * @param {string} folder where the tarball is put, unless TYPED_SESSION_TARBALL names one that is there already
 * @returns {Promise<string>} its path
 */
export async function pack(folder) {
  const given = process.env['TYPED_SESSION_TARBALL'];
  if (given !== undefined) return resolve(given);
  const [command = '', ...args] = npmPack;
  const printed = JSON.parse(await run(command, [...args, '--json', '--pack-destination', folder], { cwd: root }));
  /** @type {{ filename: string }[]} an array in npm 10 and 11, an object by name in 12 */
  const [entry] = Object.values(printed);
  if (entry === undefined) throw new Error('npm pack printed nothing');
  return join(folder, entry.filename);
}

/** @param {string} tarball @returns {Promise<{ size: number, files: string[] }>} the packed size in bytes, and the files in it */
export async function contentsOf(tarball) {
  const listed = await run('tar', ['-tzf', tarball]);
  const files = listed.split('\n').flatMap((line) => (line.startsWith('package/') ? [line.slice(8).trim()] : []));
  return { size: statSync(tarball).size, files };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? '.');
  const tarball = join(folder, 'typed-session.tgz');
  renameSync(await pack(folder), tarball);
  console.log(tarball);
}
