import { createServer } from 'node:http';
import express, { type Express } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session, SessionRequiredError } from 'typed-session';
import * as onFetch from 'typed-session/fetch';
import {
  fakeRequest,
  readSession,
  sessionCookie,
  sessionMatchers,
  storageState,
  type SessionMatchers,
} from 'typed-session/testing';
import { z } from 'zod';

declare module 'vitest' {
  // The names are vitest's.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface Matchers<T = any> extends SessionMatchers<T> {}
}

const secret = 'for the tests of an app alone, 32 bytes and more';
const schema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.string()).default([]),
  token: z.string().meta({ sensitive: true }).optional(),
});

function makeShop() {
  const store = new MemoryStore();
  const sessions = session({ schema, secret, store, principal: 'userId' });
  const app: Express = express();
  app.use(sessions);
  app.get('/me', sessions.requireSession('userId'), (req, res) => {
    res.json({ id: sessions.of(req).userId });
  });
  app.post('/cart/:sku', (req, res) => {
    sessions.of(req).cart.push(req.params.sku);
    res.json({ ok: true });
  });
  return { app, sessions, store };
}

describe('sessionCookie', () => {
  it('is accepted by the app as the cookie of a signed-in client, sent by supertest', async () => {
    const { app, sessions } = makeShop();
    const alice = await sessionCookie(sessions, { userId: 'u1' });
    expect(alice).toMatch(/^sid=s%3A/);
    await request(app).get('/me').set('Cookie', alice).expect(200, { id: 'u1' });
    await request(app).get('/me').expect(401);
  });

  it('is accepted when it is sent by fetch', async () => {
    const { app, sessions } = makeShop();
    const server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/me`, {
      headers: { cookie: await sessionCookie(sessions, { userId: 'u2' }) },
    });
    expect(await response.json()).toEqual({ id: 'u2' });
    server.close();
  });

  it('fills in the fields that it was not given, as a new session does', async () => {
    const { sessions } = makeShop();
    expect(await readSession(sessions, await sessionCookie(sessions))).toEqual({ role: 'user', cart: [] });
  });

  it('rejects a payload that the schema refuses, and stores nothing', async () => {
    const { sessions, store } = makeShop();
    await expect(sessionCookie(sessions, { userId: 7 as never })).rejects.toMatchObject({ code: 'SESSION_VALIDATION' });
    // @ts-expect-error -- the schema has no such field
    await expect(sessionCookie(sessions, { user: 'u1' })).rejects.toMatchObject({ code: 'SESSION_VALIDATION' });
    expect(await store.size()).toBe(0);
  });

  it('is found by its principal, so that list() and revoke() see it', async () => {
    const { sessions } = makeShop();
    const alice = await sessionCookie(sessions, { userId: 'u1' });
    expect(await sessions.list('u1')).toHaveLength(1);
    await sessions.revoke('u1');
    expect(await readSession(sessions, alice)).toBeUndefined();
  });

  it('puts a session into a state of a union', async () => {
    const states = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('guest'), cart: z.array(z.string()).default([]) }),
      z.object({ kind: z.literal('user'), userId: z.string() }),
    ]);
    const sessions = session({
      schema: states,
      secret,
      store: new MemoryStore(),
      initial: { kind: 'guest', cart: [] },
    });
    const cookie = await sessionCookie(sessions, { kind: 'user', userId: 'u1' });
    expect(await readSession(sessions, cookie)).toEqual({ kind: 'user', userId: 'u1' });
  });

  it('works with the sessions of the fetch API', async () => {
    const sessions = onFetch.session({ schema, secret, store: new MemoryStore() });
    const cookie = await sessionCookie(sessions, { userId: 'u3' });
    const response = await sessions.handle(
      new Request('https://shop.example/me', { headers: { cookie } }),
      sessions.requireSession('userId'),
      ({ userId }) => Response.json({ userId }),
    );
    expect(await response.json()).toEqual({ userId: 'u3' });
  });

  it('needs what session() returned', async () => {
    await expect(sessionCookie({} as never)).rejects.toThrow(
      /sessionCookie\(\) takes what session\(\) of typed-session/,
    );
  });
});

describe('readSession', () => {
  it('shows what the app has stored, from the cookie that a response set', async () => {
    const { app, sessions } = makeShop();
    const { headers } = await request(app).post('/cart/tea');
    const [cookie = ''] = headers['set-cookie'] as unknown as string[];
    expect(await readSession(sessions, cookie)).toEqual({ role: 'user', cart: ['tea'] });
  });

  it('shows sensitive fields, and changes neither the record nor its deadline', async () => {
    const { sessions, store } = makeShop();
    const cookie = await sessionCookie(sessions, { token: 'abc' });
    const before = await store.list('none');
    expect(before).toEqual([]);
    const [first] = (await store.scan(undefined, 10)).entries;
    expect(await readSession(sessions, cookie)).toMatchObject({ token: 'abc' });
    expect((await store.scan(undefined, 10)).entries[0]).toEqual(first);
  });

  it.each(['sid=s%3Aforged.signature', 'other=1', ''])(
    'is undefined for a cookie without a session: %j',
    async (cookie) => {
      expect(await readSession(makeShop().sessions, cookie)).toBeUndefined();
    },
  );
});

describe('storageState', () => {
  it("is the cookie with the attributes of the middleware's option, in the form of Playwright", async () => {
    const { sessions } = makeShop();
    const alice = await sessionCookie(sessions, { userId: 'u1' });
    expect(storageState(sessions, alice, 'http://localhost:3000')).toEqual({
      cookies: [
        {
          name: 'sid',
          value: alice.slice('sid='.length),
          domain: 'localhost',
          path: '/',
          expires: -1,
          httpOnly: true,
          secure: false,
          sameSite: 'Lax',
        },
      ],
      origins: [],
    });
  });

  it('refuses an origin that is no address, and a cookie that is none', () => {
    const { sessions } = makeShop();
    expect(() => storageState(sessions, 'sid=1', 'localhost')).toThrow(/needs the app's origin/);
    expect(() => storageState(sessions, 'alice', 'http://localhost')).toThrow(/needs a cookie/);
  });
});

describe('fakeRequest', () => {
  it('passes a guard that it has the fields for, and its response is committed', async () => {
    const { sessions } = makeShop();
    const req = await fakeRequest(sessions, { userId: 'u1' });
    sessions.requireSession('userId')(req, req.res, () => {
      sessions.of(req).cart.push('tea');
      req.res.json({ id: sessions.of(req).userId });
    });
    const { status, text, headers } = await req.sent;
    expect({ status, text }).toEqual({ status: 200, text: '{"id":"u1"}' });
    expect(headers['content-type']).toMatch(/json/);
    const [stored] = await sessions.list('u1');
    expect(stored?.payload?.cart).toEqual(['tea']);
  });

  it('is refused by a guard if it has no session', async () => {
    const { sessions } = makeShop();
    const req = await fakeRequest(sessions);
    const errors: unknown[] = [];
    sessions.requireSession('userId')(req as never, req.res, (error?: unknown) => errors.push(error));
    expect(errors[0]).toBeInstanceOf(SessionRequiredError);
  });

  it('has methods that work: rotate() sets a cookie with another id', async () => {
    const { sessions } = makeShop();
    const req = await fakeRequest(sessions, { userId: 'u1' }, { method: 'POST', url: '/login?x=1', body: { a: 1 } });
    expect([req.method, req.query, req.body]).toEqual(['POST', { x: '1' }, { a: 1 }]);
    await sessions.of(req).rotate();
    req.res.sendStatus(204);
    expect((await req.sent).headers['set-cookie']).toHaveLength(1);
  });

  it('rejects what was sent if the commit fails', async () => {
    const { sessions } = makeShop();
    const req = await fakeRequest(sessions, { userId: 'u1' });
    Object.assign(sessions.of(req), { role: 'king' });
    req.res.end();
    await expect(req.sent).rejects.toMatchObject({ code: 'SESSION_VALIDATION' });
  });
});

describe('sessionMatchers', () => {
  const { app, sessions } = makeShop();
  expect.extend(sessionMatchers(sessions));

  it('toSetSessionCookie passes for a response that sets the signed cookie, and not for another one', async () => {
    expect(await request(app).post('/cart/tea')).toSetSessionCookie();
    expect(await request(app).get('/me')).not.toSetSessionCookie();
    const forged = new Response('', { headers: { 'set-cookie': 'sid=s%3Aabc.def; Path=/' } });
    expect(forged).not.toSetSessionCookie();
  });

  it('toHaveSession compares fields of the stored session, of a cookie or of a response', async () => {
    const alice = await sessionCookie(sessions, { userId: 'u1', cart: ['tea'] });
    await expect(alice).toHaveSession({ userId: 'u1', cart: ['tea'] });
    await expect(alice).not.toHaveSession({ userId: 'u2' });
    await expect(await request(app).post('/cart/milk')).toHaveSession({ cart: ['milk'] });
    await expect('sid=none').not.toHaveSession();
    await expect(expect(alice).toHaveSession({ role: 'admin' })).rejects.toThrow('The session differs in role.');
  });

  it('says what it takes, for anything else', () => {
    expect(() => { expect(7).toSetSessionCookie(); }).toThrow(/takes a response of supertest, fetch, or undici/); // prettier-ignore
  });
});
