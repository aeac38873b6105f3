import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { RedisStore as ConnectRedis } from 'connect-redis';
import type { RequestHandler } from 'express';
import pg from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moving, session, type ExpressSessionStore, type SessionStore } from 'typed-session';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';
import { makeApp, type Client } from '../support/app.js';
import { schema } from '../support/shop.js';
import { serverUrl } from './suite.js';

const require = createRequire(import.meta.url);
/** express-session itself; it has no types of its own. */
const expressSession = require('express-session') as (options: object) => RequestHandler;

type AnyStore = SessionStore | ExpressSessionStore;

const redis = createClient({ url: serverUrl('REDIS_URL').href });
const pool = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL').href });
const table = `moving_${randomBytes(6).toString('hex')}`;
const prefix = `${table}:`;

beforeAll(async () => {
  await redis.connect();
  await new PostgresStore({ pool, table, pruneInterval: 0 }).setup();
  await pool.query(`CREATE SCHEMA ${table}`); // the name of connect-pg-simple's primary key is always the same
});
afterAll(async () => {
  redis.destroy();
  await pool.end();
});

const ourRedis = () => new RedisStore({ client: redis, prefix });
const ourPostgres = () => new PostgresStore({ pool, table, pruneInterval: 0 });
const connectRedis = () => new ConnectRedis({ client: redis, prefix: `${prefix}old:` });
const connectPg = () => {
  const make = require('connect-pg-simple') as (module: unknown) => new (options: object) => ExpressSessionStore;
  const Store = make(require('express-session'));
  return new Store({ pool, schemaName: table, createTableIfMissing: true, pruneSessionInterval: false });
};

/** A release of the app on typed-session, under the name that express-session reads too. */
function typed(store: AnyStore): Promise<Client> {
  const sessions = session({ schema, secret: 'keep it', name: 'connect.sid', cookie: { maxAge: 60_000 }, store });
  return makeApp((app) => {
    app.use(sessions);
    app.get(
      '/',
      (req, res) => void res.json({ views: sessions.of(req).views, userId: sessions.of(req).userId ?? null }),
    );
    app.get('/view', async (req, res) => {
      await sessions.of(req).update((latest) => {
        latest.views += 1;
      });
      res.json(sessions.of(req).views);
    });
    app.get('/login', async (req, res) => {
      await sessions.of(req).rotate();
      sessions.of(req).userId = 'ada';
      res.json({});
    });
    app.get('/logout', async (req, res) => {
      await sessions.of(req).destroy();
      res.json({});
    });
  });
}

/** A release of the app from before: express-session itself. */
function legacy(store: ExpressSessionStore): Promise<Client> {
  return makeApp((app) => {
    app.use(expressSession({ secret: 'keep it', store, resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } })); // prettier-ignore
    const dataOf = (req: unknown) => (req as { session: { views?: number; userId?: string } }).session;
    app.get('/', (req, res) => void res.json({ views: dataOf(req).views ?? 0, userId: dataOf(req).userId ?? null }));
    app.get('/view', (req, res) => {
      const data = dataOf(req);
      data.views = (data.views ?? 0) + 1;
      res.json(data.views);
    });
    app.get('/login', (req, res, next) => {
      const { views } = dataOf(req);
      req.session.regenerate((error: unknown) => {
        if (error) {
          next(error);
          return;
        }
        Object.assign(dataOf(req), { views: views ?? 0, userId: 'ada' });
        res.json({});
      });
    });
    app.get('/logout', (req, res, next) => {
      (req.session as unknown as { destroy(done: (error?: unknown) => void): void }).destroy((error) => {
        if (error) next(error);
        else res.json({});
      });
    });
  });
}

/** One browser that is served by one process after the other. */
class Browser {
  readonly #jar = new Map<string, string>();

