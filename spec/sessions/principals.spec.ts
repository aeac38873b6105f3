import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bigintText, MemoryStore, session, SessionOptionsError, SessionStoreError } from 'typed-session';
import { z } from 'zod';
import { makeApp, type Client } from '../support/app.js';
import { gate, openShop, schema, type Options } from '../support/shop.js';
import { TextStore } from '../support/text-store.js';

const HOUR = 60 * 60 * 1000;

async function shop(options: Options = {}) {
  const slow = gate();
  const opened = await openShop(
    (sessions) => ({
      '/login/:user': (req, res) => {
        sessions.of(req).userId = String(req.params['user']);
        sessions.of(req).notice = req.url.split('device=')[1] ?? '';
        res.json({ ok: true });
      },
      '/devices/:user': async (req, res) => {
        const all = await sessions.list(String(req.params['user']), { current: req });
        res.json(all.map(({ payload, isCurrent }) => [payload?.notice, isCurrent]));
      },
      '/keys/:user': async (req, res) => {
        res.json((await sessions.list(String(req.params['user']))).map(({ key }) => key));
      },
      '/everywhere/:user': async (req, res) => {
        res.json(await sessions.revoke(String(req.params['user'])));
      },
      '/elsewhere': async (req, res) => {
        res.json(await sessions.revoke(sessions.of(req).userId ?? '', { except: req }));
      },
      '/elsewhere-by-session': async (req, res) => {
        res.json(await sessions.revoke(sessions.of(req).userId ?? '', { except: sessions.of(req) }));
      },
      '/current-by-session': async (req, res) => {
        const mine = sessions.of(req);
        res.json((await sessions.list(mine.userId ?? '', { current: mine })).map(({ isCurrent }) => isCurrent));
      },
      '/password': async (req, res) => {
        await sessions.of(req).rotate();
        res.json(await sessions.revoke(sessions.of(req).userId ?? '', { except: req }));
      },
      '/only/:user/:key': async (req, res) => {
        res.json(await sessions.revoke(String(req.params['user']), { only: String(req.params['key']) }));
      },
      '/rotate': async (req, res) => {
        await sessions.of(req).rotate();
        res.json({ ok: true });
      },
      '/slow-write': async (req, res) => {
        sessions.of(req).views += 1;
        await slow.pass();
        res.json({ ok: true });
      },
      '/slow-read': async (req, res) => {
        const { views } = sessions.of(req);
        await slow.pass();
        res.json({ views });
      },
    }),
    { principal: 'userId', ...options },
  );
  const login = async (user: string, device = ''): Promise<Client> => {
    const client = opened.client.copy();
    await client.get(`/login/${user}?device=${device}`);
    return client;
  };
  const whoIs = async (client: Client): Promise<unknown> => ((await client.json('/')) as { userId?: string }).userId;
  return { ...opened, slow, login, whoIs };
}

