import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { MemoryStore } from 'typed-session';
import { WebSocket } from 'ws';
import { makeServer } from '../chat.js';
import { openSessions } from '../session.js';
import { SESSION_ENDED, Sockets } from '../sockets.js';

/** Two processes of the chat on one store, which check their sessions every 20 milliseconds. */
async function open(t: TestContext): Promise<[string, string]> {
  const store = new MemoryStore();
  const start = async () => {
    const sessions = openSessions(store, 'a secret that only the tests use, 32+');
    const sockets = new Sockets(20);
    const server = makeServer(sessions, sockets);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      sockets.close();
      server.close();
      server.closeAllConnections();
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  return [await start(), await start()];
}

async function post(host: string, path: string, cookie = '', body = {}): Promise<string> {
  const response = await fetch(`http://${host}${path}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `POST ${path}: ${response.status}`);
  return response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
}

async function join(host: string, cookie: string, origin = `http://${host}`): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${host}/`, { headers: { cookie, origin } });
  await once(socket, 'open');
  return socket;
}

const logIn = (host: string, name: string) => post(host, '/login', '', { name });

test('a message reaches everyone, with the name from the session', async (t) => {
  const [host] = await open(t);
  const ada = await join(host, await logIn(host, 'Ada'));
  const grace = await join(host, await logIn(host, 'Grace'));
  ada.send(JSON.stringify({ text: 'Hello', from: 'Grace' }));
  const [data] = await once(grace, 'message');
  assert.deepEqual(JSON.parse(String(data)), { from: 'Ada', text: 'Hello' });
});

test('a socket without a login, or from another origin, is refused', async (t) => {
  const [host] = await open(t);
  await assert.rejects(join(host, ''), /401/);
  await assert.rejects(join(host, await logIn(host, 'Ada'), 'https://evil.example'), /403/);
});

test('a logout closes the sockets of its session, and no others', async (t) => {
  const [host] = await open(t);
  const [cookie, other] = [await logIn(host, 'Ada'), await logIn(host, 'Ada')];
  const [first, second, untouched] = [await join(host, cookie), await join(host, cookie), await join(host, other)];
  const closed = Promise.all([once(first, 'close'), once(second, 'close')]);
  await post(host, '/logout', cookie);
  assert.deepEqual(
    (await closed).map(([code]) => code),
    [SESSION_ENDED, SESSION_ENDED],
  );
  assert.equal(untouched.readyState, WebSocket.OPEN);
  await assert.rejects(join(host, cookie), /401/);
});

test('a logout in another process closes the socket at the next check', async (t) => {
  const [host, otherProcess] = await open(t);
  const cookie = await logIn(host, 'Ada');
  const closed = once(await join(host, cookie), 'close');
  await post(otherProcess, '/logout', cookie);
  assert.equal((await closed)[0], SESSION_ENDED);
});
