const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const { app } = require('./app.js');

/** @param {import('node:test').TestContext} t */
async function open(t) {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  let cookie = '';
  /** A client that keeps its cookie. @param {string} method @param {string} path @param {object} [body] */
  return async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';', 1)[0] ?? '';
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

test('the account requires a login, and a logout ends it', async (t) => {
  const call = await open(t);
  assert.equal((await call('GET', '/account')).status, 401);
  await call('POST', '/login', { user: 'ada' });
  assert.deepEqual((await call('GET', '/account')).body, { name: 'ADA', role: 'user', cart: [] });
  assert.equal((await call('POST', '/logout')).status, 204);
  assert.equal((await call('GET', '/account')).status, 401);
});

test('only an admin sees the admin page', async (t) => {
  const call = await open(t);
  await call('POST', '/login', { user: 'ada' });
  assert.equal((await call('GET', '/admin')).status, 403);
  await call('POST', '/login', { user: 'root' });
  assert.deepEqual((await call('GET', '/admin')).body, { admin: 'root' });
});

test('two clicks at the same time both count, and a login keeps the cart', async (t) => {
  const call = await open(t);
  await call('POST', '/cart/tea');
  await Promise.all([call('POST', '/cart/tea'), call('POST', '/cart/tea')]);
  await call('POST', '/login', { user: 'ada' });
  assert.deepEqual((await call('GET', '/account')).body.cart, [{ sku: 'tea', qty: 3 }]);
});
