// @ts-check
// Packs the library and loads it from an empty project in both module kinds, as Node, Jest, vitest, tsx, and bundlers do.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pack } from './pack.mjs';
import { check, finish, install, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const cwd = mkdtempSync(join(tmpdir(), 'typed-session-modules-'));
const entries = Object.keys(own.exports)
  .filter((key) => key !== './package.json')
  .map((key) => `typed-session${key.slice(1)}`);
const counts = 'sessions=2 dropIn=2';

try {
  const installed = await check('install', installAll);
  if (installed !== undefined) {
    await onNode();
    await underJest();
    await elsewhere();
    await bundled();
  }
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
finish();

async function installAll() {
  const tarball = await pack(cwd);
  cpSync(join(root, 'scripts/modules'), cwd, { recursive: true });
  writeFileSync(join(cwd, 'package.json'), '{ "name": "consumer", "private": true }');
  writeFileSync(join(cwd, 'entries.json'), JSON.stringify(entries));
  const packages = [
    ...[
      'express@5',
      'zod@4',
      'supertest@7',
      'reflect-metadata',
      'rxjs',
      '@nestjs/common@11',
      '@nestjs/core@11',
      '@opentelemetry/api',
    ],
    ...[
      'routing-controllers',
      'class-transformer',
      'class-validator',
      'typedoc',
      `typescript@${own.devDependencies.typescript}`,
    ],
    ...[
      'jest@30',
      'jest29@npm:jest@29',
      'ts-jest@29',
      '@swc/core',
      '@swc/jest',
      '@babel/plugin-transform-modules-commonjs',
    ],
    ...['vitest@4', 'tsx@4', 'esbuild', 'webpack@5', 'webpack-cli'],
  ];
  await install(cwd, ['--legacy-peer-deps', tarball, ...packages]);
  cpSync(join(cwd, 'node_modules/typed-session'), join(cwd, 'copy/node_modules/typed-session'), { recursive: true });
  for (const file of ['sessions.test.ts', 'sessions.test.mjs']) cpSync(join(cwd, 'sessions.test.js'), join(cwd, file));
  cpSync(join(cwd, 'app.mjs'), join(cwd, 'app.mts'));
  cpSync(join(cwd, 'app.cjs'), join(cwd, 'app-commonjs.ts')); // not .cts, of which tsx 4 cannot require express on Node 20
  return true;
}

/** Runs a file of node_modules and compares the last line that it prints. @param {string[]} args @param {string} [last] */
async function node(args, last) {
  const printed = (await run('node', args, { cwd, seconds: 300 })).trim();
  if (last !== undefined && printed.split('\n').at(-1) !== last) throw new Error(printed);
  return printed;
}

async function onNode() {
  for (const entry of entries) {
    await check(`Node: import and require ${entry}`, () => node(['-e', `require('${entry}'); import('${entry}')`]));
  }
  for (const app of ['app.mjs', 'app.cjs']) await check(`Node: ${app}`, () => node([app], counts));
  await check('both kinds in one process agree', () => node(['kinds.mjs'], 'agree'));
  await check('two copies in one process are apart', () => node(['copies.mjs'], 'apart'));
}

async function underJest() {
  const tsconfig = {
    module: 'commonjs',
    target: 'es2022',
    esModuleInterop: true,
    isolatedModules: true,
    allowJs: true,
  };
  const esTsconfig = { ...tsconfig, module: 'esnext', moduleResolution: 'bundler' };
  /** @param {string} name @param {object} transform @param {string[]} testMatch */
  const project = (name, transform, testMatch) => ({
    displayName: name,
    rootDir: cwd,
    modulePathIgnorePatterns: ['copy'],
    transform,
    testMatch,
  });
  const ts = ['**/sessions.test.ts'];
  const babel = { plugins: ['@babel/plugin-transform-modules-commonjs'], babelrc: false, configFile: false };
  const commonjs = [
    project('babel', { '\\.js$': ['babel-jest', babel] }, ['**/sessions.test.js', '**/required.test.cjs']),
    project('ts-jest', { '\\.ts$': ['ts-jest', { tsconfig, diagnostics: false }] }, ts),
    project('swc', { '\\.ts$': ['@swc/jest', { module: { type: 'commonjs' } }] }, ts),
  ];
  const es = [
    project('no transform', {}, ['**/sessions.test.mjs']),
    {
      ...project('ts-jest', { '\\.ts$': ['ts-jest', { tsconfig: esTsconfig, useESM: true, diagnostics: false }] }, ts),
      extensionsToTreatAsEsm: ['.ts'],
    },
    {
      ...project('swc', { '\\.ts$': ['@swc/jest', { module: { type: 'es6' } }] }, ts),
      extensionsToTreatAsEsm: ['.ts'],
    },
  ];
  for (const [kind, projects, flags] of /** @type {const} */ ([
    ['CommonJS', commonjs, []],
    ['ES modules', es, ['--experimental-vm-modules', '--no-warnings']],
  ])) {
    const config = `jest-${kind.replaceAll(' ', '-')}.json`;
    writeFileSync(join(cwd, config), JSON.stringify({ projects }));
    for (const [version, jest] of [
      ['29', 'jest29'],
      ['30', 'jest'],
    ]) {
      await check(`Jest ${version}, ${kind}: ${projects.map(({ displayName }) => displayName).join(', ')}`, () =>
        node([...flags, `node_modules/${jest}/bin/jest.js`, '--runInBand', '--config', config]),
      );
    }
  }
}

async function elsewhere() {
  await check('vitest', () => node(['node_modules/vitest/vitest.mjs', 'run', '--globals', 'sessions.test.ts']));
  for (const app of ['app.mts', 'app-commonjs.ts'])
    await check(`tsx: ${app}`, () => node(['node_modules/tsx/dist/cli.mjs', app], counts));
}

async function bundled() {
  mkdirSync(join(cwd, 'out'));
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  for (const [app, format] of [
    ['app.mjs', 'esm'],
    ['app.cjs', 'esm'],
    ['app.cjs', 'cjs'],
  ]) {
    const out = `out/esbuild-${app?.slice(-3)}.${format === 'esm' ? 'mjs' : 'cjs'}`;
    const options = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${out}`, '--log-level=error'];
    const banner = format === 'esm' ? [`--banner:js=${require}`] : [];
    await check(`esbuild: ${app} as ${format}`, async () => {
      await run('node_modules/.bin/esbuild', [`${app}`, ...options, ...banner], { cwd });
      return node([out], counts);
    });
  }
  for (const app of ['app.mjs', 'app.cjs']) {
    const out = `webpack-${app.slice(-3)}.cjs`;
    const options = ['--target', 'node20', '--mode', 'production', '--output-path', 'out', '--output-filename', out];
    await check(`webpack: ${app}`, async () => {
      await run('node', ['node_modules/webpack/bin/webpack.js', `./${app}`, ...options], { cwd });
      return node([`out/${out}`], counts);
    });
  }
}
