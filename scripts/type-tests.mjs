// @ts-check
// Runs tsd over type-tests/**/*.test-d.ts, once with standard and once with legacy decorators, against dist.
// A file named `*.legacy.test-d.ts`, which decorates parameters, is only run with legacy ones. Files of one folder are one program, so a folder that registers its schema leaves the others alone.
import { readdirSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import tsd from 'tsd';
import { check, finish } from './report.mjs';

const root = resolve(import.meta.dirname, '../type-tests');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test-d.ts'))
  .sort();
if (files.length === 0) throw new Error('no type tests found');

for (const dialect of ['standard', 'legacy']) {
  const cwd = resolve(root, 'dialects', dialect); // tsd reads the tsconfig.json there
  const typingsFile = relative(cwd, resolve(root, '../dist/index.d.ts'));
  const known = files.filter((file) => dialect === 'legacy' || !file.endsWith('.legacy.test-d.ts'));
  for (const folder of new Set(known.map((file) => dirname(file)))) {
    const testFiles = known
      .filter((file) => dirname(file) === folder)
      .map((file) => relative(cwd, resolve(root, file)).replaceAll('\\', '/'));
    await check(`${folder}: ${testFiles.length} files, ${dialect} decorators`, async () => {
      const problems = await tsd.default({ cwd, typingsFile, testFiles });
      if (problems.length > 0) throw new Error(problems.map(describe).join('\n'));
    });
  }
}
finish();

/** @param {Awaited<ReturnType<typeof tsd.default>>[number]} problem */
function describe({ fileName, line = 0, column = 0, message }) {
  return `${relative(resolve(root, '..'), fileName)}:${line}:${column} ${message}`;
}
