// @ts-check
// Runs tsd over type-tests/**/*.test-d.ts against dist. Files of one folder are one program, so a folder that registers its
// schema leaves the others alone. A folder with decorators is run with standard and with legacy ones; a file named
// `*.legacy.test-d.ts`, which decorates parameters, only with legacy ones. Folders with neither are one program together.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import tsd from 'tsd';
import { check, finish } from './report.mjs';

const root = resolve(import.meta.dirname, '../type-tests');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const tests = files.filter((file) => file.endsWith('.test-d.ts'));
if (tests.length === 0) throw new Error('no type tests found');

/** @param {string} folder @param {RegExp} what */
const has = (folder, what) =>
  files.some((file) => dirname(file) === folder && what.test(readFileSync(resolve(root, file), 'utf8')));

const folders = [...new Set(tests.map((file) => dirname(file)))];
const plain = folders.filter((folder) => !has(folder, /^\s*@\w/m) && !has(folder, /interface Register\b/));

await runTests(plain.join(', '), 'standard', (file) => plain.includes(dirname(file)));
for (const dialect of ['standard', 'legacy']) {
  for (const folder of folders.filter((one) => !plain.includes(one))) {
    const isLegacy = dialect === 'legacy';
    await runTests(
      folder,
      dialect,
      (file) => dirname(file) === folder && (isLegacy || !file.endsWith('.legacy.test-d.ts')),
    );
  }
}
finish();

/** @param {string} name @param {string} dialect @param {(file: string) => boolean} isWanted */
async function runTests(name, dialect, isWanted) {
  const cwd = resolve(root, 'dialects', dialect); // tsd reads the tsconfig.json there
  const typingsFile = relative(cwd, resolve(root, '../dist/index.d.ts'));
  const testFiles = tests.filter(isWanted).map((file) => relative(cwd, resolve(root, file)).replaceAll('\\', '/'));
  if (testFiles.length === 0) return;
  await check(`${name}: ${testFiles.length} files, ${dialect} decorators`, async () => {
    const problems = await tsd.default({ cwd, typingsFile, testFiles });
    if (problems.length > 0) throw new Error(problems.map(describe).join('\n'));
  });
}

/** @param {Awaited<ReturnType<typeof tsd.default>>[number]} problem */
function describe({ fileName, line = 0, column = 0, message }) {
  return `${relative(resolve(root, '..'), fileName)}:${line}:${column} ${message}`;
}
