import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { MemoryStore } from 'typed-session';
import { makeApp } from '../app.js';
import { isSameOrigin } from '../same-origin.js';
import { openSessions } from '../session.js';
import { demoLogin } from '../users.js';

interface Answer {
  readonly status: number;
  readonly body: any;
}
type Client = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Answer>;

/** Starts the app, and returns a client that keeps its cookie. */
async function open(t: TestContext): Promise<Client> {
  const server = makeApp(openSessions(new MemoryStore(), 'a secret that only the tests use, 32+')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  let cookie = '';
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';', 1)[0] ?? '';
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return { status: response.status, body: isJson ? await response.json() : await response.text() };
  };
}

test('the notes of a user need a login, and a logout ends it', async (t) => {
  const call = await open(t);
  assert.equal((await call('GET', '/api/notes')).status, 401);
  assert.equal((await call('GET', '/api/session')).body.user, null);
  assert.equal((await call('POST', '/api/login', demoLogin)).body.user.name, 'Ada Lovelace');
  assert.equal((await call('POST', '/api/notes', { text: 'Buy ink' })).status, 201);
  const [note] = (await call('GET', '/api/notes')).body;
  assert.equal(note.text, 'Buy ink');
  assert.equal((await call('DELETE', `/api/notes/${note.id}`)).status, 204);
  assert.equal((await call('POST', '/api/logout')).status, 204);
  assert.equal((await call('GET', '/api/notes')).status, 401);
});

test('a wrong password is a 403, and malformed input a 400', async (t) => {
  const call = await open(t);
  assert.equal((await call('POST', '/api/login', { ...demoLogin, password: 'no' })).status, 403);
  assert.equal((await call('POST', '/api/login', { login: 1 })).status, 400);
});

test('a change that another origin asks for is refused', async (t) => {
  const call = await open(t);
  await call('POST', '/api/login', demoLogin);
  const other = await call('POST', '/api/notes', { text: 'x' }, { 'sec-fetch-site': 'cross-site' });
  assert.equal(other.status, 403);
  assert.deepEqual((await call('GET', '/api/notes')).body, []);
});

test('the origin is compared with Sec-Fetch-Site, and without it with Origin', () => {
  const host = 'notes.example';
  assert.equal(isSameOrigin({ host, 'sec-fetch-site': 'same-origin' }), true);
  assert.equal(isSameOrigin({ host, 'sec-fetch-site': 'same-site' }), false);
  assert.equal(isSameOrigin({ host, origin: 'https://notes.example' }), true);
  assert.equal(isSameOrigin({ host, origin: 'https://evil.example' }), false);
  assert.equal(isSameOrigin({ host, origin: 'null' }), false);
  assert.equal(isSameOrigin({ host }), true);
});
