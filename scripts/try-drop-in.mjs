// @ts-check
// Packs the library and compiles apps that come from express-session with the import changed: beside `@types/express-session`,
// with the stores and middleware that people use, and without that package, under each TypeScript that is supported.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pack } from './pack.mjs';
import { check, finish, install, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const temp = mkdtempSync(join(tmpdir(), 'typed-session-drop-in-'));
const versions = ['5.5', '5.9', '6.0', '7.0'];
const compilers = versions.map((version) => `ts-${version}@npm:typescript@~${version}.0`);
const basics = ['express@5', '@types/express@5', '@types/node@22', 'zod@4', ...compilers];
// prettier-ignore
const stores = [
  'express-session@1.19', '@types/express-session@1', 'connect-redis@10', 'connect-redis9@npm:connect-redis@9',
  'connect-redis8@npm:connect-redis@8', 'redis@5', 'connect-mongo@6', 'mongodb@6', 'connect-pg-simple@10', '@types/connect-pg-simple@7', 'pg@8',
  '@types/pg@8', 'memorystore@1', 'session-file-store@1', '@types/session-file-store@1', 'passport@0.7', '@types/passport@1', 'connect-flash@0.1',
  '@types/connect-flash@0.0',
];

try {
  const tarball = await check('npm pack', () => pack(temp));
  if (tarball !== undefined) {
    await compile(tarball, 'beside @types/express-session', 'drop-in.ts', stores, (text) => [
      text,
      text.replace("declare module 'typed-session/express-session'", "declare module 'express-session'"),
    ]);
    await compile(tarball, 'without @types/express-session', 'drop-in-alone.ts', [], (text) => [text]);
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
finish();

/**
 * @param {string} tarball
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} packages
 * @param {(text: string) => string[]} variantsOf
 */
async function compile(tarball, name, file, packages, variantsOf) {
  const cwd = join(temp, name.replaceAll(/\W/g, '-'));
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }');
  const all = ['--legacy-peer-deps', tarball, ...basics, ...packages];
  if ((await check(`${name}: install`, () => install(cwd, all))) === undefined) return;
  const files = variantsOf(readFileSync(join(root, 'scripts/tarball', file), 'utf8')).map((text, at) => {
    writeFileSync(join(cwd, `app-${at}.ts`), text);
    return `app-${at}.ts`;
  });
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
  for (const version of versions) {
    // What compiles with the declarations of all libraries checked compiles without. The typings of some of the stores'
    // drivers do not compile with TypeScript 5.5.
    const skip = version === '5.5' && packages.length > 0 ? 'true' : 'false';
    for (const app of files) {
      await check(`${name}: ${app}, TypeScript ${version}, skipLibCheck ${skip}`, () =>
        run('node', [`node_modules/ts-${version}/bin/tsc`, ...options, '--skipLibCheck', skip, app], { cwd }),
      );
    }
  }
}