describe('sessions.list', () => {
  it('tells of all sessions of a principal, the latest first, and which is the request’s own', async () => {
    const { login } = await shop();
    const phone = await login('ann', 'phone');
    const laptop = await login('ann', 'laptop');
    await login('bob', 'tablet');
    const devices = (await laptop.json('/devices/ann')) as [string, boolean][];
    expect(devices.toSorted()).toEqual([['laptop', true], ['phone', false]]); // prettier-ignore
    expect(((await phone.json('/devices/ann')) as unknown[]).length).toBe(2);
    expect(await phone.json('/devices/nobody')).toEqual([]);
  });

  it('finds a session after a rotation, and not where it was', async () => {
    const { login } = await shop();
    const ann = await login('ann', 'phone');
    const before = await ann.json('/keys/ann');
    await ann.get('/rotate');
    const after = await ann.json('/keys/ann');
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  it('shows no session id', async () => {
    const { client, sessions } = await shop();
    await client.get('/login/ann');
    const [listed] = await sessions.list('ann');
    const [, id] = /^s%3A([^.]+)\./.exec(client.jar.get('connect.sid') ?? '') ?? [];
    expect(id).toBeDefined();
    expect(JSON.stringify(listed)).not.toContain(id);
    expect(listed?.createdAt).toBeLessThanOrEqual(Date.now());
    expect(listed?.expiresAt).toBeGreaterThan(Date.now());
  });

  it.each<[string, Options, number]>([
    ['the idle timeout of a day', {}, 3],
    ['a cookie that lives as long as the session may', { cookie: { maxAge: 30 * 24 * HOUR } }, 73],
    ['an idle timeout that the absolute one cuts short', { idleTimeout: 20 * HOUR, absoluteTimeout: 20 * HOUR }, 3],
  ])('reports when a session was used last, as precisely as touchAfter: with %s', async (_, options, hours) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { login, sessions, store } = await shop(options);
      const ann = await login('ann');
      const lastUse = async () => (await sessions.list('ann'))[0]?.lastUsedAt;
      const begun = Date.now();
      expect(await lastUse()).toBe(begun);
      vi.advanceTimersByTime(HOUR);
      store.calls.length = 0;
      await ann.get('/');
      expect(store.calls).toEqual(['read']);
      expect(await lastUse()).toBe(begun);
      vi.advanceTimersByTime((hours - 1) * HOUR);
      await ann.get('/');
      expect(await lastUse()).toBe(begun + hours * HOUR);
      vi.advanceTimersByTime(HOUR);
      await ann.get('/login/ann?device=phone');
      expect(await lastUse()).toBe(begun + (hours + 1) * HOUR);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves out what is sensitive', async () => {
    const secretive = z.object({
      userId: z.string().optional(),
      device: z.string().optional(),
      phone: z.string().meta({ sensitive: true }).optional(),
    });
    const sessions = session({ schema: secretive, secret: 's', principal: 'userId' });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/login', (req, res) => {
        Object.assign(sessions.of(req), { userId: 'ann', device: 'laptop', phone: '555' });
        res.end();
      });
    });
    await client.get('/login');
    const [listed] = await sessions.list('ann');
    expect(listed?.payload).toEqual({ userId: 'ann', device: 'laptop' });
  });

  it('tells of a session that does not fit the schema, without its payload', async () => {
    const { memory, sessions } = await shop();
    const now = Date.now();
    await memory.create('connect.sid:k', { data: '{"views":"many"}', revision: 1, schemaVersion: 0, createdAt: now, expiresAt: now + 60_000, principal: 'connect.sid:ann' }); // prettier-ignore
    expect(await sessions.list('ann')).toEqual([
      {
        key: 'connect.sid:k',
        payload: undefined,
        createdAt: now,
        lastUsedAt: now,
        expiresAt: now + 60_000,
        isCurrent: false,
      },
    ]);
  });

  it('says what is missing where it cannot know', async () => {
    const none = await shop({ principal: undefined });
    await expect(none.sessions.list('ann')).rejects.toThrow(SessionOptionsError);
    const theirs = session({ schema, secret: 's', principal: 'userId', store: new TextStore() });
    await expect(theirs.list('ann')).rejects.toThrow(SessionStoreError);
    await expect(theirs.revoke('ann')).rejects.toThrow('it has no revoke()');
    const { sessions } = await shop();
    await expect(sessions.list(undefined as unknown as string)).rejects.toThrow(TypeError);
    const other = await openShop((theirs) => ({ '/refused': async (req, res) => {
      const refused: unknown[] = [];
      for (const current of [{}, req, theirs.of(req), { ...theirs.of(req) }]) {
        const error: unknown = await sessions.list('ann', { current } as object).catch((thrown: unknown) => thrown);
        refused.push((error as Error).message);
      }
      res.json(refused);
    } })); // prettier-ignore
    const message = 'current must be a session of this middleware, or a request that has one.';
    expect(await other.client.json('/refused')).toEqual([message, message, message, message]);
    await expect(sessions.list('ann', { current: {} } as object)).rejects.toThrow(TypeError);
  });
});

