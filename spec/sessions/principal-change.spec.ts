import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  expiring,
  MemoryStore,
  session,
  SessionOptionsError,
  type Session,
  type ScanPage,
  type SessionStore,
} from 'typed-session';
import { z } from 'zod';
import { makeApp, ProbedStore, type Client } from '../support/app.js';

const DAY = 24 * 60 * 60 * 1000;
const schema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  mfa: z.boolean().optional(),
  locale: z.string().default('en'),
  code: expiring(z.string(), { after: 15 * 60_000 }),
  cart: z.array(z.object({ sku: z.string() })).default([]),
});
type Mine = Session<typeof schema>;
type Options = Partial<Omit<Parameters<typeof session<typeof schema>>[0], 'schema' | 'store'>>;
type Handler = (mine: Mine, opened: Opened) => unknown;

interface Opened {
  readonly client: Client;
  readonly store: ProbedStore;
  readonly data: () => Promise<Record<string, unknown>[]>;
  readonly scan: () => Promise<ScanPage>;
}

/** What is stored of Alice: everything that Bob must not get. */
const ALICE = {
  userId: 'alice',
  role: 'admin',
  mfa: true,
  locale: 'de',
  code: '123',
  cart: [{ sku: 'hers' }],
} as const;
const FRESH = { role: 'user', locale: 'en', cart: [] };

