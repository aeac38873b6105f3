// @ts-check
// Packs the library, installs the tarball into empty projects and uses it there as users do: from `import` and from
// `require`, in TypeScript under each moduleResolution, on Express 5 and on the oldest Express, types and zod allowed.
// `node scripts/try-tarball.mjs typescript 5.5` tries one part, or one version of TypeScript, alone.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { contentsOf, LIMIT, pack } from './pack.mjs';
import { check, finish, install, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const temp = mkdtempSync(join(tmpdir(), 'typed-session-tarball-'));
const oldestZod = own.peerDependencies.zod.replace('^', '');
const [oldestExpress, oldestTypes] = ['express', '@types/express'].map(
  (name) => /^\^([\d.]+)/.exec(own.peerDependencies[name])?.[1],
);
const oldestNode = own.engines.node.replace('>=', '');
const { typescript } = own.devDependencies;

const [part, version] = process.argv.slice(2);
const parts = ['bare', 'beside', 'typescript', 'express'];
if (part !== undefined && !parts.includes(part))
  throw new Error(`no such part: ${part} (there are ${parts.join(', ')})`);
const isWanted = (/** @type {string} */ name) => part === undefined || part === name;

const supported = ['5.5', '5.9', '6.0', '7.0'].filter((one) => version === undefined || version === one);
if (supported.length === 0) throw new Error(`TypeScript ${version} is not among those that are supported`);

/** How an app is compiled: its module kind, how imports are resolved, the dialect of decorators. */
const variants = [
  { id: 'nodenext', module: 'nodenext', moduleResolution: 'nodenext' },
  { id: 'legacy decorators', module: 'nodenext', moduleResolution: 'nodenext', experimentalDecorators: true },
  { id: 'CommonJS, nodenext', module: 'nodenext', moduleResolution: 'nodenext', app: 'common.cts' },
  { id: 'node16', module: 'node16', moduleResolution: 'node16' },
  { id: 'bundler', module: 'esnext', moduleResolution: 'bundler' },
  { id: 'CommonJS, node16', module: 'node16', moduleResolution: 'node16', app: 'common.cts' },
];

try {
  const tarball = await check('npm pack', () => pack(temp));
  if (tarball !== undefined) {
    await check('what is packed, and its size', async () => contents(await contentsOf(tarball)));
    if (isWanted('bare')) await bare(tarball);
    if (isWanted('beside')) await besideTypes(tarball);
    if (isWanted('typescript')) await typescripts(tarball);
    if (isWanted('express')) await expresses(tarball);
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
finish();

/**
 * Every entry point in both module kinds, the three documents, and nothing else, within the limit of its size.
 *
 * @param {{ size: number, files: string[] }} tarball
 */
function contents({ size, files }) {
  if (size > LIMIT) throw new Error(`the tarball has ${size} bytes, and may have ${LIMIT}`);
  const entries = Object.values(own.exports).filter((entry) => typeof entry === 'object');
  const wanted = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'];
  for (const { import: esm, default: commonjs } of entries) {
    for (const { types, default: code } of [esm, commonjs]) wanted.push(posix.normalize(types), posix.normalize(code));
  }
  const maps = files.filter((file) => file.endsWith('.map'));
  if (maps.length > 0) throw new Error(`the tarball holds maps of sources that it lacks: ${maps.join(', ')}`);
  const missing = wanted.filter((file) => !files.includes(file));
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(', ')}`);
  const foreign = files.filter((file) => !file.startsWith('dist/') && !wanted.includes(file));
  if (foreign.length > 0) throw new Error(`the tarball also holds ${foreign.join(', ')}`);
}

/**
 * @param {string} name
 * @param {object} more what its package.json says besides
 */
function emptyProject(name, more = {}) {
  const cwd = join(temp, name.replaceAll(' ', '-'));
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'consumer', private: true, ...more }));
  return cwd;
}

/**
 * Nothing but the tarball: npm brings zod, and no optional peer is missed on import.
 *
 * @param {string} tarball
 */
async function bare(tarball) {
  const cwd = emptyProject('bare');
  const installed = await check('bare: install', () => install(cwd, [tarball]));
  if (installed === undefined) return;
  const use = `if (typeof m.session !== 'function' || typeof s.SqliteStore !== 'function') throw new Error('exports');
    if (typeof e !== 'function' || typeof e.Store !== 'function') throw new Error('not as express-session is');
    if (typeof o.withSessionSecurity !== 'function') throw new Error('openapi');
    if (l.configs.recommended.plugins['typed-session'] !== l) throw new Error('eslint')`;
  const imports = `const o = await import('typed-session/openapi'), m = await import('typed-session'), s = await import('typed-session/sqlite');
    const { default: e } = await import('typed-session/express-session'), { default: l } = await import('typed-session/eslint'); ${use}`;
  const requires = `const o = require('typed-session/openapi'), m = require('typed-session'), s = require('typed-session/sqlite');
    const e = require('typed-session/express-session'), l = require('typed-session/eslint'); ${use}`;
  await check('bare: no optional peer is installed', () => {
    const peers = Object.keys(own.peerDependenciesMeta).filter((name) => existsSync(join(cwd, 'node_modules', name)));
    if (peers.length > 0) throw new Error(`there are ${peers.join(', ')}`);
  });
  await check('bare: import', () => run('node', ['--input-type=module', '-e', imports], { cwd }));
  await check('bare: require', () => run('node', ['--input-type=commonjs', '-e', requires], { cwd }));
  const oldest = ['-y', '-p', `node@${oldestNode}`, 'node', '--input-type=commonjs', '-e'];
  const version = `if (!process.version.startsWith('v${oldestNode}.')) throw new Error(process.version);`;
  await check(`bare: require on Node ${oldestNode}`, () => run('npx', [...oldest, `${version} ${requires}`], { cwd }));
}

/**
 * `@types/express-session` and a store that is typed by it, in one program with us.
 *
 * @param {string} tarball
 */
async function besideTypes(tarball) {
  const name = 'beside @types/express-session';
  const cwd = emptyProject('beside', { type: 'module' });
  const packages = [
    'express@5',
    '@types/express@5',
    '@types/express-session',
    'connect-redis@8',
    'redis',
    '@types/node@20',
  ];
  const installed = await check(`${name}: install`, () =>
    install(cwd, [tarball, ...packages, `typescript@${typescript}`]),
  );
  if (installed === undefined) return;
  cpSync(join(root, 'scripts/tarball/beside-express-session.ts'), join(cwd, 'app.ts'));
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
    '--module',
    'nodenext',
  ];
  // what compiles with the declarations of all libraries checked compiles without
  const args = [...options, '--types', 'node,express-session', '--skipLibCheck', 'false', 'app.ts'];
  await check(`${name}: compile`, () => run('node', ['node_modules/typescript/bin/tsc', ...args], { cwd }));
}

/**
 * The app, and type errors that have to be found, under every TypeScript that is supported; an older one is told so.
 *
 * @param {string} tarball
 */
async function typescripts(tarball) {
  const cwd = emptyProject('typescripts', { type: 'module' });
  const compilers = ['5.4', ...supported].map((version) => `ts-${version}@npm:typescript@~${version}.0`);
  const packages = ['express@5', '@types/express@5', 'zod@4', 'libsql', '@types/node@20'];
  const installed = await check('TypeScript: install', () => install(cwd, [tarball, ...packages, ...compilers]));
  if (installed === undefined) return;
  for (const file of ['app.ts', 'errors.ts', 'library.ts'])
    cpSync(join(root, 'scripts/tarball', file), join(cwd, file));
  const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
  /** @type {(version: string, ...args: string[]) => Promise<string>} */
  const tsc = (version, ...args) => run('node', [`node_modules/ts-${version}/bin/tsc`, ...options, ...args], { cwd });
  /** @param {string} version */
  const compile = (version) => tsc(version, '--noEmit', 'app.ts', 'errors.ts');
  for (const version of supported) {
    await check(`TypeScript ${version}: compile, and find the errors`, () => compile(version));
    await check(`TypeScript ${version}: emit declarations for an app that exports its guards and sessions`, () =>
      tsc(version, '--declaration', '--outDir', version, 'library.ts'),
    );
  }
  await check('TypeScript 5.4: one error, which says what is needed', async () => {
    const said = await compile('5.4').then(String, (/** @type {Error} */ error) => error.message);
    const errors = said.split('\n').filter((line) => line.includes('error TS'));
    if (errors.length !== 1 || !errors[0]?.includes('typed-session-needs-TypeScript-5.5-or-newer'))
      throw new Error(said);
  });
}

/** How an import is resolved does not depend on Express, so every way is tried on the newest. @param {string} tarball */
function expresses(tarball) {
  const oldest = [`express@${oldestExpress}`, `@types/express@${oldestTypes}`, `zod@${oldestZod}`];
  return Promise.all([
    project(tarball, 'express 5', ['express@5', '@types/express@5', 'zod@4'], variants),
    project(tarball, 'express 4', oldest, variants.slice(0, 3)),
  ]);
}

/**
 * An app in TypeScript, compiled with the declarations of all libraries checked, then run.
 *
 * @param {string} tarball
 * @param {string} name
 * @param {string[]} packages
 * @param {{ id: string, app?: string, module: string, moduleResolution: string }[]} ways
 */
async function project(tarball, name, packages, ways) {
  const cwd = emptyProject(name, { type: 'module' });
  const all = [tarball, ...packages, 'libsql', 'reflect-metadata', `typescript@${typescript}`, '@types/node@20'];
  const installed = await check(`${name}: install`, () => install(cwd, all));
  if (installed === undefined) return;

  for (const file of ['app.ts', 'common.cts']) cpSync(join(root, 'scripts/tarball', file), join(cwd, file));

  for (const { id, app = 'app.ts', ...options } of ways) {
    const out = id.replaceAll(/[, ]+/g, '-');
    const compilerOptions = {
      ...options,
      target: 'es2022',
      lib: ['es2023'],
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      esModuleInterop: true,
      rootDir: '.',
      outDir: out,
    };
    const config = `tsconfig.${out}.json`;
    writeFileSync(join(cwd, config), JSON.stringify({ compilerOptions, files: [app] }));
    const compiled = await check(`${name}: compile, ${id}`, () =>
      run('node', ['node_modules/typescript/bin/tsc', '-p', config], { cwd }),
    );
    if (compiled !== undefined) {
      const compiledApp = `${out}/${app.replace('ts', 'js')}`;
      await check(`${name}: run, ${id}`, () => run('node', [compiledApp, `${out}.db`], { cwd, seconds: 60 }));
    }
  }
}
