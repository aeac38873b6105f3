// @ts-check
// Runs examples/shop as its user would: starts it, clicks through it over HTTP, stops and kills it, and looks whether
// its sessions are still there. `node scripts/try-example.mjs`, nothing else needed than `npm ci`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { URLSearchParams } from 'node:url';
import { check, finish } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const data = mkdtempSync(join(tmpdir(), 'typed-session-shop-'));
const SECONDS = 20;

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
let address = '';
let demo = { login: '', password: '' };

// However this process ends, the shop does not outlive it.
process.once('exit', () => {
  child?.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** The shop, on a free port; resolves when it has said where it is and who may log in. */
async function start() {
  const env = { ...process.env, PORT: '0', SHOP_DATA: data };
  for (const name of ['SESSION_SECRET', 'HOST', 'NODE_ENV']) Reflect.deleteProperty(env, name);
  // Not through `npm run example`: a SIGKILL would end npm and leave the shop behind.
  const shop = spawn(process.execPath, ['--import', 'tsx', 'examples/shop/main.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = shop;
  let printed = '';
  shop.stderr.on('data', (/** @type {Buffer} */ chunk) => void (printed += chunk));
  const timer = setTimeout(() => shop.kill('SIGKILL'), SECONDS * 1000);
  try {
    for await (const line of createInterface({ input: shop.stdout })) {
      printed += `${line}\n`;
      address = /http:\/\/\S+/.exec(line)?.[0] ?? address;
      const [, login, password] = /^Demo login: (.+) \/ (.+)$/.exec(line) ?? [];
      if (login === undefined || password === undefined) continue;
      demo = { login, password };
      shop.stdout.resume(); // or a full pipe would stop it
      return;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`it did not start within ${SECONDS} s:\n${printed}`);
}

/** @param {'SIGTERM' | 'SIGKILL'} signal */
async function stop(signal) {
  const shop = child;
  if (shop === undefined || shop.exitCode !== null || shop.signalCode !== null) return null;
  const exit = once(shop, 'exit');
  shop.kill(signal);
  const timer = setTimeout(() => shop.kill('SIGKILL'), SECONDS * 1000);
  const [code] = await exit;
  clearTimeout(timer);
  child = undefined;
  return code;
}

/** A browser: keeps its cookies, and follows a redirect only when asked to. */
class Browser {
  /** @type {Map<string, string>} */
  cookies = new Map();

  /**
   * @param {string} path
   * @param {{ form?: Record<string, string>, cookies?: Map<string, string>, accept?: string }} [options]
   */
  async send(path, { form, cookies = this.cookies, accept = 'text/html' } = {}) {
    const response = await fetch(new URL(path, address), {
      method: form === undefined ? 'GET' : 'POST',
      headers: { Accept: accept, Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
      if (/max-age=0(;|$)/i.test(attributes)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const { status } = response;
    return {
      status,
      location: response.headers.get('location'),
      headers: response.headers,
      body: await response.text(),
    };
  }

  /** Sends a form, expects to be sent on, and goes there. @param {string} path @param {Record<string, string>} form */
  async submit(path, form) {
    const answer = await this.send(path, { form });
    assert.equal(answer.status, 303, `POST ${path} answered ${answer.status}`);
    return { to: answer.location, ...(await this.send(answer.location ?? '')) };
  }

  get cookie() {
    return this.cookies.get('shop');
  }
}

const browser = new Browser();
/** @type {string | undefined} */
let before;
/** @type {Map<string, string>} */
let loggedIn = new Map();
let date = '';

async function stillLoggedIn() {
  const account = await browser.send('/account');
  assert.equal(account.status, 200);
  assert.ok(account.body.includes(`datetime="${date}"`), 'the date of the login is another one');
  const { body } = await browser.send('/cart');
  assert.match(body, /Steel ruler/);
  assert.match(body, /value="7"/);
}

try {
  await check('the shop starts and prints its address and the demo login', start);

  await check('the catalogue shows, and sets no cookie', async () => {
    const { status, body, headers } = await browser.send('/');
    assert.equal(status, 200);
    assert.match(body, /Steel ruler/);
    assert.deepEqual(headers.getSetCookie(), []);
  });

  await check('a protected page leads a browser to the login page, and answers 401 to a program', async () => {
    const { status, location } = await browser.send('/account');
    assert.deepEqual([status, location], [303, '/login']);
    assert.match((await browser.send('/login')).body, /Please log in first/);
    const program = await new Browser().send('/account', { accept: 'application/json' });
    assert.equal(program.status, 401);
    assert.equal(JSON.parse(program.body).code, 'SESSION_REQUIRED');
  });

  await check('an unknown user and a wrong password get the same answer', async () => {
    const wrong = await browser.send('/login', { form: { ...demo, password: 'no' } });
    const unknown = await browser.send('/login', { form: { login: 'nobody', password: 'no' } });
    assert.deepEqual([wrong.status, unknown.status], [403, 403]);
    assert.equal(unknown.body.replaceAll('nobody', demo.login), wrong.body);
    assert.equal((await browser.send('/account')).status, 303);
  });

  await check('what was typed comes back escaped', async () => {
    const { body } = await browser.send('/login', { form: { login: '"><script>alert(1)</script>', password: 'no' } });
    assert.ok(!body.includes('<script'));
    assert.match(body, /&lt;script&gt;/);
  });

  await check('a visitor who is not logged in has a cart', async () => {
    const { to, body } = await browser.submit('/cart', { sku: 'ruler', qty: '2' });
    assert.equal(to, '/');
    assert.match(body, /Steel ruler: It is in your cart/);
  });

  await check('a notice shows once', async () => {
    const { body } = await browser.send('/');
    assert.doesNotMatch(body, /It is in your cart/);
  });

  await check('the login gives the session a new id, and leads to where the visitor wanted to go', async () => {
    before = browser.cookie;
    assert.ok(before !== undefined);
    const planted = new Map(browser.cookies);
    const { to, body } = await browser.submit('/login', demo);
    assert.equal(to, '/account');
    assert.match(body, /You are logged in/);
    assert.notEqual(browser.cookie, before);
    const attacker = await new Browser().send('/account', { cookies: planted });
    assert.notEqual(attacker.status, 200, 'the old id is logged in');
    assert.doesNotMatch(attacker.body, /datetime/);
  });

  await check('the account page shows when the login was', async () => {
    const { body } = await browser.send('/account');
    date = /datetime="([^"]+)"/.exec(body)?.[1] ?? '';
    const age = Date.now() - Date.parse(date);
    assert.ok(age >= 0 && age < 60_000, `it says ${date}`);
    assert.doesNotMatch(body, /You are logged in/, 'the notice shows again');
  });

  await check('the cart came along, and its quantity can be changed', async () => {
    const { body } = await browser.submit('/cart/ruler', { qty: '7' });
    assert.match(body, /value="7"/);
    assert.match(body, /62\.30/);
  });

  await check('a wrong quantity is refused in a friendly way', async () => {
    for (const qty of ['0', '-1', '1.5', 'many', '', '100', '1e1']) {
      const { body } = await browser.submit('/cart/ruler', { qty });
      assert.match(body, /A quantity is a whole number from 1 to 99/, `for '${qty}'`);
      assert.match(body, /value="7"/);
    }
  });

  await check('two clicks at once both count, and what is in the cart can be removed', async () => {
    const form = { sku: 'ink', qty: '1' };
    await Promise.all(Array.from({ length: 8 }, () => browser.send('/cart', { form })));
    assert.match((await browser.send('/cart')).body, /value="8"/);
    const { body } = await browser.submit('/cart/ink/remove', {});
    assert.doesNotMatch(body, /Blue-black ink/);
    assert.match(body, /Steel ruler/);
  });

  await check('an unknown page is a 404, and a form that is too long a 413', async () => {
    assert.equal((await browser.send('/nowhere')).status, 404);
    assert.equal((await browser.send('/cart', { form: { sku: 'x'.repeat(20_000) } })).status, 413);
  });

  await check('SIGTERM ends it at once and in order', async () => {
    const since = Date.now();
    assert.equal(await stop('SIGTERM'), 0);
    assert.ok(Date.now() - since < 5000);
  });

  await check('its secret is for its owner alone', () => {
    if (process.platform === 'win32') return;
    assert.equal(statSync(join(data, 'secret')).mode & 0o777, 0o600);
  });

  await check('it starts again', start);
  await check('and the user is still logged in, with the cart', stillLoggedIn);

  await check('SIGKILL ends it, and it starts again', async () => {
    await stop('SIGKILL');
    await start();
  });
  await check('and the user is still logged in, with the cart, after that', stillLoggedIn);

  await check('an order empties the cart, once', async () => {
    const orders = await Promise.all([1, 2, 3].map(() => browser.send('/checkout', { form: {} })));
    assert.deepEqual([...new Set(orders.map((order) => order.location))], ['/account']);
    assert.match((await browser.send('/account')).body, /Thank you, .*62\.30/);
    assert.match((await browser.send('/cart')).body, /Nothing in it yet/);
  });

  await check('the logout clears the cookie', async () => {
    loggedIn = new Map(browser.cookies);
    const { to } = await browser.submit('/logout', {});
    assert.equal(to, '/');
    assert.equal(browser.cookie, undefined);
    assert.equal((await browser.send('/account')).location, '/login');
  });

  await check('and the old cookie is worth nothing', async () => {
    assert.ok(loggedIn.has('shop'));
    const { status, location } = await new Browser().send('/account', { cookies: loggedIn });
    assert.deepEqual([status, location], [303, '/login']);
  });
} finally {
  await stop('SIGTERM');
}
finish();
