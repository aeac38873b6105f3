import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cached, moving, MemoryStore, session, SessionOptionsError, type SessionStore } from 'typed-session';
import { deferred, listen, makeApp, ProbedStore, type Client } from '../support/app.js';
import { TextStore } from '../support/text-store.js';

const schema = z.object({ userId: z.string().optional(), views: z.int().default(0) });
const secret = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';

interface Release {
  readonly client: Client;
  readonly sessions: ReturnType<typeof open>;
}

function open(store: SessionStore | TextStore, options: object) {
  return session({ schema, secret, store, principal: 'userId', ...options });
}

/** A release of the app, which sets its cookie under the names given. */
async function release(
  store: SessionStore | TextStore,
  name: string | readonly string[] | undefined,
  options: object = {},
): Promise<Release> {
  const sessions = open(store, name === undefined ? options : { name, ...options });
  const client = await makeApp((app) => {
    app.set('trust proxy', true);
    app.use(sessions);
    app.get('/', (req, res) => void res.json({ ...sessions.of(req), isNew: sessions.of(req).isNew }));
    app.get('/count', (req, res) => {
      sessions.of(req).views += 1;
      res.json(sessions.of(req));
    });
    app.get('/login/:user', (req, res) => {
      sessions.of(req).userId = req.params.user;
      res.end();
    });
    app.get('/logout', async (req, res) => {
      await sessions.of(req).destroy();
      res.end();
    });
  });
  return { client, sessions };
}

/** Sends a request with the cookies that a browser has, and leaves it with the ones that it then has. */
async function visit(browser: Map<string, string>, { client }: Release, path: string): Promise<any> {
  client.jar.clear();
  for (const [name, value] of browser) client.jar.set(name, value);
  const { text, cookies } = await client.get(path, { 'X-Forwarded-Proto': 'https' });
  browser.clear();
  for (const [name, value] of client.jar) browser.set(name, value);
  return text === '' ? cookies : (JSON.parse(text) as unknown);
}

const signed = (id: string): string =>
  encodeURIComponent(`s:${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`);

describe('two middlewares with different names on one store and with one secret', () => {
  it('do not accept the cookie of each other', async () => {
    const store = new MemoryStore();
    const [shop, admin] = [await release(store, 'shop'), await release(store, 'admin')];
    await shop.client.get('/login/1');
    admin.client.jar.set('admin', shop.client.jar.get('shop')!);
    expect(await admin.client.json('/')).toMatchObject({ isNew: true });
    await admin.client.get('/login/2');
    expect(await shop.client.json('/')).toMatchObject({ userId: '1' });
  });

  it('keep one id apart that both have', async () => {
    const store = new MemoryStore();
    const genid = (): string => 'the-same-id-for-both';
    const [shop, admin] = [await release(store, 'shop', { genid }), await release(store, 'admin', { genid })];
    await shop.client.get('/count');
    await admin.client.get('/count');
    await admin.client.get('/count');
    expect(await shop.client.json('/')).toMatchObject({ views: 1 });
    expect(await admin.client.json('/')).toMatchObject({ views: 2 });
  });

  it('list, revoke and cap only their own sessions', async () => {
    const store = new MemoryStore();
    const shop = await release(store, 'shop', { maxSessionsPerPrincipal: 1 });
    const admin = await release(store, 'admin', { maxSessionsPerPrincipal: 1 });
    await admin.client.get('/login/1');
    await shop.client.get('/login/1');
    expect(await shop.sessions.list('1')).toHaveLength(1);
    const [{ key } = { key: '' }] = await admin.sessions.list('1');
    expect(await shop.sessions.revoke('1', { only: key })).toBe(0);
    expect(await shop.sessions.revoke('1')).toBe(1);
    expect(await admin.client.json('/')).toMatchObject({ userId: '1' });
    expect(await shop.client.json('/')).toMatchObject({ isNew: true });
    expect(await admin.sessions.list('1')).toHaveLength(1);
  });

  it('are not confused by a principal that looks like one of the other', async () => {
    const store = new MemoryStore();
    const [shop, admin] = [await release(store, 'a'), await release(store, 'a.b')];
    await admin.client.get('/login/1');
    for (const principal of ['.b:1', 'b:1', ':1', '1']) expect(await shop.sessions.list(principal)).toEqual([]);
    expect(await admin.sessions.list('1')).toHaveLength(1);
  });

  it('migrate only their own records', async () => {
    const store = new MemoryStore();
    const [shop, admin] = [await release(store, 'shop'), await release(store, 'admin')];
    await shop.client.get('/count');
    await admin.client.get('/count');
    expect(await shop.sessions.migrateAll({ pageSize: 1 })).toMatchObject({ seen: 1, cursor: undefined });
    expect(await admin.sessions.migrateAll()).toMatchObject({ seen: 1 });
  });
});