describe('a session that was stored before the option principal was set', () => {
  it('is found by it once a request has looked at it, which stores it once', async () => {
    const before = await shop({ principal: undefined });
    const { client, sessions, store } = await shop({ store: before.memory });
    const ann = await before.login('ann');
    client.jar.set('connect.sid', ann.jar.get('connect.sid') ?? '');
    expect(await sessions.list('ann')).toEqual([]);
    store.calls.length = 0;
    expect(await client.json('/')).toMatchObject({ userId: 'ann' });
    expect(await client.json('/')).toMatchObject({ userId: 'ann' });
    expect(store.calls).toEqual(['read', 'update', 'read']);
    expect(await sessions.list('ann')).toMatchObject([{ payload: { userId: 'ann' } }]);
    expect(await sessions.revoke('ann')).toBe(1);
    expect(await client.json('/')).not.toHaveProperty('userId');
  });
});

describe('sessions.revoke', () => {
  it('ends all sessions of a principal and nobody else’s', async () => {
    const { login, whoIs, sessions } = await shop();
    const clients = await Promise.all(['ann', 'ann', 'bob'].map((user) => login(user)));
    expect(await sessions.revoke('ann')).toBe(2);
    expect(await Promise.all(clients.map(whoIs))).toEqual([undefined, undefined, 'bob']);
    expect(await sessions.revoke('ann')).toBe(0);
  });

  it('ends all but the session of a request', async () => {
    const { login, whoIs } = await shop();
    const [here, there] = [await login('ann'), await login('ann')];
    expect(await here.json('/elsewhere')).toBe(1);
    expect([await whoIs(here), await whoIs(there)]).toEqual(['ann', undefined]);
  });

  it('takes the session itself in the place of its request, as list() does', async () => {
    const { login, whoIs } = await shop();
    const [here, there] = [await login('ann'), await login('ann')];
    expect(((await here.json('/current-by-session')) as boolean[]).toSorted()).toEqual([false, true]);
    expect(await here.json('/elsewhere-by-session')).toBe(1);
    expect([await whoIs(here), await whoIs(there)]).toEqual(['ann', undefined]);
  });

  it('keeps the session of a request that rotates at the same time', async () => {
    const { login, whoIs, sessions } = await shop();
    const [here, there] = [await login('ann'), await login('ann')];
    expect(await here.json('/password')).toBe(1);
    expect([await whoIs(here), await whoIs(there)]).toEqual(['ann', undefined]);
    expect(await sessions.list('ann')).toHaveLength(1);
  });

  it('ends one session by its key, and only where it is this principal’s', async () => {
    const { login, whoIs } = await shop();
    const [ann, bob] = [await login('ann'), await login('bob')];
    const [key] = (await ann.json('/keys/ann')) as [string];
    expect(await bob.json(`/only/bob/${key}`)).toBe(0);
    expect(await whoIs(ann)).toBe('ann');
    expect(await bob.json(`/only/ann/${key}`)).toBe(1);
    expect(await whoIs(ann)).toBeUndefined();
  });

  it('ends nobody where the key is missing that a form should have sent', async () => {
    const { login, whoIs, sessions } = await shop();
    const ann = await login('ann');
    const fromForm = { only: undefined as unknown as string }; // what a JavaScript user may pass
    await expect(sessions.revoke('ann', fromForm)).rejects.toThrow('only must be the key of one session');
    expect(await whoIs(ann)).toBe('ann');
  });

  it('ends nobody where an option is misspelt or no request', async () => {
    const { login, whoIs, sessions } = await shop();
    const ann = await login('ann');
    const slip = (options: unknown) => sessions.revoke('ann', options as object); // what a JavaScript user may pass
    await expect(slip({ exept: {} })).rejects.toThrow(
      'revoke() has no option exept (did you mean except?), only except, only.',
    );
    await expect(slip({ except: 'a key' })).rejects.toThrow('except must be a session of this middleware');
    await expect(sessions.list('ann', { curent: {} } as object)).rejects.toThrow('list() has no option curent');
    expect(await whoIs(ann)).toBe('ann');
  });

  it('is not undone by a slower request: one that only looked is answered, one that wrote is told', async () => {
    const { login, sessions, slow, whoIs } = await shop();
    const ann = await login('ann');
    const writes = ann.copy().get('/slow-write');
    const reads = ann.copy().get('/slow-read');
    await slow.begun;
    expect(await sessions.revoke('ann')).toBe(1);
    slow.open();
    expect((await writes).status).toBe(409);
    expect((await reads).status).toBe(200);
    expect(await whoIs(ann)).toBeUndefined();
    expect(await sessions.list('ann')).toEqual([]);
  });

  it('meets a session again that a rotation moves on at that very moment', async () => {
    const { login, sessions, store, whoIs } = await shop();
    const ann = await login('ann');
    // What a store that is no single statement lets happen: the rotation comes after the look and before the removal.
    const revoke = store.revoke.bind(store);
    let isFirst = true;
    store.revoke = async (principal, except) => {
      if (!isFirst) return revoke(principal, except);
      isFirst = false;
      await ann.get('/rotate');
      return 0; // it had looked before, and found nothing under the old key any more
    };
    expect(await sessions.revoke('ann')).toBe(1);
    expect(await whoIs(ann)).toBeUndefined();
  });

  it('gives up, and says so, where sessions keep coming', async () => {
    const { login, sessions, store } = await shop();
    vi.useFakeTimers({ toFake: ['Date'] }); // a busy machine must not make a command take longer than storeTimeout
    onTestFinished(() => void vi.useRealTimers());
    store.after.revoke = async () => {
      await login('ann');
      vi.setSystemTime(Date.now() + 6000);
    };
    await expect(sessions.revoke('ann')).rejects.toThrow('new sessions kept coming');
  });
});

