// @ts-check
// Packs the library and tries each set-up that docs/guides/typescript.md and plain-javascript.md describe: installs the tarball into each project of
// scripts/setups, and runs it there. `node scripts/try-setups.mjs [names of set-ups]`
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pack } from './pack.mjs';
import { check, finish, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const setups = join(root, 'scripts/setups');
const temp = mkdtempSync(join(tmpdir(), 'typed-session-setups-'));
const chosen = process.argv.slice(2);
const names = readdirSync(setups, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

try {
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`scripts/setups has no ${unknown.join(', ')}, only ${names.join(', ')}`);
  await check('the guides show the files of each set-up', compareWithGuides);
  const tarball = await check('npm pack', () => pack(temp));
  if (tarball !== undefined) {
    for (const name of chosen.length > 0 ? chosen : names) await check(name, () => trySetup(name, tarball));
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
finish();

/** The guides show each file of a set-up, except for package.json, the programs, and the legacy dialect, which is one line more. */
function compareWithGuides() {
  for (const name of names.filter((name) => !name.endsWith('-legacy'))) {
    const page = `docs/guides/${name === 'javascript' ? 'plain-javascript' : 'typescript'}.md`;
    const guide = readFileSync(join(root, page), 'utf8');
    for (const file of readdirSync(join(setups, name))) {
      if (file === 'package.json' || file === 'ask.mjs' || join(name, file) === join('node', 'app.ts')) continue;
      const text = readFileSync(join(setups, name, file), 'utf8');
      if (!guide.includes(`\n${text}\`\`\``)) throw new Error(`${page} has no block like ${name}/${file}`);
    }
  }
}

/** @param {string} name @param {string} tarball */
async function trySetup(name, tarball) {
  const cwd = join(temp, name);
  mkdirSync(cwd);
  const { scripts, devDependencies } = JSON.parse(readFileSync(join(setups, name, 'package.json'), 'utf8'));
  const shared = 'supertest' in devDependencies ? 'app.test.ts' : 'app.ts';
  if (name !== 'javascript') cpSync(join(setups, shared), join(cwd, shared));
  cpSync(join(setups, name), cwd, { recursive: true }); // after the shared file, which a set-up may replace
  await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd, seconds: 600 });
  const env = { ...process.env, NODE_ENV: 'development' };
  const printed = await run('npm', ['test'], { cwd, env, seconds: 300 }).catch((/** @type {Error} */ error) => {
    throw new Error(`${scripts.test}\n${error.message}`);
  });
  // Jest reports on stderr, and its exit code says enough.
  if (shared === 'app.ts' && !printed.includes('Hello, Ada')) throw new Error(`${scripts.test} printed\n${printed}`);
}
