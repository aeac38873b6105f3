import { createRequire } from 'node:module';
import type { RequestHandler } from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { cached, moving, MemoryStore, session, SessionOptionsError, type SessionStore } from 'typed-session';
import { keyOf } from '../../lib/stores/store-key.js';
import { makeApp, ProbedStore, type Client } from '../support/app.js';
import { TextStore, type Stored } from '../support/text-store.js';
import { App, LIFE, site } from './moving-apps.js';
import { aRecord } from './samples.js';

/** express-session itself, which has no types of its own. */
const expressSession = createRequire(import.meta.url)('express-session') as (options: object) => RequestHandler;

const schema = z.object({ n: z.int().default(0), user: z.string().optional(), from: z.string().optional() });

/** A release of the app; all have one cookie. */
function release(store: SessionStore | TextStore): Promise<Client> {
  return makeApp((app) => {
    const sessions = session({ schema, secret: 's', store, principal: 'user', name: 'connect.sid' });
    app.use(sessions);
    app.get('/count', (req, res) => {
      sessions.of(req).n += 1;
      res.json(sessions.of(req));
    });
    app.get('/read', (req, res) => {
      res.json(sessions.of(req));
    });
    app.get('/rotate', async (req, res) => {
      await sessions.of(req).rotate();
      res.json({});
    });
    app.get('/logout', async (req, res) => {
      await sessions.of(req).destroy();
      res.json({});
    });
  });
}

/** The app as it was on express-session. */
function before(store: TextStore): Promise<Client> {
  return makeApp((app) => {
    app.use(expressSession({ secret: 's', store, resave: false, saveUninitialized: false }));
    const mine = (req: object) => (req as { session: Record<string, any> }).session; // as its users know it
    app.get('/count', (req, res) => {
      mine(req)['n'] = (mine(req)['n'] ?? 0) + 1;
      mine(req)['from'] = 'express-session';
      res.json(mine(req));
    });
    app.get('/read', (req, res) => {
      res.json(mine(req));
    });
    app.get('/logout', (req, res) => {
      mine(req)['destroy'](() => res.json({}));
    });
  });
}

/** Asks with the cookies of another client, which it then has. */
async function asks(client: Client, path: string, other: Client): Promise<any> {
  client.jar.clear();
  for (const [name, value] of other.jar) client.jar.set(name, value);
  const answer = await client.json(path);
  other.jar.clear();
  for (const [name, value] of client.jar) other.jar.set(name, value);
  return answer;
}

/** A site that moves from express-session's layout to ours, with a browser that is known there. */
async function openMove() {
  const [text, next] = [new TextStore(), new MemoryStore()];
  const both = moving({ from: text, to: next });
  const old = await before(text);
  const [now, then] = [await release(both), await release(next)];
  const browser = old.copy();
  await asks(old, '/count', browser);
  const [id = ''] = text.sessions.keys();
  return { text, next, both, old, now, then, browser, id };
}

describe('moving() from express-session’s layout to ours', () => {
  it('finds a session under its id there, and keeps it under the hash of the id here', async () => {
    const { text, next, old, now, then, browser, id } = await openMove();
    expect(await asks(now, '/count', browser)).toEqual({ n: 2, from: 'express-session' });
    expect([...text.sessions.keys()]).toEqual([id]);
    expect(await next.read(id)).toBeUndefined();
    expect((await next.read(keyOf(id, 'connect.sid')))?.data).toBe('{"n":2,"from":"express-session"}');
    expect(await asks(then, '/count', browser)).toMatchObject({ n: 3 });
    expect(await asks(now, '/read', browser)).toMatchObject({ n: 3 });
    expect(await asks(old, '/read', browser)).toMatchObject({ n: 3 });
  });

  it('takes over what express-session wrote on top of it', async () => {
    const { old, now, then, browser } = await openMove();
    await asks(now, '/count', browser);
    await asks(old, '/count', browser);
    expect(await asks(now, '/read', browser)).toMatchObject({ n: 3 });
    expect(await asks(then, '/read', browser)).toMatchObject({ n: 3 });
  });

  it.each(['old', 'now', 'then'] as const)('ends everywhere what the release "%s" ended', async (who) => {
    const all = await openMove();
    const { text, next, old, now, browser } = all;
    await asks(now, '/count', browser);
    const { jar } = browser.copy();
    await asks(all[who], '/logout', browser);
    for (const [name, value] of jar) browser.jar.set(name, value);
    expect(await asks(now, '/read', browser.copy())).toEqual({ n: 0 });
    expect((await asks(old, '/read', browser.copy())).n).toBeUndefined();
    expect([text.sessions.size, await next.size()]).toEqual([0, 0]);
  });

  it.each(['now', 'then'] as const)('lets a logout on the old id end what the release "%s" rotated it to', async (who) => {
    const all = await openMove();
    const { text, next, now, browser } = all;
    await asks(now, '/count', browser);
    const tab = browser.copy();
    await asks(all[who], '/rotate', browser);
    expect(await asks(now, '/read', browser)).toMatchObject({ n: 2 });
    await asks(now, '/logout', tab);
    expect(await asks(now, '/read', browser)).toEqual({ n: 0 });
    const live = [...text.sessions.values()].filter((one) => 'n' in (JSON.parse(one) as Stored));
    expect([live, (await next.scan(undefined, 10)).entries.filter(([, { data }]) => data !== '')]).toEqual([[], []]);
  }); // prettier-ignore
});

