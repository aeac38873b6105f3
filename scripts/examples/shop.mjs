// @ts-check
// The shop as its user sees it: over HTTP, through an orderly stop and a SIGKILL.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../report.mjs';
import { Client } from './client.mjs';
import { start } from './project.mjs';

const ADA = { login: 'ada', password: 'difference engine' };
const GRACE = { login: 'grace', password: 'flow-matic' };
const HTML = { headers: { Accept: 'text/html' } };

/**
 * @param {string} cwd
 * @param {{ on: string, url?: string | undefined }} store
 */
export async function driveShop(cwd, { on, url }) {
  const data = mkdtempSync(join(tmpdir(), 'typed-session-shop-'));
  const shop = new Shop(cwd, data, url);
  try {
    await asVisitor(`shop on ${on}`, shop);
    await throughRestarts(`shop on ${on}`, shop, url === undefined ? data : undefined);
    await onDevices(`shop on ${on}`, shop);
  } finally {
    await shop.stop('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
}

/** The running shop, and one browser that outlives its restarts. */
class Shop {
  browser = new Client('');
  /** When the browser logged in, as the account page shows it. */
  date = '';

  /** @param {string} cwd @param {string} data @param {string | undefined} url */
  constructor(cwd, data, url) {
    this.cwd = cwd;
    const server = url === undefined ? {} : { SESSION_STORE: url, SESSION_SECRET: 'RqcqIaCjn3XfCqNsUqq5K2dDHS9tT4GC' };
    this.env = { SHOP_DATA: data, ...server };
  }

  async start() {
    // As in the container: without npm, so that the exit code is that of the shop.
    this.running = await start(this.cwd, { command: ['node', '--import', 'tsx', 'main.ts'], env: this.env });
    this.browser.base = this.running.base;
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal) {
    const { running } = this;
    this.running = undefined;
    return running?.stop(signal);
  }

  newBrowser() {
    return new Client(this.browser.base);
  }
}

/** @param {string} name @param {Shop} shop */
async function asVisitor(name, shop) {
  const { browser } = shop;
  await check(`${name}: it starts`, () => shop.start());

  await check(`${name}: the catalogue sets no cookie`, async () => {
    const { status, body, headers } = await browser.send('/');
    assert.equal(status, 200);
    assert.match(body, /Steel ruler/);
    assert.deepEqual(headers.getSetCookie(), []);
  });

  await check(
    `${name}: a protected page redirects a browser to the login, and returns 401 to other clients`,
    async () => {
      const { status, location } = await browser.send('/account', HTML);
      assert.deepEqual([status, location], [303, '/login']);
      assert.match((await browser.send('/login')).body, /Please log in first/);
      const other = await shop.newBrowser().send('/account', { headers: { Accept: 'application/json' } });
      assert.equal(other.status, 401);
      assert.equal(JSON.parse(other.body).code, 'SESSION_REQUIRED');
    },
  );

  await check(`${name}: an unknown user and a wrong password get the same response`, async () => {
    const wrong = await browser.send('/login', { form: { ...ADA, password: 'no' } });
    const unknown = await browser.send('/login', { form: { login: 'nobody', password: 'no' } });
    assert.deepEqual([wrong.status, unknown.status], [403, 403]);
    assert.equal(unknown.body.replaceAll('nobody', ADA.login), wrong.body);
  });

  await check(`${name}: what was typed comes back escaped`, async () => {
    const { body } = await browser.send('/login', { form: { login: '"><script>alert(1)</script>', password: 'no' } });
    assert.ok(!body.includes('<script'));
    assert.match(body, /&lt;script&gt;/);
  });

  await check(`${name}: a visitor has a cart, and a notice shows once`, async () => {
    const { to, body } = await browser.submit('/cart', { sku: 'ruler', qty: '2' });
    assert.equal(to, '/');
    assert.match(body, /Steel ruler: It is in your cart/);
    assert.doesNotMatch((await browser.send('/')).body, /It is in your cart/);
  });

  await check(`${name}: a login gives the session a new id, and returns to the page that required it`, async () => {
    const before = new Map(browser.cookies);
    const { to, body } = await browser.submit('/login', ADA);
    assert.equal(to, '/account');
    assert.match(body, /You are logged in/);
    assert.notDeepEqual(browser.cookies, before);
    const attacker = shop.newBrowser();
    attacker.cookies = before;
    const { status, body: seen } = await attacker.send('/account', HTML);
    assert.notEqual(status, 200, 'the old id is logged in');
    assert.doesNotMatch(seen, /datetime/);
    shop.date = /datetime="([^"]+)"/.exec(body)?.[1] ?? '';
    assert.ok(Math.abs(Date.now() - Date.parse(shop.date)) < 60_000, `it shows ${shop.date}`);
  });

  await check(`${name}: the login keeps the cart, and a quantity can be changed`, async () => {
    const { body } = await browser.submit('/cart/ruler', { qty: '7' });
    assert.match(body, /value="7"/);
    assert.match(body, /62\.30/);
    for (const qty of ['0', '-1', '1.5', 'many', '', '100', '1e1']) {
      const { body } = await browser.submit('/cart/ruler', { qty });
      assert.match(body, /A quantity must be a whole number from 1 to 99/, `for '${qty}'`);
      assert.match(body, /value="7"/);
    }
  });

  await check(`${name}: clicks at the same time all count, and a product can be removed`, async () => {
    const form = { sku: 'ink', qty: '1' };
    await Promise.all(Array.from({ length: 8 }, () => browser.send('/cart', { form })));
    assert.match((await browser.send('/cart')).body, /value="8"/);
    const { body } = await browser.submit('/cart/ink/remove', {});
    assert.doesNotMatch(body, /Blue-black ink/);
    assert.match(body, /Steel ruler/);
  });

  await check(`${name}: an unknown page is a 404, and a form that is too long a 413`, async () => {
    assert.equal((await browser.send('/nowhere')).status, 404);
    assert.equal((await browser.send('/cart', { form: { sku: 'x'.repeat(20_000) } })).status, 413);
    assert.equal((await browser.send('/healthz')).status, 200);
  });
}