/** An app with a handler for each name; each responds with the session as its handler left it. */
async function open(handlers: Record<string, Handler>, options: Options = {}): Promise<Opened> {
  const memory: SessionStore = new MemoryStore();
  const store = new ProbedStore(memory);
  const sessions = session({ schema, secret: 'keep it', principal: 'userId', ...options, store });
  const scan = async (): Promise<ScanPage> => (await memory.scan?.(undefined, 100)) ?? { entries: [], next: undefined };
  const data = async (): Promise<Record<string, unknown>[]> => {
    const { entries } = await scan();
    return entries.filter(([, { forwardTo }]) => forwardTo === undefined).map(([, record]) => JSON.parse(record.data) as Record<string, unknown>); // prettier-ignore
  };
  const client = await makeApp((app) => {
    app.use(sessions);
    const all: Record<string, Handler> = {
      stored: () => undefined,
      alice: (mine) => Object.assign(mine, structuredClone(ALICE)),
      ...handlers,
    };
    for (const [name, handler] of Object.entries(all)) {
      app.get(`/${name}`, async (req, res) => {
        await handler(sessions.of(req), opened);
        res.json(sessions.of(req));
      });
    }
  });
  const opened: Opened = { client, store, data, scan };
  return opened;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('another principal in a session', () => {
  it.each<[string, Handler]>([
    [
      'an assignment',
      (mine) => {
        mine.userId = 'bob';
        mine.mfa = false;
      },
    ],
    [
      'an assignment after what is set',
      (mine) => {
        mine.mfa = false;
        mine.userId = 'bob';
      },
    ],
    ['Object.assign', (mine) => Object.assign(mine, { mfa: false, userId: 'bob' })],
    [
      'an assignment and save()',
      async (mine) => {
        mine.userId = 'bob';
        mine.mfa = false;
        await mine.save();
      },
    ],
    [
      'rotate() and an assignment',
      async (mine) => {
        await mine.rotate();
        mine.userId = 'bob';
        mine.mfa = false;
      },
    ],
    [
      'an assignment and rotate()',
      async (mine) => {
        mine.userId = 'bob';
        mine.mfa = false;
        await mine.rotate();
      },
    ],
    [
      'regenerate() and an assignment',
      async (mine) => {
        await mine.regenerate();
        mine.userId = 'bob';
        mine.mfa = false;
      },
    ],
    [
      'update()',
      (mine) =>
        mine.update((latest) => {
          latest.userId = 'bob';
          latest.mfa = false;
        }),
    ],
    [
      'update() beside what is set',
      async (mine) => {
        mine.mfa = false;
        await mine.update((latest) => {
          latest.userId = 'bob';
        });
      },
    ],
    [
      'update() after the assignment',
      async (mine) => {
        mine.userId = 'bob';
        await mine.update((latest) => {
          latest.mfa = false;
        });
      },
    ],
    ['become()', (mine) => mine.become({ userId: 'bob', role: 'user', mfa: false, locale: 'en', cart: [] })],
    [
      'delete and an assignment',
      (mine) => {
        delete mine.userId;
        mine.userId = 'bob';
        mine.mfa = false;
      },
    ],
    [
      'take() of the principal and an assignment',
      async (mine) => {
        await mine.take('userId');
        mine.userId = 'bob';
        mine.mfa = false;
      },
    ],
    [
      'save() as somebody else and an assignment',
      async (mine) => {
        mine.userId = 'carol';
        mine.role = 'admin';
        mine.cart.push({ sku: 'carol’s' });
        await mine.save();
        mine.userId = 'bob';
        mine.mfa = false;
      },
    ],
  ])('starts fresh with what the request has set: by %s', async (how, change) => {
    const { client, data } = await open({ bob: change });
    await client.get('/alice');
    const old = client.copy();
    const seen = await client.json('/bob');
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob', mfa: false });
    if (!how.startsWith('delete')) expect(seen).toEqual(await client.json('/stored')); // nobody can see a field being deleted
    expect(JSON.stringify(await data())).not.toContain('hers');
    expect(await old.json('/stored')).toEqual(FRESH);
  });

  it.each<[string, Handler]>([
    [
      'delete',
      (mine) => {
        delete mine.userId;
        mine.mfa = false;
      },
    ],
    [
      'undefined',
      (mine) => {
        mine.userId = undefined;
        mine.mfa = false;
      },
    ],
    [
      'take()',
      async (mine) => {
        mine.mfa = false;
        await mine.take('userId');
      },
    ],
    [
      'update()',
      (mine) =>
        mine.update((latest) => {
          delete latest.userId;
          latest.mfa = false;
        }),
    ],
  ])('starts fresh too if the principal leaves, so that the next one finds nothing: by %s', async (_, leave) => {
    const { client } = await open({ leave, bob: (mine) => { mine.userId = 'bob'; } }); // prettier-ignore
    await client.get('/alice');
    const old = client.copy();
    await client.get('/leave');
    expect(await client.json('/stored')).toEqual({ ...FRESH, mfa: false });
    await client.get('/bob');
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob', mfa: false });
    expect(await old.json('/stored')).toEqual(FRESH);
  });

  it('gets what the request adds after the assignment, even the value that the first one had', async () => {
    const { client } = await open({
      bob: (mine) => {
        mine.userId = 'bob';
        mine.role = 'admin';
        mine.cart.push({ sku: 'his' });
      },
      bobAgain: (mine) =>
        mine.update((latest) => {
          latest.userId = 'bob';
          latest.role = 'admin';
          latest.cart.push({ sku: 'his' });
        }),
    });
    for (const path of ['/bob', '/bobAgain']) {
      await client.get('/alice');
      await client.get(path);
      expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob', role: 'admin', cart: [{ sku: 'his' }] });
    }
  });

  it.each<[string, Handler]>([
    [
      'pushed to',
      (mine) => {
        mine.cart.push({ sku: 'new' });
      },
    ],
    [
      'copied with an item',
      (mine) => {
        mine.cart = [...mine.cart, { sku: 'new' }];
      },
    ],
    [
      'changed deep inside',
      (mine) => {
        Object.assign(mine.cart[0] ?? {}, { sku: 'new' });
      },
    ],
    [
      'assigned to itself, as connect-flash does',
      (mine) => {
        const { cart } = mine;
        mine.cart = cart;
      },
    ],
  ])('gets no array of the first one that was %s before the assignment', async (_, change) => {
    const { client } = await open({ bob: async (mine) => { await change(mine, undefined as never); mine.userId = 'bob'; } }); // prettier-ignore
    await client.get('/alice');
    await client.get('/bob');
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob' });
  });

  it('gets an array of its own that was assigned before', async () => {
    const { client } = await open({ bob: (mine) => { mine.cart = [{ sku: 'his' }]; mine.userId = 'bob'; } }); // prettier-ignore
    await client.get('/alice');
    await client.get('/bob');
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob', cart: [{ sku: 'his' }] });
  });

  it('changes nothing if the first one is put back in the same request, or signs in again', async () => {
    const { client } = await open({
      back: (mine) => {
        mine.userId = 'bob';
        mine.mfa = false;
        mine.userId = 'alice';
      },
      again: (mine) => {
        mine.userId = 'alice';
        mine.locale = 'fr';
      },
    });
    await client.get('/alice');
    await client.get('/back');
    expect(await client.json('/stored')).toEqual({ ...ALICE, mfa: false });
    await client.get('/again');
    expect(await client.json('/stored')).toEqual({ ...ALICE, mfa: false, locale: 'fr' });
  });

  it('gets the fields of carryOver, however they were changed', async () => {
    const { client } = await open(
      { bob: (mine) => { mine.cart.push({ sku: 'more' }); mine.userId = 'bob'; }, leave: (mine) => { delete mine.userId; } }, // prettier-ignore
      { carryOver: ['locale', 'cart'] },
    );
    await client.get('/alice');
    await client.get('/bob');
    const carried = { ...FRESH, locale: 'de', cart: [{ sku: 'hers' }, { sku: 'more' }] };
    expect(await client.json('/stored')).toEqual({ ...carried, userId: 'bob' });
    await client.get('/leave');
    expect(await client.json('/stored')).toEqual(carried);
  });

  it('does not get more time for an expiring field that is carried over, and gets all of it for one that is set', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { client } = await open({ bob: (mine) => { mine.userId = 'bob'; }, carol: (mine) => { mine.userId = 'carol'; mine.code = '123'; } }, { carryOver: ['code'] }); // prettier-ignore
    await client.get('/alice');
    vi.advanceTimersByTime(10 * 60_000);
    await client.get('/bob');
    expect(await client.json('/stored')).toMatchObject({ userId: 'bob', code: '123' });
    vi.advanceTimersByTime(6 * 60_000);
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob' });
    const fresh = await open({ carol: (mine) => { mine.userId = 'carol'; mine.code = '123'; } }); // prettier-ignore
    await fresh.client.get('/alice');
    vi.advanceTimersByTime(10 * 60_000);
    await fresh.client.get('/carol');
    vi.advanceTimersByTime(10 * 60_000);
    expect(await fresh.client.json('/stored')).toMatchObject({ code: '123' });
  });

  it('keeps the payload of a session that belonged to nobody', async () => {
    const { client } = await open({ cart: (mine) => { mine.cart.push({ sku: 'x' }); }, bob: (mine) => { mine.userId = 'bob'; } }); // prettier-ignore
    await client.get('/cart');
    await client.get('/bob');
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob', cart: [{ sku: 'x' }] });
  });

  it('is never merged with what another tab stores for the first one meanwhile', async () => {
    const { client, store } = await open({
      bob: (mine) => { mine.userId = 'bob'; },
      shop: (mine) => { mine.cart.push({ sku: 'late' }); mine.mfa = false; },
    }); // prettier-ignore
    await client.get('/alice');
    const tab = client.copy();
    store.before.update = async () => {
      store.before = {};
      expect((await tab.get('/shop')).status).toBe(200);
    };
    await client.get('/bob');
    expect(await client.json('/stored')).toEqual({ ...FRESH, userId: 'bob' });
    expect((await tab.get('/shop')).status).toBe(409);
  });

  it('lets one of two logins at the same time have the session, whole', async () => {
    const { client, store } = await open({
      cart: (mine) => { mine.cart.push({ sku: 'x' }); },
      alice: (mine) => { mine.userId = 'alice'; mine.role = 'admin'; },
      bob: (mine) => { mine.userId = 'bob'; },
    }); // prettier-ignore
    await client.get('/cart');
    const tab = client.copy();
    store.before.update = async () => {
      store.before = {};
      expect((await tab.get('/alice')).status).toBe(200);
    };
    expect((await client.get('/bob')).status).toBe(409);
    expect(await tab.json('/stored')).toEqual({ ...FRESH, userId: 'alice', role: 'admin', cart: [{ sku: 'x' }] });
  });

  it('gets nothing of the first one by a login that is sent again with the old id', async () => {
    const { client, data } = await open({ bob: (mine) => { mine.userId = 'bob'; } }); // prettier-ignore
    await client.get('/alice');
    const again = client.copy();
    await client.get('/bob');
    await again.get('/bob');
    expect(await again.json('/stored')).toEqual({ ...FRESH, userId: 'bob' });
    expect(await data()).toHaveLength(2);
  });
});