describe('maxSessionsPerPrincipal', () => {
  it('ends the oldest session where a login makes them too many', async () => {
    const { login, whoIs, sessions } = await shop({ maxSessionsPerPrincipal: 2, store: spaced() });
    const first = await login('ann');
    const second = await login('ann');
    await login('bob');
    const third = await login('ann');
    expect([await whoIs(first), await whoIs(second), await whoIs(third)]).toEqual([undefined, 'ann', 'ann']);
    expect(await sessions.list('ann')).toHaveLength(2);
    expect(await sessions.list('bob')).toHaveLength(1);
  });

  it('counts a rotated session once', async () => {
    const { login, whoIs } = await shop({ maxSessionsPerPrincipal: 2, store: spaced() });
    const [first, second] = [await login('ann'), await login('ann')];
    await first.get('/rotate');
    await second.get('/rotate');
    expect([await whoIs(first), await whoIs(second)]).toEqual(['ann', 'ann']);
  });

  it('lets as many of twenty logins at the same time stay as it says', async () => {
    const { login, whoIs, sessions } = await shop({ maxSessionsPerPrincipal: 3 });
    const clients = await Promise.all(Array.from({ length: 20 }, () => login('ann')));
    expect(await sessions.list('ann')).toHaveLength(3);
    const left = await Promise.all(clients.map(whoIs));
    expect(left.filter((who) => who === 'ann')).toHaveLength(3);
  });

  it('asks the store nothing at requests that are no login', async () => {
    const { login, store } = await shop({ maxSessionsPerPrincipal: 2 });
    const ann = await login('ann');
    store.calls.length = 0;
    await ann.get('/');
    expect(store.calls).toEqual(['read']);
  });

  it('is refused at start-up where it cannot be kept', () => {
    const options = { schema, secret: 's', principal: 'userId' as const };
    expect(() => session({ schema, secret: 's', maxSessionsPerPrincipal: 2 })).toThrow('needs the option principal');
    expect(() => session({ ...options, maxSessionsPerPrincipal: 0 })).toThrow('maxSessionsPerPrincipal: must be');
    expect(() => session({ ...options, maxSessionsPerPrincipal: 2, store: new TextStore() })).toThrow(
      'maxSessionsPerPrincipal: needs a store that finds sessions by their principal',
    );
  });
});

