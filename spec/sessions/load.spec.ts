import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { MemoryStore, session, SessionNotLoadedError } from 'typed-session';
import { z } from 'zod';
import { deferred, itOnExpress, listen, makeApp, serve } from '../support/app.js';
import { gate, openShop, schema, type Options } from '../support/shop.js';

function sign(id: string, secret: string): string {
  return encodeURIComponent(`s:${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`);
}

async function shop(options: Options = {}) {
  const opened = await openShop(
    (sessions) => ({
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.json(sessions.of(req));
      },
      '/ignore': (_req, res) => {
        res.end('ok');
      },
      '/id': (req, res) => {
        res.json({ id: sessions.of(req).id, isNew: sessions.of(req).isNew });
      },
    }),
    options,
  );
  return { ...opened, loads: listen('typed-session:load') };
}

describe('loading a session', () => {
  it('a request without a cookie gets a new session, which is not stored until it is changed', async () => {
    const { client, store, loads } = await shop();
    const answer = await client.get('/');
    expect(JSON.parse(answer.text)).toEqual({ views: 0, cart: [] });
    expect(answer.cookies).toEqual([]);
    expect(store.calls).toEqual([]);
    expect(loads.map((event) => event.outcome)).toEqual(['none']);
  });

  it('a session is found again by its cookie', async () => {
    const { client, loads } = await shop();
    await client.get('/count');
    expect(await client.json('/count')).toMatchObject({ views: 2 });
    expect(loads.map((event) => event.outcome)).toEqual(['none', 'found']);
  });

  it('a client with a forged cookie learns nothing about the session, and its id is never adopted', async () => {
    const { client, store, loads } = await shop();
    await client.get('/count');
    const [, value = ''] = /^connect\.sid=(.*)$/.exec(client.cookieHeader) ?? [];
    const calls = store.calls.length;
    const bad: Record<string, string> = {
      'another secret': sign('abc', 'another secret'),
      'no signature': 's%3Aabc',
      'no prefix': value.replace('s%3A', ''),
      unsigned: 'abc',
      truncated: value.slice(0, -3),
      'one letter off': (value.startsWith('s%3Aa') ? 's%3Ab' : 's%3Aa') + value.slice(5),
      empty: '',
      'percent-broken': '%E0%A4%A',
      'percent-broken behind': `${value}%`,
      oversized: `s%3A${'a'.repeat(5000)}.${'b'.repeat(43)}`,
      quoted: '""',
      unicode: encodeURIComponent('s:ä.ü'),
    };
    for (const [what, cookie] of Object.entries(bad)) {
      client.jar.set('connect.sid', cookie);
      expect(await client.json('/'), what).toEqual({ views: 0, cart: [] });
    }
    expect(store.calls).toHaveLength(calls);
    expect(new Set(loads.slice(2).map((event) => event.outcome))).toEqual(new Set(['signature', 'none']));
  });

  it('an unknown id with a valid signature leads to a session with another id', async () => {
    const { client, loads } = await shop();
    client.jar.set('connect.sid', sign('planted-by-an-attacker', 'keep it'));
    const { id, isNew } = (await client.json('/id')) as { id: string; isNew: boolean };
    expect(id).not.toBe('planted-by-an-attacker');
    expect(id).toMatch(/^[\w-]{32}$/);
    expect(isNew).toBe(true);
    expect(loads.at(-1)?.outcome).toBe('unknown');
  });

  it('uses the first of several cookies that has a valid signature', async () => {
    const { client } = await shop();
    await client.get('/count');
    const good = client.cookieHeader;
    client.jar.clear();
    for (const header of [
      `connect.sid=s%3Aforged.nonsense; ${good}`,
      `connect.sid=; a=b; ${good}`,
      `xconnect.sid=1; connect.sid.x=2; ${good}; connect.sid=later`,
      `a="connect.sid=1";${good.replace('=', ' = ')}`,
      good.replace('=', '="') + '"',
    ]) {
      const answer = await client.get('/', { cookie: header });
      expect(JSON.parse(answer.text), header).toMatchObject({ views: 1 });
    }
  });

  it('verifies with every secret and signs with the first, which replaces an old cookie even if nobody reads it', async () => {
    const store = new MemoryStore();
    const before = await shop({ store, secret: 'old' });
    await before.client.get('/count');
    const after = await shop({ store, secret: ['new', 'old'] });
    after.client.jar.set('connect.sid', before.client.jar.get('connect.sid') ?? '');
    const answer = await after.client.get('/ignore');
    expect(answer.cookies).toHaveLength(1);
    expect((await after.client.get('/ignore')).cookies).toEqual([]);
    const done = await shop({ store, secret: 'new' });
    done.client.jar.set('connect.sid', after.client.jar.get('connect.sid') ?? '');
    expect(await done.client.json('/count')).toMatchObject({ views: 2 });
  });

  it('does not sign an old cookie again if a login has meanwhile given its session a new id', async () => {
    const store = new MemoryStore();
    const before = await shop({ store, secret: 'old' });
    await before.client.get('/count');
    const { pass, begun, open } = gate();
    const after = await openShop(
      (sessions) => ({
        '/slow': async (_req, res) => {
          await pass();
          res.end();
        },
        '/login': (req, res) => {
          sessions.of(req).userId = 'ada';
          res.end();
        },
      }),
      { store, secret: ['new', 'old'], principal: 'userId' },
    );
    for (const [name, value] of before.client.jar) after.client.jar.set(name, value);
    const slow = after.client.get('/slow');
    await begun;
    await after.client.get('/login');
    open();
    expect((await slow).cookies).toEqual([]);
    expect(await after.client.json('/')).toMatchObject({ views: 1, userId: 'ada' });
  });

  it('accepts the cookies that express-session signed', async () => {
    const { client, memory } = await shop();
    const id = 'Zl0f3mGvJ8Y0c3bq5R5c1mHqQ2kZx9aB';
    const key = `connect.sid:${createHash('sha256').update(id).digest('base64url')}`;
    await memory.create(key, {
      data: '{"views":41}',
      revision: 1,
      schemaVersion: 0,
      createdAt: Date.now(),
      expiresAt: Date.now() + 60_000,
    });
    client.jar.set('connect.sid', sign(id, 'keep it'));
    expect(await client.json('/count')).toMatchObject({ views: 42 });
  });

  it('responds 503 if the store fails, and lets nobody in', async () => {
    const { client, store } = await shop();
    await client.get('/count');
    store.before.read = () => {
      throw new Error('connection to 10.0.0.1 with key abc refused');
    };
    const answer = await client.get('/count');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'SessionStoreError', code: 'SESSION_STORE' });
    expect(answer.text).not.toContain('abc');
    store.before = {};
    expect(await client.json('/count')).toMatchObject({ views: 2 });
  });

  it('responds 503 if the store does not answer within storeTimeout', async () => {
    const { client, store } = await shop({ storeTimeout: 1 });
    await client.get('/count');
    const held = deferred();
    store.before.read = () => held.promise;
    const answer = await client.get('/count');
    held.resolve();
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('storeTimeout');
  });

  itOnExpress('ignores a request whose path the cookie does not cover', async () => {
    const sessions = session({ schema, secret: 's', cookie: { path: '/app' } });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.use((req, res) => {
        try {
          res.send(sessions.of(req).isNew);
        } catch (error) {
          res.send((error as Error).name);
        }
      });
    });
    expect((await client.get('/app')).text).toBe('true');
    expect((await client.get('/app/')).text).toBe('true');
    expect((await client.get('/app/x?y')).text).toBe('true');
    expect((await client.get('/application')).text).toBe('SessionNotLoadedError');
    expect((await client.get('/')).text).toBe('SessionNotLoadedError');
  });

  it('lets several middlewares share a store, each with its own cookie and schema', async () => {
    const store = new MemoryStore();
    const shopper = session({ schema, secret: 's', store });
    const admin = session({
      schema: z.object({ rights: z.array(z.string()).default([]) }),
      secret: 's',
      store,
      name: 'admin',
    });
    const client = await makeApp((app) => {
      app.use(shopper, admin, shopper);
      app.get('/', (req, res) => {
        shopper.of(req).views += 1;
        admin.of(req).rights.push('all');
        res.json({ shopper: shopper.of(req), admin: admin.of(req), first: req.session });
      });
    });
    await client.get('/');
    expect(client.jar.size).toBe(2);
    expect(await client.json('/')).toEqual({
      shopper: { views: 2, cart: [] },
      admin: { rights: ['all', 'all'] },
      first: { views: 2, cart: [] },
    });
  });
});