describe('the cookie’s life that an earlier request gave a session', () => {
  const remember = (mine: Mine): void => { mine.cookie.maxAge = 20 * DAY; }; // prettier-ignore
  const life = (line: string | undefined): string | undefined => /Max-Age=(\d+)/.exec(line ?? '')?.[1];

  it('ends with a change of the principal, and lives on if the same request sets it, to the same value too', async () => {
    const { client } = await open({
      remember,
      bob: (mine) => { mine.userId = 'bob'; },
      carol: (mine) => { mine.userId = 'carol'; remember(mine); },
      leave: (mine) => { delete mine.userId; },
    }); // prettier-ignore
    await client.get('/remember');
    expect(life((await client.get('/alice')).cookies[0])).toBeUndefined();
    await client.get('/remember');
    expect(life((await client.get('/bob')).cookies[0])).toBeUndefined();
    await client.get('/remember');
    expect(life((await client.get('/carol')).cookies[0])).toBe(String((20 * DAY) / 1000));
    expect(life((await client.get('/leave')).cookies[0])).toBeUndefined();
  });

  it('lives on through a rotation and a login as the same principal', async () => {
    const { client } = await open({ remember, rotate: (mine) => mine.rotate(), again: (mine) => { mine.userId = 'alice'; mine.locale = 'fr'; } }); // prettier-ignore
    await client.get('/alice');
    await client.get('/remember');
    expect(life((await client.get('/rotate')).cookies[0])).toBe(String((20 * DAY) / 1000));
    await client.get('/again');
    expect(life((await client.get('/rotate')).cookies[0])).toBe(String((20 * DAY) / 1000));
  });
});