/** Records a millisecond apart, so that their age is an order. */
function spaced(): MemoryStore {
  const store = new MemoryStore();
  const create = store.create.bind(store);
  let count = 0;
  store.create = (key, record) => create(key, { ...record, createdAt: record.createdAt + count++ });
  return store;
}

it('sessions of a numeric principal are found by the number', async () => {
  const sessions = session({ schema: z.object({ user: z.int().optional() }), secret: 's', principal: 'user' });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/login', (req, res) => {
      sessions.of(req).user = 42;
      res.end();
    });
  });
  await client.get('/login');
  expect(await sessions.list(42)).toMatchObject([{ payload: { user: 42 } }]);
  expect(await sessions.revoke(42n)).toBe(1);
});

describe('a principal that the schema brings into another form', () => {
  const union = (name: z.ZodType<string>) =>
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('guest') }),
      z.object({ kind: z.literal('user'), user: name }),
    ]);
  const numbered = z.codec(z.string(), z.number(), { decode: (text) => Number(text.slice(1)), encode: (n) => `u${n}` });
  it.each<[string, z.ZodType<object, object>, object, string | number | bigint]>([
    ['in lower case', z.object({ user: z.string().toLowerCase().optional() }), { user: 'Ann' }, 'Ann'],
    ['trimmed', z.object({ user: z.string().trim().optional() }), { user: ' ann ' }, ' ann '],
    ['as text', z.object({ user: bigintText.optional() }), { user: 42n }, 42n],
    ['by a codec', z.object({ user: numbered.optional() }), { user: 42 }, 42],
    ['in a state', union(z.string().toUpperCase()), { kind: 'user', user: 'ann' }, 'ann'],
    ['as it is stored', z.object({ user: numbered.optional() }), { user: 42 }, 'u42'],
  ])('is found by the value that was set: %s', async (_, schema, payload, principal) => {
    const options = { schema, secret: 's', principal: 'user' };
    const initial = schema.safeParse({}).success ? {} : { kind: 'guest' };
    const sessions = session({ ...options, initial } as unknown as Parameters<typeof session<typeof schema>>[0]); // of any schema
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/login', async (req, res) => {
        await sessions.of(req).become(payload);
        res.end();
      });
    });
    await client.get('/login');
    expect(await sessions.list(principal)).toHaveLength(1);
    expect(await sessions.revoke(principal)).toBe(1);
    expect(await sessions.list(principal)).toEqual([]);
  });
});

it('migrateAll files sessions under a principal that was named after they were stored', async () => {
  const store = new MemoryStore();
  const now = Date.now();
  const record = { revision: 1, schemaVersion: 0, createdAt: now, expiresAt: now + 60_000 };
  await store.create('sid:a', { ...record, data: '{"userId":"ann","views":1,"cart":[]}' });
  await store.create('sid:b', { ...record, data: '{"views":1,"cart":[]}' });
  const sessions = session({ schema, secret: 's', principal: 'userId', store });
  expect(await sessions.list('ann')).toEqual([]);
  expect(await sessions.migrateAll()).toMatchObject({ seen: 2, migrated: 1, refused: 0 });
  expect(await sessions.list('ann')).toMatchObject([{ key: 'sid:a', payload: { userId: 'ann' } }]);
  expect(await sessions.migrateAll()).toMatchObject({ seen: 2, migrated: 0 });
});
