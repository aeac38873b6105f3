// @ts-check
// Builds `dist`, unless it is what these sources build: the declarations by plain tsc, the code of both module kinds by
// bundle.mjs, and the declarations that differ by module kind by declarations.mjs. `--force` builds in any case.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './entries.mjs';
import { run } from './report.mjs';

const dist = join(root, 'dist');
// node_modules may be shared by several working trees
const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
const recordFile = join(root, `node_modules/.cache/typed-session/build-${id}.json`);
const inputs = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'lib'],
  ...['build', 'bundle', 'declarations', 'entries'].map((name) => `scripts/${name}.mjs`),
];

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  const found = readdirSync(full, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

/** One hash of the names and the contents of files. @param {readonly string[]} files */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files.toSorted()) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function stateOf() {
  const files = inputs.flatMap((path) => (path === 'lib' ? filesOf(path) : [join(root, path)]));
  return JSON.stringify({ inputs: hashOf(files.filter((file) => existsSync(file))), dist: hashOf(filesOf('dist')) });
}

const isCurrent = existsSync(recordFile) && readFileSync(recordFile, 'utf8') === stateOf();
if (!isCurrent || process.argv.includes('--force')) {
  rmSync(recordFile, { force: true });
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  for (const args of [[tsc, '-p', 'tsconfig.build.json'], ['scripts/bundle.mjs'], ['scripts/declarations.mjs']]) {
    await run(process.execPath, args, { cwd: root });
  }
  mkdirSync(dirname(recordFile), { recursive: true });
  writeFileSync(recordFile, stateOf());
}