describe('the default name', () => {
  it.each([
    [{ secure: true }, '__Host-sid'],
    [{ secure: true, path: '/', domain: undefined }, '__Host-sid'],
    [{ secure: true, path: '/count' }, 'sid'],
    [{ secure: true, domain: 'shop.example' }, 'sid'],
    [{ secure: 'auto' }, 'sid'],
    [{ secure: false }, 'sid'],
    [() => ({ secure: true }), 'sid'],
  ])('with the cookie options %o is %s', async (cookie, name) => {
    const { client } = await release(new MemoryStore(), undefined, { cookie });
    const { cookies } = await client.get('/count', { 'X-Forwarded-Proto': 'https' });
    expect(cookies[0]?.split('=')[0]).toBe(name);
  });

  it('still reads connect.sid, so that no session ends', async () => {
    const store = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'connect.sid'), '/login/1');
    const host = await release(store, undefined, { cookie: { secure: true } });
    expect(await visit(browser, host, '/')).toMatchObject({ userId: '1' });
    expect([...browser.keys()]).toEqual(['__Host-sid']);
  });
});

describe('a session found under another name of the list', () => {
  it('moves to the first name at its next request, and stays when the old name is dropped', async () => {
    const store = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'old'), '/login/1');
    const id = browser.get('old');
    const both = await release(store, ['new', 'old']);
    expect(await both.sessions.list('1')).toHaveLength(1);
    const answer = await visit(browser, both, '/');
    expect(answer).toMatchObject({ userId: '1', isNew: false });
    expect([...browser]).toEqual([['new', id]]);
    expect(await both.sessions.list('1')).toHaveLength(1);
    const last = await release(store, 'new');
    expect(await visit(browser, last, '/count')).toMatchObject({ userId: '1', views: 1 });
    expect(await last.sessions.list('1')).toHaveLength(1);
    expect(await last.sessions.revoke('1')).toBe(1);
    expect(await visit(browser, last, '/')).toMatchObject({ isNew: true });
  });

  it('costs no more commands once it has moved', async () => {
    const inner = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(inner, 'old'), '/count');
    const store = new ProbedStore(inner);
    const both = await release(store, ['new', 'old']);
    await visit(browser, both, '/');
    expect(store.calls).toEqual(['read', 'create', 'update', 'update', 'touch']);
    store.calls.length = 0;
    await visit(browser, both, '/');
    expect(store.calls).toEqual(['read']);
  });

  it('is found by the old cookie too, for a client that did not get the answer', async () => {
    const store = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'old'), '/login/1');
    const both = await release(store, ['new', 'old']);
    for (let i = 0; i < 3; i++) {
      expect(await visit(new Map(browser), both, '/count')).toMatchObject({ userId: '1', views: i + 1 });
    }
  });

  it('loses no change of requests that come at the same time', async () => {
    const store = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'old'), '/login/1');
    const releases = await Promise.all(Array.from({ length: 8 }, () => release(store, ['new', 'old'])));
    const answers = await Promise.all(releases.map((one) => visit(new Map(browser), one, '/')));
    expect(answers.map(({ userId }) => userId as unknown)).toEqual(releases.map(() => '1'));
    expect(await releases[0]!.sessions.list('1')).toHaveLength(1);
  });

  it('does not set its cookie with a slow response, when a login has given it another id meanwhile', async () => {
    const store = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'old'), '/count');
    const [begun, go] = [deferred(), deferred()];
    const sessions = open(store, { name: ['new', 'old'] });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/slow', async (_req, res) => {
        begun.resolve();
        await go.promise;
        res.end();
      });
    });
    const slow = client.get('/slow', { cookie: `old=${browser.get('old')!}` });
    await begun.promise;
    const both = await release(store, ['new', 'old']);
    await visit(browser, both, '/login/1');
    go.resolve();
    expect((await slow).cookies).toEqual([]);
    expect(await visit(browser, both, '/')).toMatchObject({ userId: '1', views: 1 });
  });

  it('moves with a change that was stored while it was being copied', async () => {
    const inner = new MemoryStore();
    const old = await release(inner, 'old');
    const browser = new Map<string, string>();
    await visit(browser, old, '/login/1');
    const store = new ProbedStore(inner);
    store.after.create = async () => {
      store.after = {};
      await visit(new Map(browser), old, '/count');
    };
    expect(await visit(browser, await release(store, ['new', 'old']), '/')).toMatchObject({ userId: '1', views: 1 });
    expect([...browser.keys()]).toEqual(['new']);
  });

  it.each(['create', 'update'] as const)(
    'is not restored by a request that was slow after its %s, when it has been logged out',
    async (command) => {
      const inner = new MemoryStore();
      const browser = new Map<string, string>();
      await visit(browser, await release(inner, 'old'), '/login/1');
      const [begun, go] = [deferred(), deferred()];
      const store = new ProbedStore(inner);
      const place = command === 'create' ? store.before : store.after;
      place[command] = async () => {
        begun.resolve();
        await go.promise;
      };
      const slow = visit(new Map(browser), await release(store, ['new', 'old']), '/');
      await begun.promise;
      const fast = await release(inner, ['new', 'old']);
      const copy = new Map(browser);
      await visit(copy, fast, '/');
      const after = new Map(copy);
      await visit(copy, fast, '/logout');
      go.resolve();
      expect(await slow).toMatchObject({ isNew: true });
      for (const cookies of [browser, after]) expect(await visit(cookies, fast, '/')).toMatchObject({ isNew: true });
      expect(await fast.sessions.list('1')).toEqual([]);
    },
  );

  it('goes on when the process that moved it has died between two commands', async () => {
    for (const fails of [0, 1]) {
      const inner = new MemoryStore();
      const browser = new Map<string, string>();
      await visit(browser, await release(inner, 'old'), '/login/1');
      const store = new ProbedStore(inner);
      let updates = 0;
      store.before.update = () => {
        if (updates++ === fails) throw new Error('the line was cut');
      };
      expect(await visit(new Map(browser), await release(store, ['new', 'old']), '/')).toMatchObject({ code: 'SESSION_STORE' }); // prettier-ignore
      const next = await release(inner, ['new', 'old']);
      expect(await visit(browser, next, '/count')).toMatchObject({ userId: '1', views: 1 });
      expect(await next.sessions.list('1')).toHaveLength(1);
    }
  });

  it('is found by releases that prefer different names, in turn', async () => {
    const store = new MemoryStore();
    const [one, other] = [await release(store, ['a', 'b']), await release(store, ['b', 'a'])];
    const browser = new Map<string, string>();
    await visit(browser, one, '/login/1');
    for (let views = 1; views < 6; views++) {
      const stale = new Map(browser);
      expect(await visit(browser, views % 2 === 0 ? one : other, '/count')).toMatchObject({ userId: '1', views });
      expect(await visit(stale, views % 2 === 0 ? one : other, '/')).toMatchObject({ userId: '1', views });
    }
  });

  it('ends under every name when it is logged out', async () => {
    const store = new MemoryStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'old'), '/login/1');
    const both = await release(store, ['new', 'old']);
    const stale = new Map(browser);
    await visit(browser, both, '/');
    browser.set('old', stale.get('old')!);
    await visit(browser, both, '/logout');
    expect([...browser]).toEqual([]);
    expect(await visit(stale, both, '/')).toMatchObject({ isNew: true });
    expect(await visit(stale, both, '/count')).toMatchObject({ views: 1 });
  });

  it('keeps its record on a store of express-session, where only the cookie moves', async () => {
    const store = new TextStore();
    const browser = new Map<string, string>();
    await visit(browser, await release(store, 'connect.sid'), '/login/1');
    const ids = [...store.sessions.keys()];
    expect(await visit(browser, await release(store, undefined), '/')).toMatchObject({ userId: '1' });
    expect([...store.sessions.keys()]).toEqual(ids);
    expect(store.only).toMatchObject({ userId: '1', cookie: { typedSession: { revision: 1 } } });
    expect([...browser.keys()]).toEqual(['sid']);
  });
});