describe('moving() of two stores', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('leaves a note of a rotation on both sides, which leads to the successor on both', async () => {
    const { next, previous, moving: [app] } = site(); // prettier-ignore
    await app.begin('a');
    await app.rotate('a', 'b');
    for (const store of [next, previous]) expect(await store.read('a')).toMatchObject({ data: '', forwardTo: 'b' });
    await app.end('a');
    for (const store of [next, previous]) expect(await store.read('b')).toBeUndefined();
  });

  it.each(['old', 'new'] as const)('keeps a session that the release "%s" alone has touched past its first deadline', async (who) => {
    const on = site();
    await on.moving[0].begin('a');
    vi.setSystemTime(Date.now() + LIFE / 2);
    await on[who].touch('a');
    vi.setSystemTime(Date.now() + LIFE / 2);
    expect(await on.moving[0].count('a')).toBe(0);
    for (const store of [on.next, on.previous]) expect(await store.read('a')).toBeDefined();
    vi.setSystemTime(Date.now() + LIFE / 2);
    expect(await on.moving[0].count('a')).toBeUndefined();
  }); // prettier-ignore

  it.each(['old', 'new'] as const)('tells of the earlier deadline where the release "%s" alone has touched it, so that the next touch is not left out', async (who) => {
    const on = site();
    await on.moving[0].begin('a');
    const deadline = Date.now() + LIFE;
    vi.setSystemTime(Date.now() + 1000);
    await on[who].touch('a');
    expect((await on.moving[0].store.read('a'))?.expiresAt).toBe(deadline);
    await on.moving[0].touch('a');
    for (const store of [on.next, on.previous]) expect((await store.read('a'))?.expiresAt).toBe(deadline + 1000);
  }); // prettier-ignore

  it.each(['old', 'new'] as const)('ends a session that the release "%s" alone has ended', async (who) => {
    const on = site();
    await on.moving[0].begin('a');
    await on[who].end('a');
    expect(await on.moving[0].count('a')).toBeUndefined();
    for (const store of [on.next, on.previous]) expect(await store.read('a')).toBeUndefined();
  });

  it('takes back a write that was cut off between the two, and goes on', async () => {
    const [next, previous] = [new MemoryStore(), new MemoryStore()];
    const cut = new ProbedStore(previous);
    const app = new App('moving', moving({ from: cut, to: next }));
    await app.begin('a');
    cut.before.update = () => Promise.reject(new Error('cut off'));
    await expect(app.increment('a')).rejects.toThrow('cut off');
    delete cut.before.update;
    expect(await new App('old', previous).count('a')).toBe(0);
    expect(await app.count('a')).toBe(0);
    expect(await app.increment('a')).toBe(true);
    for (const store of [next, previous]) expect((await store.read('a'))?.data).toBe('{"n":1}');
  });

  it('stores its change on top of what the old release has written between its two writes, and once', async () => {
    const [next, previous] = [new MemoryStore(), new MemoryStore()];
    const probed = new ProbedStore(previous);
    const [app, other, old] = [moving({ from: probed, to: next }), moving({ from: previous, to: next }), previous].map((store) => new App('', store)) as [App, App, App]; // prettier-ignore
    await app.begin('a');
    probed.before.update = async () => {
      delete probed.before.update;
      await old.increment('a');
      expect(await other.count('a')).toBe(1); // drops what the next store had
    };
    expect(await app.increment('a')).toBe(true);
    for (const one of [app, other, old]) expect(await one.count('a')).toBe(2);
  });

  it('does not take a login for ended that is listed while it is being stored', async () => {
    const [next, previous] = [new MemoryStore(), new MemoryStore()];
    const probed = new ProbedStore(previous);
    const [store, other] = [moving({ from: probed, to: next }), moving({ from: previous, to: next })];
    probed.before.create = async () => {
      expect(await other.list?.('ada')).toEqual([]);
    };
    await store.create('a', aRecord({ principal: 'ada' }));
    expect((await other.list?.('ada'))?.map(([key]) => key)).toEqual(['a']);
  });

  it('lists a session that is moved to another key between the looks at the lists and at its record', async () => {
    const [next, previous] = [new MemoryStore(), new MemoryStore()];
    const probed = new ProbedStore(previous);
    const other = new App('', moving({ from: previous, to: next }));
    await other.begin('a');
    probed.after.list = async () => {
      delete probed.after.list;
      await other.rotate('a', 'b');
    };
    expect((await moving({ from: probed, to: next }).list?.('ada'))?.map(([key]) => key)).toEqual(['b']);
  });

  it('refuses a cache, another move, and one store twice', () => {
    const [a, b] = [new MemoryStore(), new MemoryStore()];
    expect(() => moving({ from: a, to: a })).toThrow(SessionOptionsError);
    expect(() => moving({ from: b, to: cached(a, { ttl: 1 }) })).toThrow(/^to: must show what is stored now/);
    expect(() => moving({ from: moving({ from: b, to: a }), to: a })).toThrow(/^from: must be one store/);
    expect(() => cached(moving({ from: b, to: a }), { ttl: 1 })).not.toThrow();
  });
});
