import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';
import { read, root } from './docs.js';

// Checks the rules for lib/ in CONTRIBUTING.md.

const entries = readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true });

it('no two files in lib/ have the same name', () => {
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it('eslint.config.js restricts the imports of every folder in lib/', async () => {
  const eslint = new ESLint({ cwd: root });
  for (const folder of entries.filter((entry) => entry.isDirectory())) {
    const path = join(folder.parentPath, folder.name);
    const config = (await eslint.calculateConfigForFile(join(path, 'any.ts'))) as { rules: Record<string, unknown> };
    expect(config.rules['no-restricted-imports'], path).toBeDefined();
  }
});

it('every entry point is listed in package.json, tsconfig.json, typedoc.json, and spec/docs/docs.ts', () => {
  const names = (paths: readonly string[]): string[] =>
    paths.map((path) => path.replace(/^\.\/|^lib\/|\.ts$/g, '').replace(/^typed-session\/?/, '')).sort();
  const { exports, typesVersions } = JSON.parse(read('package.json')) as {
    exports: Record<string, unknown>;
    typesVersions: { '*': Record<string, unknown> };
  };
  const known = names(Object.keys(exports).filter((path) => path !== './package.json' && path !== '.'));
  expect(names(Object.keys(typesVersions['*']))).toEqual(known);
  const { entryPoints } = JSON.parse(read('typedoc.json')) as { entryPoints: string[] };
  expect(names(entryPoints.filter((path) => path !== 'lib/index.ts'))).toEqual(known);
  for (const file of ['tsconfig.json', 'spec/docs/docs.ts']) {
    for (const name of known) expect(read(file), `${file}: ${name}`).toContain(`typed-session/${name}`);
  }
});