it('a change of the principal restarts the absolute deadline, and a rotation does not', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { client } = await open(
    { bob: (mine) => { mine.userId = 'bob'; }, rotate: (mine) => mine.rotate() }, // prettier-ignore
    { absoluteTimeout: DAY, idleTimeout: DAY },
  );
  await client.get('/alice');
  vi.advanceTimersByTime(DAY / 2);
  await client.get('/bob');
  vi.advanceTimersByTime(DAY * 0.75);
  await client.get('/rotate');
  expect(await client.json('/stored')).toMatchObject({ userId: 'bob' });
  vi.advanceTimersByTime(DAY * 0.3);
  expect(await client.json('/stored')).toEqual(FRESH);
});

describe('a session that another app gives to another principal under the same id', () => {
  it.each<[string, Handler]>([
    [
      'a change',
      (mine) => {
        mine.mfa = false;
      },
    ],
    [
      'update()',
      (mine) =>
        mine.update((latest) => {
          latest.mfa = false;
        }),
    ],
  ])('gets nothing of a slower request of the first one: %s', async (_, change) => {
    const { client, store, data, scan } = await open({ change });
    await client.get('/alice');
    store.before.update = async () => {
      store.before = {};
      const {
        entries: [entry],
      } = await scan();
      const [key = '', record] = entry ?? [];
      if (record === undefined) throw new Error('not stored');
      const bobs = JSON.stringify({ ...FRESH, userId: 'bob' });
      await store.update(
        key,
        { ...record, data: bobs, principal: record.principal?.replace('alice', 'bob'), revision: record.revision + 1 },
        record.revision,
      );
    };
    expect((await client.get('/change')).status).toBe(409);
    expect(await data()).toEqual([{ ...FRESH, userId: 'bob' }]);
  });
});

