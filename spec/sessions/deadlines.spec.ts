import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryStore } from 'typed-session';
import { listen } from '../support/app.js';
import { openShop, type Options } from '../support/shop.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

async function shop(options: Options = {}) {
  const opened = await openShop(
    (sessions) => ({
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.json(sessions.of(req));
      },
      '/ignore': (_req, res) => {
        res.end();
      },
      '/remember': (req, res) => {
        sessions.of(req).cookie.maxAge = 10 * DAY;
        res.end();
      },
      '/forget': (req, res) => {
        sessions.of(req).cookie.maxAge = null;
        res.end();
      },
      '/until': (req, res) => {
        sessions.of(req).cookie.expires = new Date(Date.now() + 2 * HOUR);
        res.json(sessions.of(req).cookie.maxAge);
      },
    }),
    options,
  );
  await opened.client.get('/count');
  opened.store.calls.length = 0;
  return { ...opened, loads: listen('typed-session:load') };
}

describe('the idle deadline', () => {
  it('ends a session that nobody used for 24 hours, without being asked for', async () => {
    const { client } = await shop();
    pass(DAY - 1);
    expect(await client.json('/')).toMatchObject({ views: 1 });
    pass(DAY + 1);
    expect(await client.json('/')).toMatchObject({ views: 0 });
  });

  it('moves with use, by a request that ignores the session too, but not before a tenth of it has passed', async () => {
    const { client, store } = await shop({ idleTimeout: 10 * HOUR });
    pass(HOUR - 1);
    await client.get('/');
    expect(store.calls).toEqual(['read']);
    pass(1);
    await client.get('/ignore');
    expect(store.calls).toEqual(['read', 'read', 'touch']);
    pass(10 * HOUR - 1);
    expect(await client.json('/count')).toMatchObject({ views: 2 });
  });

  it('moves with every request under touchAfter: 0, and never under Infinity', async () => {
    const always = await shop({ touchAfter: 0 });
    pass(1);
    await always.client.get('/ignore');
    expect(always.store.calls).toEqual(['read', 'touch']);
    const never = await shop({ touchAfter: Infinity });
    pass(DAY - 1);
    await never.client.get('/ignore');
    expect(never.store.calls).toEqual(['read']);
  });

  it('follows cookie.maxAge unless idleTimeout is given', async () => {
    const follows = await shop({ cookie: { maxAge: HOUR } });
    pass(HOUR);
    expect(await follows.client.json('/')).toMatchObject({ views: 0 });
    const given = await shop({ cookie: { maxAge: HOUR }, idleTimeout: 2 * HOUR });
    pass(HOUR);
    expect(await given.client.json('/')).toMatchObject({ views: 1 });
  });

  it('holds though the store serves what is dead', async () => {
    const store = new MemoryStore();
    const read = store.read.bind(store);
    const { client, loads } = await shop({ store });
    store.read = async (key) => {
      const now = Date.now();
      vi.setSystemTime(0);
      const record = await read(key);
      vi.setSystemTime(now);
      return record;
    };
    pass(DAY);
    expect(await client.json('/')).toMatchObject({ views: 0 });
    expect(loads.at(-1)?.outcome).toBe('expired');
  });
});

describe('the absolute deadline', () => {
  it('ends a session after 30 days, however busy it is', async () => {
    const { client } = await shop();
    for (let day = 0; day < 59; day++) {
      pass(DAY / 2);
      expect(await client.json('/count')).toMatchObject({ views: day + 2 });
    }
    pass(DAY / 2);
    expect(await client.json('/count')).toMatchObject({ views: 1 });
  });

  it('gives way to a longer idle deadline where nobody set it', async () => {
    const { client } = await shop({ cookie: { maxAge: 90 * DAY } });
    pass(80 * DAY);
    expect(await client.json('/')).toMatchObject({ views: 1 });
  });

  it('holds for sessions that began under a longer one', async () => {
    const store = new MemoryStore();
    const before = await shop({ store, absoluteTimeout: Infinity });
    pass(DAY / 2);
    const after = await shop({ store, absoluteTimeout: HOUR });
    after.client.jar.set('connect.sid', before.client.jar.get('connect.sid') ?? '');
    expect(await after.client.json('/')).toMatchObject({ views: 0 });
    expect(after.loads.at(-1)?.outcome).toBe('expired');
  });

  it('is not moved by rotation', async () => {
    const { client } = await openShop(
      (sessions) => ({
        '/count': async (req, res) => {
          await sessions.of(req).rotate();
          sessions.of(req).views += 1;
          res.end();
        },
      }),
      { absoluteTimeout: HOUR },
    );
    await client.get('/count');
    pass(HOUR - 1);
    await client.get('/count');
    pass(1);
    expect(await client.json('/')).toMatchObject({ views: 0 });
  });
});

