import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moving, session, type SessionStore } from 'typed-session';
import { MongoStore } from 'typed-session/mongo';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';
import { z } from 'zod';
import { makeApp } from '../support/app.js';
import { serverUrl } from './suite.js';

const name = `unknown_${randomBytes(6).toString('hex')}`;
const redis = createClient({ url: serverUrl('REDIS_URL').href });
const ioredis = new Redis(serverUrl('REDIS_URL').href, { lazyConnect: true });
const pool = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL').href });
const mongo = new MongoClient(serverUrl('MONGO_URL').href);

beforeAll(async () => {
  await Promise.all([redis.connect(), ioredis.connect(), mongo.connect()]);
  await new PostgresStore({ pool, table: name, pruneInterval: 0 }).setup();
});
afterAll(async () => {
  redis.destroy();
  ioredis.disconnect();
  await pool.query(`DROP TABLE ${name}`);
  await pool.end();
  await mongo.db().collection(name).drop();
  await mongo.close();
});

const onRedis = () => new RedisStore({ client: redis, prefix: `${name}:` });
const onPostgres = () => new PostgresStore({ pool, table: name, pruneInterval: 0 });
const stores: readonly [string, () => SessionStore][] = [
  ['RedisStore with redis', onRedis],
  ['RedisStore with ioredis', () => new RedisStore({ client: ioredis, prefix: `${name}-io:` })],
  ['PostgresStore', onPostgres],
  ['MongoStore', () => new MongoStore({ collection: mongo.db().collection(name) })],
  ['moving({ from: RedisStore, to: PostgresStore })', () => moving({ from: onRedis(), to: onPostgres() })],
];

const older = z.object({ userId: z.string().optional(), n: z.int().default(0) });
const newer = z.object({ ...older.shape, theme: z.string().optional() });

/** A release of the app with the schema `newer`, and one with `older`, which does not know `theme`. */
async function releases(store: () => SessionStore) {
  const secret = 'both releases sign with this one';
  const next = session({ schema: newer, secret, store: store(), principal: 'userId' });
  const previous = session({ schema: older, secret, store: store(), principal: 'userId' });
  const nextClient = await makeApp((app) => {
    app.use(next);
    app.get('/', (req, res) => void res.json(next.of(req)));
    app.get('/theme/:theme', (req, res) => {
      next.of(req).theme = req.params.theme;
      res.json({});
    });
  });
  const previousClient = await makeApp((app) => {
    app.use(previous);
    app.get('/count', (req, res) => {
      previous.of(req).n += 1;
      res.json(previous.of(req));
    });
    app.get('/rotate', async (req, res) => {
      await previous.of(req).rotate();
      res.json({});
    });
    app.get('/login/:userId', (req, res) => {
      previous.of(req).userId = req.params.userId;
      res.json({});
    });
  });
  return {
    previous,
    /** One browser that meets both. */
    async onNext(path: string) {
      for (const [key, value] of previousClient.jar) nextClient.jar.set(key, value);
      return nextClient.json(path);
    },
    async onPrevious(path: string) {
      for (const [key, value] of nextClient.jar) previousClient.jar.set(key, value);
      return previousClient.json(path);
    },
  };
}

describe.each(stores)('on %s', (_, store) => {
  it('what a newer release stored stays through a change, a rotation and a login of the older one', async () => {
    const { onNext, onPrevious } = await releases(store);
    await onNext('/theme/dark');
    expect(await onPrevious('/count')).toEqual({ n: 1 });
    expect(await onNext('/')).toEqual({ n: 1, theme: 'dark' });
    await onPrevious('/rotate');
    expect(await onNext('/')).toEqual({ n: 1, theme: 'dark' });
    await onPrevious('/login/ada');
    expect(await onNext('/')).toEqual({ n: 1, theme: 'dark', userId: 'ada' });
  });

  it('list() names the last use of a session, which is its last write until a touch comes', async () => {
    const { previous, onPrevious } = await releases(store);
    const userId = randomBytes(4).toString('hex');
    const before = Date.now();
    await onPrevious(`/login/${userId}`);
    const [one] = await previous.list(userId);
    expect(one?.lastUsedAt).toBeGreaterThanOrEqual(before);
    expect(one?.lastUsedAt).toBeLessThanOrEqual(Date.now());
  });
});