describe('a principal that the schema normalises, of a session stored before it did', () => {
  const before = z.object({
    userId: z.string().optional(),
    n: z.int().default(0),
    cart: z.array(z.string()).default([]),
  });
  const now = before.extend({ userId: z.string().toLowerCase().optional() });

  async function upgraded() {
    const store = new ProbedStore(new MemoryStore());
    const appOf = async (schema: typeof before) => {
      const sessions = session({ schema, secret: 's', principal: 'userId', store });
      const client = await makeApp((app) => {
        app.use(sessions);
        app.get('/login', (req, res) => {
          Object.assign(sessions.of(req), { userId: 'Alice', cart: ['book'] });
          res.end();
        });
        app.get('/count', (req, res) => {
          sessions.of(req).n += 1;
          res.end();
        });
        app.get('/', (req, res) => void res.json(sessions.of(req)));
      });
      return { sessions, client };
    };
    const old = await appOf(before);
    await old.client.get('/login');
    const { sessions, client } = await appOf(now);
    for (const [name, value] of old.client.jar) client.jar.set(name, value);
    return { store, sessions, client };
  }

  it('is the same principal: a change keeps the payload and the id', async () => {
    const { client } = await upgraded();
    const cookie = client.cookieHeader;
    expect((await client.get('/count')).status).toBe(200);
    expect(client.cookieHeader).toBe(cookie);
    expect(await client.json('/')).toEqual({ userId: 'alice', n: 1, cart: ['book'] });
  });

  it('is found by its new form once a request has read the session', async () => {
    const { client, sessions } = await upgraded();
    await client.get('/');
    expect(await sessions.list('alice')).toHaveLength(1);
  });

  it('is the same principal for two changes at the same time', async () => {
    const { client, store } = await upgraded();
    store.before.update = async () => {
      store.before = {};
      await client.copy().get('/count');
    };
    expect((await client.get('/count')).status).toBe(200);
    expect(await client.json('/')).toMatchObject({ userId: 'alice', cart: ['book'] });
  });
});

describe('a state of a union', () => {
  const states = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('guest'), cart: z.array(z.string()).default([]) }),
    z.object({ kind: z.literal('user'), userId: z.string(), cart: z.array(z.string()).default([]) }),
    z.object({ kind: z.literal('admin'), userId: z.string(), name: z.string() }),
  ]);

  it('stays the same with another principal, with nothing else of it, and is refused if it is not whole then', async () => {
    const sessions = session({
      schema: states,
      secret: 's',
      principal: 'userId',
      initial: { kind: 'guest', cart: [] },
    });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/be/:kind', async (req, res) => {
        const cart = ['hers'];
        await sessions.of(req).become(req.params.kind === 'user' ? { kind: 'user', userId: 'alice', cart } : { kind: 'admin', userId: 'alice', name: 'Alice' }); // prettier-ignore
        res.end();
      });
      app.get('/bob', (req, res) => {
        Object.assign(sessions.of(req), { userId: 'bob' });
        res.end();
      });
      app.get('/', (req, res) => void res.json(sessions.of(req)));
    });
    await client.get('/be/user');
    await client.get('/bob');
    expect(await client.json('/')).toEqual({ kind: 'user', userId: 'bob', cart: [] });
    await client.get('/be/admin');
    const { status, text } = await client.get('/bob');
    expect([status, text]).toEqual([500, expect.stringContaining('become()')]);
    expect(await client.json('/')).toEqual({ kind: 'admin', userId: 'alice', name: 'Alice' });
  });
});

describe('the option carryOver', () => {
  it('is checked at start-up: fields of the schema, and a principal whose change it is about', () => {
    const make = (options: object) => () => session({ schema, secret: 's', ...options });
    expect(make({ carryOver: ['locale'] })).toThrow('carryOver: needs the option principal');
    expect(make({ principal: 'userId', carryOver: ['lokale'] })).toThrow('carryOver: lokale is not a field');
    expect(make({ principal: 'userId', carryOver: ['userId'] })).toThrow('carryOver: userId is the principal');
    expect(make({ principal: 'userId', carryOver: 'locale' })).toThrow(SessionOptionsError);
  });
});
