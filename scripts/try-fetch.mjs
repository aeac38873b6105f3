// @ts-check
// Packs the library, installs the tarball into an empty project, and serves an app on `typed-session/fetch` under Node,
// Bun, and Deno; a client with a cookie jar asks it over HTTP.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pack } from './pack.mjs';
import { check, finish, install } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const temp = mkdtempSync(join(tmpdir(), 'typed-session-fetch-'));
const bin = join(temp, 'node_modules/.bin');
const hosts = {
  Node: [process.execPath, 'serve.mjs'],
  Bun: [join(bin, 'bun'), 'serve.mjs'],
  Deno: [join(bin, 'deno'), 'run', '--allow-all', 'serve.mjs'],
};

try {
  const installed = await check('install', installAll);
  if (installed === true) for (const [name, command] of Object.entries(hosts)) await check(name, () => shop(command));
} finally {
  rmSync(temp, { recursive: true, force: true });
}
finish();

async function installAll() {
  const tarball = await pack(temp);
  writeFileSync(join(temp, 'package.json'), '{ "private": true, "type": "module" }');
  cpSync(join(root, 'scripts/fetch'), temp, { recursive: true });
  await install(temp, [tarball, 'zod@4', 'bun@1', 'deno@2']);
  return true;
}

/** What a browser does in a shop. @param {string[]} command */
async function shop([program = '', ...args]) {
  const server = spawn(program, args, { cwd: temp, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = `http://127.0.0.1:${await portOf(server)}`;
    let cookie = '';
    /** @param {string} path */
    const get = async (path) => {
      const response = await fetch(address + path, { headers: cookie === '' ? {} : { cookie }, redirect: 'manual' });
      const [sent] = response.headers.getSetCookie();
      if (sent !== undefined) cookie = sent.split(';')[0] ?? '';
      return `${response.status} ${await response.text()}`;
    };
    await expectAll(get, [
      ['/account', /^401 .*SESSION_REQUIRED/],
      ['/count', /^200 1$/],
      ['/count', /^200 2$/],
    ]);
    const before = cookie;
    await expectAll(get, [
      ['/login', /^303 /],
      ['/account', /^200 \{"id":"ada","views":2\}$/],
      ['/devices', /^200 \[true\]$/],
    ]);
    const after = cookie;
    if (before === after) throw new Error('the login kept the id');
    cookie = before;
    await expectAll(get, [['/account', /^401 /]]);
    cookie = after;
    await expectAll(get, [['/logout', /^204 $/]]);
    cookie = after;
    await expectAll(get, [['/account', /^401 /]]);
  } finally {
    server.kill();
  }
}

/** @param {(path: string) => Promise<string>} get @param {[string, RegExp][]} pages */
async function expectAll(get, pages) {
  for (const [path, wanted] of pages) {
    const found = await get(path);
    if (!wanted.test(found)) throw new Error(`${path}: ${found} in place of ${wanted}`);
  }
}

/** The port that the server prints. @param {import('node:child_process').ChildProcess} server */
async function portOf(server) {
  if (server.stdout === null) throw new Error('no output');
  for await (const line of createInterface(server.stdout)) {
    const port = /^port (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('the server ended without a port');
}