/** @param {string} name @param {Shop} shop @param {string | undefined} data the folder with the secret, if there is one */
async function throughRestarts(name, shop, data) {
  const { browser } = shop;
  const stillLoggedIn = async () => {
    const account = await browser.send('/account');
    assert.equal(account.status, 200);
    assert.ok(account.body.includes(`datetime="${shop.date}"`), 'the date of the login is another one');
    assert.match((await browser.send('/cart')).body, /Steel ruler[^]*value="7"/);
  };

  await check(`${name}: SIGTERM stops it at once and in order`, async () => {
    const since = Date.now();
    assert.equal(await shop.stop('SIGTERM'), 0);
    assert.ok(Date.now() - since < 5000);
  });
  if (data !== undefined && process.platform !== 'win32') {
    await check(`${name}: only its owner can read the secret`, () => {
      assert.equal(statSync(join(data, 'secret')).mode & 0o777, 0o600);
    });
  }
  await check(`${name}: after a restart, the user is still logged in, with the cart`, async () => {
    await shop.start();
    await stillLoggedIn();
  });
  await check(`${name}: the same after a SIGKILL`, async () => {
    await shop.stop('SIGKILL');
    await shop.start();
    await stillLoggedIn();
  });
}

/** @param {string} name @param {Shop} shop */
async function onDevices(name, shop) {
  const { browser } = shop;
  await check(`${name}: an order empties the cart, once`, async () => {
    const orders = await Promise.all([1, 2, 3].map(() => browser.send('/checkout', { form: {} })));
    assert.deepEqual([...new Set(orders.map((order) => order.location))], ['/account']);
    assert.match((await browser.send('/account')).body, /Thank you, .*62\.30/);
    assert.match((await browser.send('/cart')).body, /Your cart is empty/);
  });

  await check(`${name}: a device that is revoked is logged out`, async () => {
    const phone = shop.newBrowser();
    await phone.submit('/login', ADA);
    const { body } = await browser.send('/devices');
    const [, revoke = ''] = /action="(\/devices\/[^"]+\/revoke)"/.exec(body) ?? [];
    assert.match((await browser.submit(revoke, {})).body, /That device is logged out/);
    assert.equal((await phone.send('/account', HTML)).location, '/login');
    assert.equal((await browser.send('/account')).status, 200);
  });

  await check(`${name}: only an admin sees the page of users`, async () => {
    assert.equal((await browser.send('/admin', HTML)).status, 403);
    const admin = shop.newBrowser();
    await admin.submit('/login', GRACE);
    assert.match((await admin.send('/admin')).body, /Ada Lovelace[^]*Logged in on 1 device/);
    await admin.submit('/logout', {});
  });

  await check(`${name}: a logout clears the cookie, and the old cookie is useless`, async () => {
    const old = shop.newBrowser();
    old.cookies = new Map(browser.cookies);
    assert.equal((await browser.submit('/logout', {})).to, '/');
    assert.equal(browser.cookies.size, 0);
    assert.equal((await old.send('/account', HTML)).location, '/login');
  });
}
