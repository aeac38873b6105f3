// @ts-check
// Packs the library, and runs examples/express-controllers, nestjs and routing-controllers on every version of their
// frameworks and in both dialects of decorators: installs them into empty projects, compiles and starts them, and runs the
// one HTTP test against each. Then the API docs of two of them: typedoc's pages in Chromium, and the OpenAPI document.
// `--picture=docs/images/typedoc.png` renews the picture in the docs. scripts/try-example.mjs runs the same examples as
// they are.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { accountApi } from './account-api.mjs';
import { openApiDocument, typedocPages } from './api-docs.mjs';
import { pack } from './pack.mjs';
import { check, finish, install, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const temp = mkdtempSync(join(tmpdir(), 'typed-session-controllers-'));
const tools = [`typescript@${devDependencies.typescript}`, 'tsx@4', '@types/node@20'];

const typedoc = `typedoc@${devDependencies.typedoc}`;
/** @param {string} version */
const nest = (version) => ['common', 'core', 'platform-express', 'swagger'].map((name) => `@nestjs/${name}@${version}`);
const standard = { id: 'standard decorators', options: {} };
const legacy = { id: 'legacy decorators', options: { experimentalDecorators: true, emitDecoratorMetadata: true } };
const ofNest = ['rxjs@7', 'reflect-metadata', '@types/express@5'];
/** @type {{ example: string, on: string, packages: string[], dialects: typeof standard[] }[]} */
const projects = [
  { example: 'express-controllers', on: 'Express 5', packages: ['express@5', '@types/express@5', typedoc], dialects: [standard, legacy] },
  { example: 'express-controllers', on: 'Express 4', packages: ['express@4', '@types/express@4'], dialects: [standard] },
  { example: 'nestjs', on: 'NestJS 12', packages: [...nest('12'), ...ofNest, typedoc], dialects: [legacy] },
  { example: 'nestjs', on: 'NestJS 11', packages: [...nest('11'), ...ofNest], dialects: [legacy] },
  {
    example: 'routing-controllers',
    on: 'routing-controllers 0.11',
    packages: ['routing-controllers@0.11', 'class-transformer@0.5', 'class-validator@0.14', 'reflect-metadata', 'express@4', '@types/express@4'],
    dialects: [legacy],
  },
]; // prettier-ignore
const pictureTo = process.argv.find((arg) => arg.startsWith('--picture='))?.slice('--picture='.length);

try {
  const tarball = await check('npm pack', () => pack(temp));
  if (tarball !== undefined) for (const project of projects) await tryProject(tarball, project);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
finish();

/** @param {string} tarball @param {(typeof projects)[number]} project */
async function tryProject(tarball, { example, on, packages, dialects }) {
  const cwd = join(temp, on.replaceAll(' ', '-'));
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  for (const file of ['session.ts', 'account.ts', 'main.ts']) {
    cpSync(join(root, 'examples', example, file), join(cwd, file));
  }
  if (packages.includes(typedoc)) cpSync(join(root, 'examples', example, 'typedoc.json'), join(cwd, 'typedoc.json'));
  const installed = await check(`${example}, ${on}: install`, () => install(cwd, [tarball, ...packages, ...tools]));
  if (installed === undefined) return;
  for (const { id, options } of dialects) {
    const out = id.replaceAll(' ', '-');
    const compilerOptions = {
      ...options,
      target: 'es2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      rootDir: '.',
      outDir: out,
    };
    const config = `tsconfig.${out}.json`;
    writeFileSync(join(cwd, config), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const name = `${example}, ${on}, ${id}`;
    const compiled = await check(`${name}: tsc`, () =>
      run('node', ['node_modules/typescript/bin/tsc', '-p', config], { cwd }),
    );
    if (compiled === undefined) continue;
    await check(`${name}: the API, compiled by tsc`, () => withApp(cwd, [`${out}/main.js`], accountApi));
    const byTsx = ['node_modules/tsx/dist/cli.mjs', '--tsconfig', config, 'main.ts'];
    await check(`${name}: the API, run by tsx`, () => withApp(cwd, byTsx, accountApi));
    if (example === 'nestjs') {
      await check(`${name}: its OpenAPI document`, () => withApp(cwd, [`${out}/main.js`], openApiDocument));
    }
    if (packages.includes(typedoc)) {
      const isShown = example === 'express-controllers' && id === standard.id;
      const to = (isShown ? pictureTo : undefined) ?? join(cwd, 'page.png');
      await check(`${name}: typedoc's pages`, () => typedocPages(cwd, config, out, to));
    }
  }
}

/**
 * Starts the app on a free port, waits until it says where it listens, and stops it again.
 *
 * @param {string} cwd
 * @param {string[]} args
 * @param {(base: string) => Promise<void>} use
 */
async function withApp(cwd, args, use) {
  const app = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  app.stderr.on('data', (chunk) => (said += chunk));
  const exit = once(app, 'exit');
  const timer = setTimeout(() => app.kill('SIGKILL'), 60_000);
  try {
    let base;
    for await (const line of createInterface(app.stdout)) {
      said += `${line}\n`;
      base = /^http:\S+/.exec(line)?.[0];
      if (base !== undefined) break;
    }
    if (base === undefined) throw new Error(`it did not start:\n${said}`);
    await use(base).catch((/** @type {Error} */ error) => {
      throw new Error(`${error.message}\n${said}`);
    });
  } finally {
    clearTimeout(timer);
    app.kill('SIGTERM');
    await exit;
  }
}