describe('on a store made for express-session', () => {
  const middlewares = (first: object, second: object, wrap = (store: TextStore): SessionStore | TextStore => store) => {
    const store = new TextStore();
    open(wrap(store), first);
    return () => open(wrap(store), second);
  };

  it('a second name with the same secret is refused, also behind cached() and moving()', () => {
    for (const wrap of [
      undefined,
      (store: TextStore) => cached(store, { ttl: 1000 }),
      (store: TextStore) => moving({ from: store, to: new MemoryStore() }),
    ]) {
      const second = middlewares({ name: 'shop' }, { name: 'admin', secret: ['another secret of 32 or more by', secret] }, wrap); // prettier-ignore
      expect(second).toThrow(SessionOptionsError);
      expect(second).toThrow(/^name: 'admin' and 'shop' share a secret and a store/);
      expect(second).not.toThrow(secret);
    }
  });

  it('the same name, a list that overlaps, and another secret are accepted', () => {
    expect(middlewares({ name: 'shop' }, { name: 'shop' })).not.toThrow();
    expect(middlewares({ name: 'connect.sid' }, {})).not.toThrow();
    expect(middlewares({ name: ['a', 'b'] }, { name: ['c', 'b'] })).not.toThrow();
    expect(middlewares({ name: 'shop' }, { name: 'admin', secret: 'Kq8ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea2' })).not.toThrow();
  });
});