itOnExpress("load: 'demand' sends no store command until sessions.load() or a guard loads the session", async () => {
  const { client, store } = await openShop(
    (all) => ({
      '/ignore': (_req, res) => {
        res.end('ok');
      },
      '/count': async (req, res) => {
        const mine = await all.load(req);
        mine.views += 1;
        res.json(mine);
      },
      '/early': (req, res) => {
        res.json(all.of(req));
      },
    }),
    { load: 'demand' },
  );
  await client.get('/count');
  expect(await client.json('/count')).toMatchObject({ views: 2 });
  expect(store.calls).toEqual(['create', 'read', 'update']);
  await client.get('/ignore');
  expect(store.calls).toHaveLength(3);
  const early = await client.get('/early');
  expect(early.status).toBe(500);
  expect(JSON.parse(early.text)).toMatchObject({ error: SessionNotLoadedError.name });
  expect(early.text).toContain('sessions.load(req)');
});

itOnExpress('every request on a bare node:http server gets its session', async () => {
  const sessions = session({ schema, secret: 's' });
  const client = await serve((req, res) => {
    sessions(req, res, (error) => {
      if (error !== undefined) {
        res.statusCode = 500;
        res.end();
        return;
      }
      const mine = sessions.of(req);
      mine.views += 1;
      res.end(String(mine.views));
    });
  });
  expect((await client.get('/')).text).toBe('1');
  expect((await client.get('/')).text).toBe('2');
});

it('warns once about cookies that are withheld because the request looks insecure, and stores nothing', async () => {
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const errors = listen('typed-session:error');
  const { client, store } = await openShop(
    (sessions) => ({
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.end();
      },
    }),
    { cookie: { secure: true } },
  );
  expect((await client.get('/count')).cookies).toEqual([]);
  expect((await client.get('/count')).cookies).toEqual([]);
  expect(store.calls).toEqual([]);
  expect(errors.map((event) => event.consequence)).toEqual(['withheld', 'withheld']);
  expect(warnings).toHaveBeenCalledTimes(1);
  expect(warnings.mock.calls[0]?.[0]).toContain("app.set('trust proxy', 1)");
  warnings.mockRestore();
});

itOnExpress(
  'warns once about a new session that is changed after the first byte of the response, and stores nothing',
  async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const errors = listen('typed-session:error');
    const { client, store } = await openShop((sessions) => ({
      '/stream': (req, res) => {
        res.write('a');
        sessions.of(req).views += 1;
        res.end('b');
      },
    }));
    expect((await client.get('/stream')).text).toBe('ab');
    expect((await client.get('/stream')).cookies).toEqual([]);
    expect(store.calls).toEqual([]);
    expect(errors.map((event) => event.consequence)).toEqual(['withheld', 'withheld']);
    expect(warnings.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('changed after the first byte of the response'),
    ]);
    warnings.mockRestore();
  },
);
