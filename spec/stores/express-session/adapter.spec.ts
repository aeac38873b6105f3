import { createRequire } from 'node:module';
import type express from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { session, type ExpressSessionStore, type SessionMiddleware } from 'typed-session';
import { type Client, listen, makeApp } from '../../support/app.js';
import { schema, type Options } from '../../support/shop.js';
import { TextStore, TouchStore, type Callback, type Stored } from '../../support/text-store.js';

/** express-session itself; it has no types of its own. */
const expressSession = createRequire(import.meta.url)('express-session') as {
  (options: object): express.RequestHandler;
  MemoryStore: new () => ExpressSessionStore & { sessions: Record<string, string> };
};

type Handlers = (sessions: SessionMiddleware<typeof schema>) => Record<string, express.RequestHandler>;

function open(store: ExpressSessionStore, options: Options = {}, handlers: Handlers = () => ({})): Promise<Client> {
  const sessions = session({ schema, secret: 'keep it', name: 'connect.sid', ...options, store });
  return makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.json(sessions.of(req));
    });
    app.get('/logout', async (req, res) => {
      await sessions.of(req).destroy();
      res.sendStatus(204);
    });
    for (const [path, handler] of Object.entries(handlers(sessions))) app.get(path, handler);
  });
}

describe('a store of express-session, passed as `store`', () => {
  it('holds what express-session would hold: the data, and the cookie, under the id', async () => {
    const store = new TextStore();
    const client = await open(store, { cookie: { maxAge: 3_600_000, secure: false } });
    await client.get('/view');
    const id = /^s%3A([^.]+)\./.exec(client.jar.get('connect.sid') ?? '')?.[1];
    expect([...store.sessions.keys()]).toEqual([id]);
    const { cookie, ...data } = store.only;
    expect(data).toEqual({ views: 1, cart: [] });
    expect(cookie).toMatchObject({ originalMaxAge: 3_600_000, httpOnly: true, path: '/', sameSite: 'lax' });
    expect(Date.parse(String(cookie['expires']))).toBeGreaterThan(Date.now());
  });

  it('counts on over requests, with one get for a read, and a get and a set more for a write', async () => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    expect(store.calls).toEqual(['set']);
    store.calls.length = 0;
    expect(await client.json('/')).toMatchObject({ views: 1 });
    expect(store.calls).toEqual(['get']);
    store.calls.length = 0;
    expect(await client.json('/view')).toMatchObject({ views: 2 });
    expect(store.calls).toEqual(['get', 'get', 'set']);
  });

  it('lets express-session and us serve one client in turn, and neither logs it out', async () => {
    vi.useFakeTimers({ toFake: ['Date'] }); // express-session's originalMaxAge shrinks by what its clock ticks
    onTestFinished(() => void vi.useRealTimers());
    const store = new expressSession.MemoryStore();
    const theirs = await makeApp((app) => {
      app.use(expressSession({ secret: 'keep it', store, resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } })); // prettier-ignore
      app.get('/view', (req, res) => {
        const data = req.session as unknown as { views?: number };
        data.views = (data.views ?? 0) + 1;
        res.json(data);
      });
    });
    const ours = await open(store, { cookie: { maxAge: 60_000 } });
    expect(await theirs.json('/view')).toMatchObject({ views: 1 });
    for (const [name, value] of theirs.jar) ours.jar.set(name, value);
    expect(await ours.json('/view')).toEqual({ views: 2, cart: [] });
    expect(ours.jar).toEqual(theirs.jar);
    expect(await theirs.json('/view')).toMatchObject({ views: 3, cart: [], cookie: { originalMaxAge: 60_000, httpOnly: true, path: '/' } }); // prettier-ignore
    expect(await ours.json('/view')).toEqual({ views: 4, cart: [] });
    expect(Object.keys(store.sessions)).toHaveLength(1);
  });

  it('keeps the life that express-session gave one cookie ("remember me")', async () => {
    const store = new TextStore();
    const client = await open(store, { cookie: { maxAge: 60_000 }, touchAfter: 0 }, (sessions) => ({
      '/life': (req, res) => void res.json(sessions.of(req).cookie.maxAge),
    }));
    await client.get('/view');
    const [id = ''] = store.sessions.keys();
    const expires = new Date(Date.now() + 90_000).toISOString();
    store.sessions.set(id, JSON.stringify({ views: 5, cookie: { originalMaxAge: 90_000, expires, path: '/' } }));
    const life = await client.get('/life');
    expect(JSON.parse(life.text)).toBe(90_000);
  });

  it('serves no session whose time has passed, whatever a store without touch returns', async () => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    const [id = ''] = store.sessions.keys();
    const { cookie, ...data } = store.only;
    const expires = new Date(Date.now() - 1000).toISOString();
    store.sessions.set(id, JSON.stringify({ ...data, cookie: { ...cookie, expires } }));
    expect(await client.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('trusts a store that touches to end sessions itself: the stored text is older than the deadline', async () => {
    const store = new TouchStore();
    const client = await open(store);
    await client.get('/view');
    const [id = ''] = store.sessions.keys();
    const { cookie, ...data } = store.only;
    const expires = new Date(Date.now() - 1000).toISOString();
    store.sessions.set(id, JSON.stringify({ ...data, cookie: { ...cookie, expires } }));
    expect(await client.json('/')).toMatchObject({ views: 1 });
    expect(store.touched).toHaveLength(1); // its deadline is brought up to date …
    expect(Date.parse(String(store.touched[0]?.cookie['expires']))).toBeGreaterThan(Date.now());
    await client.get('/');
    expect(store.touched).toHaveLength(1); // … once
  });

  it('still ends a session at its absolute timeout there', async () => {
    const store = new TouchStore();
    const client = await open(store, { idleTimeout: 1000, absoluteTimeout: 1000 });
    await client.get('/view');
    const [id = ''] = store.sessions.keys();
    const record = store.only;
    (record.cookie['typedSession'] as { createdAt: number }).createdAt -= 2000;
    store.sessions.set(id, JSON.stringify(record));
    expect(await client.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('merges what another request stored meanwhile, express-session’s too', async () => {
    const store = new TextStore();
    const client = await open(store, {}, (sessions) => ({
      '/slow': (req, res) => {
        sessions.of(req).notice = 'mine';
        const [id = ''] = store.sessions.keys();
        const { cookie, ...data } = store.only; // as express-session would, which drops what it does not know of a cookie
        store.sessions.set(id, JSON.stringify({ ...data, views: 40, cookie: { ...cookie, typedSession: undefined } }));
        res.sendStatus(204);
      },
    }));
    await client.get('/view');
    await client.get('/slow');
    expect(await client.json('/')).toEqual({ views: 40, cart: [], notice: 'mine' });
  });

  it('never recreates what was destroyed', async () => {
    const store = new TextStore();
    const client = await open(store, {}, (sessions) => ({
      '/slow': (req, res) => {
        sessions.of(req).views += 1;
        store.sessions.clear();
        res.sendStatus(204);
      },
    }));
    await client.get('/view');
    expect((await client.get('/slow')).status).toBe(409);
    expect(store.sessions.size).toBe(0);
  });

  it('removes the session at logout, and clears its cookie', async () => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    const answer = await client.get('/logout');
    expect(answer.cookies.join()).toContain('Max-Age=0');
    expect(store.sessions.size).toBe(0);
  });

  it('leaves the old id at a rotation, and its note tells express-session nothing', async () => {
    const store = new TextStore();
    const client = await open(store, {}, (sessions) => ({
      '/rotate': async (req, res) => {
        await sessions.of(req).rotate();
        res.sendStatus(204);
      },
    }));
    await client.get('/view');
    const before = client.copy();
    await client.get('/rotate');
    expect(await client.json('/')).toMatchObject({ views: 1 });
    expect(await before.json('/')).toEqual({ views: 0, cart: [] });
    const note = [...store.sessions.values()]
      .map((text) => JSON.parse(text) as Stored)
      .find((one) => !('views' in one));
    expect(Object.keys(note ?? {})).toEqual(['cookie']);
  });
});

describe('a store that misbehaves', () => {
  it('is refused at start-up where it lacks a method, by that name', () => {
    const store = { get: () => 0, set: () => 0 } as unknown as ExpressSessionStore;
    expect(() => session({ schema, secret: 's', store })).toThrow(/store: has no method destroy/);
    expect(() => session({ schema, secret: 's', store: {} as ExpressSessionStore })).toThrow(
      /store: has no method read/,
    );
  });

  it.each(['get', 'set'] as const)('answers 503 when its %s says an error', async (method) => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    store[method] = (...args: unknown[]) => {
      (args.at(-1) as Callback)(new Error('the id is s3cret'));
    };
    const answer = await client.get('/view');
    expect(answer.status).toBe(503);
    expect(answer.text).not.toContain('s3cret');
  });

  it.each(['get', 'set'] as const)('answers 503 when its %s throws, or rejects', async (method) => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    store[method] = () => {
      throw new Error('broken');
    };
    expect((await client.get('/view')).status).toBe(503);
    store[method] = () => Promise.reject(new Error('broken'));
    expect((await client.get('/view')).status).toBe(503);
  });

  it('answers 503 when it never calls back, after storeTimeout', async () => {
    const store = new TextStore();
    const client = await open(store, { storeTimeout: 20 });
    await client.get('/view');
    store.get = () => undefined;
    const answer = await client.get('/');
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('storeTimeout');
  });

  it('may call back twice: the second time is not heard', async () => {
    const store = new TextStore();
    const client = await open(store);
    const set = store.set.bind(store);
    store.set = (id, data, callback) => {
      set(id, data, callback);
      callback?.(new Error('again'));
    };
    const get = store.get.bind(store);
    store.get = (id, callback) => {
      get(id, callback);
      setImmediate(callback, new Error('again'));
    };
    expect((await client.get('/view')).status).toBe(200);
    expect(await client.json('/view')).toMatchObject({ views: 2 });
  });

  it('may say ENOENT for a session that it does not have', async () => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    store.get = (_id, callback) => {
      callback(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
    };
    expect(await client.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('fails at once while it is disconnected, and serves again when it is back', async () => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    store.emit('disconnect');
    const answer = await client.get('/view');
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("emitted 'disconnect'");
    store.emit('connect');
    expect(await client.json('/view')).toMatchObject({ views: 2 });
  });

  it('may return what is no session: a new one begins, and the event says why', async () => {
    const store = new TextStore();
    const client = await open(store);
    await client.get('/view');
    const loads = listen('typed-session:load');
    store.get = (_id, callback) => {
      callback(null, 'text' as unknown as object);
    };
    expect(await client.json('/')).toEqual({ views: 0, cart: [] });
    expect(loads.map((load) => load.outcome)).toEqual(['corrupt']);
  });

  it('is looked at anew at each call: methods may be replaced while the app runs', async () => {
    const store = new TextStore();
    const client = await open(store);
    const seen: string[] = [];
    const set = store.set.bind(store);
    store.set = (id, data, callback) => {
      seen.push('set');
      set(id, data, callback);
    };
    await client.get('/view');
    expect(seen).toEqual(['set']);
  });
});