describe('the cookie', () => {
  it('is a browser-session cookie by default, sent once', async () => {
    const { client } = await shop();
    client.jar.clear();
    const first = await client.get('/count');
    expect(first.cookies).toHaveLength(1);
    expect(first.cookies[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(first.cookies[0]).not.toMatch(/Expires|Max-Age/);
    pass(3 * HOUR);
    expect((await client.get('/count')).cookies).toEqual([]);
  });

  it('with a maxAge is sent again when its life moves, together with the deadline in the store', async () => {
    const { client, store } = await shop({ cookie: { maxAge: 10 * HOUR } });
    pass(HOUR - 1);
    expect((await client.get('/count')).cookies).toEqual([]);
    pass(1);
    const moved = await client.get('/count');
    expect(moved.cookies[0]).toContain('Max-Age=36000; ');
    expect(moved.cookies[0]).toContain('Expires=Thu, 01 Jan 2026 11:00:00 GMT');
    pass(HOUR);
    store.calls.length = 0;
    expect((await client.get('/ignore')).cookies).toHaveLength(1);
    expect(store.calls).toEqual(['read', 'touch']);
  });

  it('that lives much shorter than the session is sent again in its own time', async () => {
    const { client } = await shop({ cookie: { maxAge: HOUR }, idleTimeout: 30 * HOUR });
    pass(HOUR / 2);
    expect((await client.get('/ignore')).cookies).toHaveLength(1);
  });

  it('lives no longer than the session can', async () => {
    const { client } = await shop({ cookie: { maxAge: 10 * HOUR }, absoluteTimeout: 4 * HOUR });
    client.jar.clear();
    expect((await client.get('/count')).cookies[0]).toContain('Max-Age=14400;');
  });

  it('takes a life of its own for one session, which is kept with it', async () => {
    const { client } = await shop({ cookie: { maxAge: HOUR } });
    expect((await client.get('/remember')).cookies[0]).toContain('Max-Age=864000;');
    pass(5 * DAY);
    const again = await client.get('/count');
    expect(JSON.parse(again.text)).toMatchObject({ views: 2 });
    expect(again.cookies[0]).toContain('Max-Age=864000;');
    expect((await client.get('/forget')).cookies[0]).not.toContain('Max-Age');
    expect((await client.get('/until')).cookies[0]).toContain('Max-Age=7200;');
  });

  it('follows today’s options and not those that the session began with', async () => {
    const store = new MemoryStore();
    const before = await shop({ store, cookie: { maxAge: HOUR, sameSite: 'lax' } });
    const after = await shop({ store, cookie: { maxAge: 2 * HOUR, sameSite: 'strict' } });
    after.client.jar.set('connect.sid', before.client.jar.get('connect.sid') ?? '');
    expect((await after.client.get('/ignore')).cookies[0]).toMatch(/Max-Age=7200;.*SameSite=Strict/);
  });

  it('may have other attributes for each request', async () => {
    let asked = 0;
    const { client } = await shop({
      cookie: (req) => {
        asked++;
        return { domain: req.hostname === '127.0.0.1' ? 'one.example' : 'other.example', sameSite: 'strict' };
      },
    });
    client.jar.clear();
    asked = 0;
    expect((await client.get('/count')).cookies[0]).toContain('Domain=one.example');
    expect(asked).toBe(1);
  });
});
