// @ts-check
// What a client of each small example does. The shop has a file of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Client } from './client.mjs';

/** @param {string} base */
export async function driveJavaScript(base) {
  const client = new Client(base);
  assert.equal((await client.send('/account')).status, 401);
  assert.deepEqual(await client.json('/cart/tea', { json: {} }), [{ sku: 'tea', qty: 1 }]);
  const before = client.cookie;
  assert.deepEqual(await client.json('/login', { json: { user: 'ada' } }), { userId: 'ada', role: 'user' });
  assert.notEqual(client.cookie, before);
  assert.deepEqual(await client.json('/account'), { name: 'ADA', role: 'user', cart: [{ sku: 'tea', qty: 1 }] });
  assert.equal((await client.send('/admin')).status, 403);
  assert.equal((await client.send('/logout', { json: {} })).status, 204);
  assert.equal((await client.send('/account')).status, 401);
}

/** @param {string} base */
export async function driveSinglePageApp(base) {
  const client = new Client(base);
  assert.match((await client.send('/')).body, /<dialog id="login"/);
  for (const file of ['app.js', 'api.js', 'login.js', 'style.css']) {
    assert.equal((await client.send(`/${file}`)).status, 200, file);
  }
  const refused = await client.send('/api/notes');
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
  await client.json('/api/login', { json: { login: 'ada', password: 'difference engine' } });
  const note = await client.json('/api/notes', { json: { text: 'Buy ink' } });
  assert.deepEqual(await client.json('/api/notes'), [note]);
  const elsewhere = { json: { text: 'x' }, headers: { Origin: 'https://evil.example' } };
  assert.equal((await client.send('/api/notes', elsewhere)).status, 403);
  assert.equal((await client.send('/api/logout', { json: {} })).status, 204);
  assert.equal((await client.send('/api/notes')).status, 401);
}

/** @param {string} base */
export async function driveChat(base) {
  assert.match((await new Client(base).send('/')).body, /chat\.js/);
  const [ada, grace] = [new Client(base), new Client(base)];
  await ada.json('/login', { json: { name: 'Ada' } });
  await grace.json('/login', { json: { name: 'Grace' } });
  await assert.rejects(socketOf(new Client(base)), /401/);
  const [hers, other] = [await socketOf(ada), await socketOf(grace)];
  const received = once(other, 'message');
  hers.send(JSON.stringify({ text: 'Hello' }));
  assert.deepEqual(JSON.parse(String((await received)[0])), { from: 'Ada', text: 'Hello' });
  const closed = once(hers, 'close');
  await ada.json('/logout', { json: {} });
  assert.equal((await closed)[0], 4401);
  assert.equal(other.readyState, WebSocket.OPEN);
  await assert.rejects(socketOf(ada), /401/);
  other.close();
}

/** @param {Client} client */
async function socketOf({ base, cookie }) {
  const socket = new WebSocket(base.replace('http', 'ws'), { headers: { Cookie: cookie, Origin: base } });
  await once(socket, 'open');
  return socket;
}
