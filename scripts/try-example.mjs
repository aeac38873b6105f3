// @ts-check
// Runs every example as somebody does who has copied it out of the clone: packs the library, copies each example into an
// empty folder, installs it with the packed library, runs its scripts (type check, build, docs, tests), starts it with
// `npm start`, and uses it over HTTP.
//
//   node scripts/try-example.mjs                              all examples
//   node scripts/try-example.mjs shop chat                    some of them
//
// If REDIS_URL or POSTGRES_URL is set, the shop is also tried on that server:
//   node scripts/servers.mjs run REDIS_URL POSTGRES_URL -- node scripts/try-example.mjs shop
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { accountApi } from './account-api.mjs';
import { Client } from './examples/client.mjs';
import { driveChat, driveJavaScript, driveSinglePageApp } from './examples/drivers.mjs';
import { install, start } from './examples/project.mjs';
import { driveShop } from './examples/shop.mjs';
import { pack } from './pack.mjs';
import { check, finish, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');

/** By the names of their folders. @type {Record<string, (base: string) => Promise<void>>} */
const drivers = {
  shop: showsCatalogue,
  'express-controllers': accountApi,
  nestjs: accountApi,
  'routing-controllers': accountApi,
  javascript: driveJavaScript,
  'single-page-app': driveSinglePageApp,
  chat: driveChat,
};

const chosen = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : Object.keys(drivers);
const unknown = names.filter((name) => !Object.hasOwn(drivers, name));
if (unknown.length > 0) throw new Error(`There is no example ${unknown.join(', ')}.`);

const temp = mkdtempSync(join(tmpdir(), 'typed-session-examples-'));
process.once('exit', () => rmSync(temp, { recursive: true, force: true }));

if (names.includes('shop')) {
  await check('the shop in the clone, by npm run example', () => use(root, showsCatalogue, ['npm', 'run', 'example']));
}
const tarball = await check('npm pack', () => pack(temp));
if (tarball !== undefined) for (const name of names) await tryExample(name, tarball);
finish();

/** @param {string} name @param {string} tarball */
async function tryExample(name, tarball) {
  const cwd = await check(`${name}: npm install`, () => install(name, temp, tarball));
  if (cwd === undefined) return;
  const { scripts } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
  for (const script of ['types', 'build', 'docs', 'test']) {
    if (script in scripts) await check(`${name}: npm run ${script}`, () => run('npm', ['run', script], { cwd }));
  }
  const driver = drivers[name];
  if (driver !== undefined) await check(`${name}: npm start, and a client`, () => use(cwd, driver));
  if (name !== 'shop') return;
  await driveShop(cwd, { on: 'SQLite' });
  const { REDIS_URL, POSTGRES_URL } = process.env;
  if (REDIS_URL !== undefined) await driveShop(cwd, { on: 'Redis', url: REDIS_URL });
  if (POSTGRES_URL !== undefined) await driveShop(cwd, { on: 'PostgreSQL', url: POSTGRES_URL });
}

/**
 * Starts an app, uses it, and stops it.
 *
 * @param {string} cwd
 * @param {(base: string) => Promise<void>} driver
 * @param {string[]} [command]
 */
async function use(cwd, driver, command) {
  const app = await start(cwd, { ...(command && { command }), env: { SHOP_DATA: join(temp, 'data') } });
  try {
    await driver(app.base);
  } finally {
    await app.stop();
  }
}

/** @param {string} base */
async function showsCatalogue(base) {
  const { status, body } = await new Client(base).send('/');
  assert.equal(status, 200);
  assert.match(body, /Steel ruler/);
}