  async get(path: string, at: Client): Promise<unknown> {
    at.jar.clear();
    for (const [name, value] of this.#jar) at.jar.set(name, value);
    const answer = await at.json(path);
    this.#jar.clear();
    for (const [name, value] of at.jar) this.#jar.set(name, value);
    return answer;
  }

  copy(): Browser {
    const copy = new Browser();
    for (const [name, value] of this.#jar) copy.#jar.set(name, value);
    return copy;
  }
}

/** What holds while processes of two releases stand side by side, whichever of the two a request meets. */
async function standSideBySide(one: Client, other: Client): Promise<void> {
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    // prettier-ignore
    const ada = new Browser();
    expect(await ada.get('/view', first)).toBe(1);
    expect(await ada.get('/view', second)).toBe(2);
    expect(await ada.get('/view', second)).toBe(3);
    expect(await ada.get('/view', first)).toBe(4);
    expect(await ada.get('/', second)).toEqual({ views: 4, userId: null });
    const before = ada.copy();
    await ada.get('/login', first);
    expect(await ada.get('/', second)).toEqual({ views: 4, userId: 'ada' });
    expect(await before.get('/', second)).toEqual({ views: 0, userId: null }); // the old id leads nowhere
    expect(await ada.get('/view', second)).toBe(5);
    expect(await ada.get('/', first)).toEqual({ views: 5, userId: 'ada' });
    const stolen = ada.copy();
    await ada.get('/logout', second);
    expect(await stolen.copy().get('/', first)).toEqual({ views: 0, userId: null });
    expect(await stolen.copy().get('/', second)).toEqual({ views: 0, userId: null });
  }
}

/** Users who were there before, each of whom is served in every phase. */
async function move(phases: readonly Client[], next: () => Promise<Client>, previous: () => Promise<Client>) {
  const [first, second, third] = phases as readonly [Client, Client, Client]; // the old release, both stores, the new one
  const users = [new Browser(), new Browser(), new Browser()];
  for (const user of users) {
    await user.get('/view', first);
    await user.get('/login', first);
  }
  await standSideBySide(first, second);
  for (const user of users) expect(await user.get('/view', second)).toBe(2);
  await standSideBySide(second, third);
  for (const user of users) expect(await user.get('/', third)).toEqual({ views: 2, userId: 'ada' });
  // Either store may be dropped: each has all of them, as they were before the new release went on alone.
  for (const alone of [await next(), await previous()]) {
    for (const user of users) expect(await user.get('/', alone)).toEqual({ views: 2, userId: 'ada' });
  }
}

describe('a site', () => {
  it.each<[string, () => AnyStore, () => AnyStore]>([
    ['from connect-redis to RedisStore', connectRedis, ourRedis],
    ['from RedisStore back to connect-redis', ourRedis, connectRedis],
    ['from connect-pg-simple to PostgresStore', connectPg, ourPostgres],
    ['from PostgresStore back to connect-pg-simple', ourPostgres, connectPg],
    ['from RedisStore to PostgresStore', ourRedis, ourPostgres],
    ['from PostgresStore back to RedisStore', ourPostgres, ourRedis],
    ['from connect-redis to connect-pg-simple', connectRedis, connectPg],
  ])('moves %s, with two releases side by side at each step', async (_, previous, next) => {
    const both = typed(moving({ from: previous(), to: next() }));
    const phases = [await typed(previous()), await both, await typed(next())];
    await move(phases, () => typed(next()), () => typed(previous())); // prettier-ignore
  });

  it.each<[string, () => ExpressSessionStore, () => AnyStore]>([
    ['from express-session with connect-redis to RedisStore', connectRedis, ourRedis],
    ['from express-session with connect-pg-simple to PostgresStore', connectPg, ourPostgres],
    ['from express-session with connect-pg-simple to RedisStore', connectPg, ourRedis],
  ])('moves %s, with two releases side by side at each step', async (_, previous, next) => {
    const phases = [
      await legacy(previous()),
      await typed(moving({ from: previous(), to: next() })),
      await typed(next()),
    ];
    await move(phases, () => typed(next()), () => legacy(previous())); // prettier-ignore
  });

  it('moves from RedisStore back to express-session itself', async () => {
    const phases = [
      await typed(ourRedis()),
      await typed(moving({ from: ourRedis(), to: connectRedis() })),
      await legacy(connectRedis()),
    ];
    await move(phases, () => legacy(connectRedis()), () => typed(ourRedis())); // prettier-ignore
  });
});