describe('several cookies of a request', () => {
  it('lead to the first live session: a dead one is passed over', async () => {
    const store = new ProbedStore(new MemoryStore());
    const { client } = await release(store, 'sid');
    const loads = listen('typed-session:load');
    await client.get('/count');
    const live = `sid=${client.jar.get('sid')!}`;
    const dead = Array.from({ length: 7 }, (_, i) => `sid=${signed(`a-dead-id-${i}`)}`);
    for (const header of [`${dead[0]!}; ${live}`, `${dead.join('; ')}; ${live}`, `${live}; ${dead.join('; ')}`]) {
      client.jar.clear();
      expect(JSON.parse((await client.get('/', { cookie: header })).text)).toMatchObject({ views: 1 });
      expect(loads.at(-1)?.outcome).toBe('found');
    }
    client.jar.clear();
    store.calls.length = 0;
    const all = [...dead, `sid=${signed('one-more')}`, live].join('; ');
    expect(JSON.parse((await client.get('/', { cookie: all })).text)).toMatchObject({ isNew: true });
    expect(store.calls).toHaveLength(8);
  });

  it('of the first name come before those of the others, wherever they are in the header', async () => {
    const store = new MemoryStore();
    const [first, second] = [await release(store, 'a'), await release(store, 'b')];
    await first.client.get('/login/alice');
    await second.client.get('/login/mallory');
    const both = await release(store, ['a', 'b']);
    const browser = new Map([...second.client.jar, ...first.client.jar]);
    expect(await visit(browser, both, '/')).toMatchObject({ userId: 'alice' });
  });

  it('fail the request when the store fails for one of them', async () => {
    const store = new ProbedStore(new MemoryStore());
    const { client } = await release(store, 'sid');
    await client.get('/count');
    let reads = 0;
    store.before.read = () => {
      if (++reads === 2) throw new Error('gone');
    };
    const answer = await client.get('/', { cookie: `sid=${signed('dead')}; ${client.cookieHeader}` });
    expect(answer.status).toBe(503);
  });
});

describe('the option name', () => {
  const make =
    (name: unknown, cookie: unknown = {}) =>
    () =>
      open(new MemoryStore(), { name, cookie });

  it.each([
    [[], 'empty'],
    [['a', 'a'], 'twice'],
    [['a', 'b c'], 'not a cookie name'],
    [[1], 'not a cookie name'],
    ['', 'not a cookie name'],
    ['a'.repeat(257), 'too long'],
  ])('refuses %j', (name, advice) => {
    expect(make(name)).toThrow(SessionOptionsError);
    expect(make(name)).toThrow(advice);
  });

  it.each([
    ['__Http-sid', { secure: true }, undefined],
    ['__Http-sid', { secure: 'auto' }, 'cookie.secure'],
    ['__http-sid', { secure: true, httpOnly: false }, 'cookie.httpOnly'],
    ['__Http-sid', { secure: true, path: '/app', domain: 'shop.example' }, undefined],
    ['__Host-Http-sid', { secure: true }, undefined],
    ['__Host-Http-sid', { secure: false }, 'cookie.secure'],
    ['__Host-Http-sid', { secure: true, httpOnly: false }, 'cookie.httpOnly'],
    ['__Host-Http-sid', { secure: true, path: '/app' }, 'cookie.path'],
    ['__HOST-HTTP-sid', { secure: true, domain: 'shop.example' }, 'cookie.domain'],
    ['__Host-sid', { secure: true, httpOnly: false }, undefined],
    ['__Host-sid', { secure: true, path: '/app' }, 'cookie.path'],
    ['__Secure-sid', { secure: false }, 'cookie.secure'],
    [['__Http-sid', 'connect.sid'], { secure: 'auto' }, 'cookie.secure'],
    [['sid', '__Host-sid'], { secure: 'auto' }, undefined],
  ])('%j with the cookie options %o: %s', (name, cookie, refused) => {
    if (refused === undefined) expect(make(name, cookie)).not.toThrow();
    else expect(make(name, cookie)).toThrow(expect.objectContaining({ option: refused }));
  });

  it('checks the prefix at each request if cookie is a function', async () => {
    const { client } = await release(new MemoryStore(), '__Host-Http-sid', { cookie: () => ({ secure: false }) });
    expect(await client.json('/')).toMatchObject({ code: 'SESSION_OPTIONS' });
  });
});
