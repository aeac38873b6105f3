// A user's app, as try-tarball.mjs compiles it under each moduleResolution and then runs it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';
import { SqliteStore } from 'typed-session/sqlite';
import { z } from 'zod';

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const sessionSchema = z.object({
  userId: z.uuid().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.object({ sku: z.string(), qty: z.int().positive() })).default([]),
  lastLogin: isoDate.optional(),
});

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

const store = new SqliteStore({ file: process.argv[2] ?? ':memory:' });
const sessions = session({ schema: sessionSchema, secret: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1', store });

const ada = '0b5d3e0c-8d9f-4b7e-9a51-3f1f6a3f2a10';

class AccountController {
  @RequireSession('userId')
  me(req: SessionRequest<'userId'>, res: Response) {
    const id: string = req.session.userId;
    res.json({ id, lastLogin: req.session.lastLogin instanceof Date });
  }
}

const app = express();
app.use(sessions);
app.post('/login', async (req, res) => {
  await req.session.rotate();
  req.session.userId = ada;
  req.session.lastLogin = new Date();
  // @ts-expect-error -- a wrong type does not compile
  const wrong: number = req.session.role;
  res.json({ ok: true, was: wrong });
});
app.get('/me', new AccountController().me);
app.get('/cart', requireSession('userId'), (req, res) => {
  const id: string = req.session.userId;
  res.json({ id, cart: req.session.cart });
});
app.post('/logout', async (req, res) => {
  await req.session.destroy();
  res.sendStatus(204);
});

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const call = (method: string, path: string, cookie = '') =>
  fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { cookie } });

assert.equal((await call('GET', '/me')).status, 401);
const login = await call('POST', '/login');
assert.deepEqual(await login.json(), { ok: true, was: 'user' });
const cookie = login.headers.getSetCookie()[0]?.split(';')[0];
assert.ok(cookie?.startsWith('sid='));
assert.deepEqual(await (await call('GET', '/me', cookie)).json(), { id: ada, lastLogin: true });
assert.deepEqual(await (await call('GET', '/cart', cookie)).json(), { id: ada, cart: [] });
assert.equal((await call('POST', '/logout', cookie)).status, 204);
assert.equal((await call('GET', '/me', cookie)).status, 401);

server.close();
server.closeAllConnections();
console.log('login, guard, decorator, logout');
