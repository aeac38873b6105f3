import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminLogin, demoLogin } from '../users.js';
import { Browser, openShop } from './browser.js';

const PHONE = 'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36';
const { login, password } = demoLogin;

test('a login keeps the cart and changes the session id', async (t) => {
  const browser = new Browser(await openShop(t));
  await browser.post('/cart', { sku: 'ink', qty: '2' });
  const before = browser.cookie;
  const page = await browser.logIn(login, password);
  assert.equal(page.path, '/account');
  assert.notEqual(browser.cookie, before);
  assert.match((await browser.get('/cart')).body, /Blue-black ink[^]*value="2"/);
});

test('the devices page lists every login of the user, and no other', async (t) => {
  const shop = await openShop(t);
  const [laptop, phone, other] = [new Browser(shop), new Browser(shop, PHONE), new Browser(shop, 'curl/8.14')];
  await laptop.logIn(login, password);
  await phone.logIn(login, password);
  await other.logIn(adminLogin.login, adminLogin.password);
  const { body } = await laptop.get('/devices');
  assert.match(body, /Firefox on Linux<\/b> <span class="tag">This device/);
  assert.match(body, /Chrome on Android/);
  assert.doesNotMatch(body, /curl/);
});

test('a device that is revoked is logged out, and the others are not', async (t) => {
  const shop = await openShop(t);
  const [laptop, phone] = [new Browser(shop), new Browser(shop, PHONE)];
  await laptop.logIn(login, password);
  await phone.logIn(login, password);
  const [, revoke = ''] = /action="(\/devices\/[^"]+\/revoke)"/.exec((await laptop.get('/devices')).body) ?? [];
  const page = await laptop.post(revoke);
  assert.match(page.body, /That device is logged out/);
  assert.doesNotMatch(page.body, /Android/);
  assert.equal((await phone.get('/account')).path, '/login');
  assert.equal((await laptop.get('/account')).path, '/account');
});

test('a user cannot revoke the devices of another user', async (t) => {
  const shop = await openShop(t);
  const [ada, adasPhone, grace] = [new Browser(shop), new Browser(shop, PHONE), new Browser(shop)];
  await ada.logIn(login, password);
  await adasPhone.logIn(login, password);
  await grace.logIn(adminLogin.login, adminLogin.password);
  const [, revoke = ''] = /action="(\/devices\/[^"]+\/revoke)"/.exec((await ada.get('/devices')).body) ?? [];
  assert.match((await grace.post(revoke)).body, /already logged out/);
  assert.equal((await adasPhone.get('/account')).path, '/account');
});

test('all other devices can be logged out at once', async (t) => {
  const shop = await openShop(t);
  const [laptop, phone] = [new Browser(shop), new Browser(shop, PHONE)];
  await laptop.logIn(login, password);
  await phone.logIn(login, password);
  assert.match((await laptop.post('/devices/revoke-others')).body, /logged out: 1\./);
  assert.equal((await phone.get('/account')).path, '/login');
  assert.equal((await laptop.get('/account')).path, '/account');
});

test('the page of users requires the role admin', async (t) => {
  const shop = await openShop(t);
  const [visitor, ada, grace] = [new Browser(shop), new Browser(shop), new Browser(shop)];
  assert.equal((await visitor.get('/admin')).path, '/login');
  await ada.logIn(login, password);
  const refused = await ada.get('/admin');
  assert.deepEqual([refused.path, refused.status], ['/admin', 403]);
  await grace.logIn(adminLogin.login, adminLogin.password);
  assert.match((await grace.get('/admin')).body, /Ada Lovelace[^]*Logged in on 1 device/);
});

test('an admin can log a user out everywhere', async (t) => {
  const shop = await openShop(t);
  const [ada, grace] = [new Browser(shop), new Browser(shop)];
  await ada.logIn(login, password);
  await grace.logIn(adminLogin.login, adminLogin.password);
  const [, revoke = ''] = /action="(\/admin\/users\/[^"]+\/revoke)"/.exec((await grace.get('/admin')).body) ?? [];
  assert.match((await grace.post(revoke)).body, /Ada Lovelace is logged out/);
  assert.equal((await ada.get('/account')).path, '/login');
});

test('another user in the same browser does not get the cart', async (t) => {
  const browser = new Browser(await openShop(t));
  await browser.post('/cart', { sku: 'ink', qty: '2' });
  await browser.logIn(login, password);
  await browser.logIn(adminLogin.login, adminLogin.password);
  assert.match((await browser.get('/cart')).body, /Your cart is empty/);
});
