import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import MongoConnectStore from 'connect-mongo';
import { RedisStore as ConnectRedis } from 'connect-redis';
import expressSession from 'express-session';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { session, type SessionStore } from 'typed-session';
import { MongoStore } from 'typed-session/mongo';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';
import { sessionCookie } from 'typed-session/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { command } from '../cli/command.js';
import { onModule } from '../cli/modules.js';
import { startRedis } from '../support/private-server.js';
import { serverUrl } from './suite.js';

const redisUrl = serverUrl('REDIS_URL').href;
const postgresUrl = serverUrl('POSTGRES_URL').href;
const mongoUrl = serverUrl('MONGO_URL').href;

const name = (): string => `cli_${randomBytes(6).toString('hex')}`;

const pool = new Pool({ connectionString: postgresUrl });
const mongo = new MongoClient(mongoUrl);
const redis = await createClient({ url: redisUrl }).connect();
afterAll(async () => {
  redis.destroy();
  await pool.end();
  await mongo.close();
});

function sessionsOn(store: SessionStore) {
  const schema = z.object({ userId: z.string().optional() });
  return session({ schema, secret: randomBytes(32), store, name: 'shop', principal: 'userId' });
}

async function postgresStore(): Promise<{ store: PostgresStore; table: string }> {
  const table = name();
  const store = new PostgresStore({ pool, table, pruneInterval: 0 });
  await store.setup();
  onTestFinished(() => void pool.query(`DROP TABLE "${table}"`));
  return { store, table };
}

describe('typed-session doctor', () => {
  it.each([
    ['redis', async () => ({ client: redis, close: (): void => undefined })],
    [
      'ioredis',
      async () => {
        const client = new Redis(redisUrl);
        return {
          client,
          close: (): void => {
            client.disconnect();
          },
        };
      },
    ],
  ] as const)('compares the clock of Redis and looks at its eviction policy, with %s', async (_, connect) => {
    const { client, close } = await connect();
    const sessions = sessionsOn(new RedisStore({ client, prefix: `${name()}:` }));
    const { code, out } = await onModule({ sessions }, ['doctor', 'MODULE']);
    close();
    expect(out).toMatch(/✔ clock .*within/);
    expect(out).toMatch(/✔ eviction .*noeviction/);
    expect(out).toMatch(/persistence/);
    expect(code).toBe(0);
  });

  it('finds a Redis that evicts sessions', async () => {
    const server = await startRedis();
    const client = await createClient({ url: server.url }).connect();
    const sessions = sessionsOn(new RedisStore({ client }));
    await client.configSet('maxmemory-policy', 'volatile-lru');
    expect((await onModule({ sessions }, ['doctor', 'MODULE'])).out).toMatch(/▲ eviction .*volatile-lru/);
    await client.configSet('maxmemory-policy', 'allkeys-lru');
    const { code, out } = await onModule({ sessions }, ['doctor', 'MODULE']);
    client.destroy();
    expect(out).toMatch(/✖ eviction .*allkeys-lru.*\n.*→ maxmemory-policy noeviction/);
    expect(code).toBe(1);
  });

  it('compares the clock of PostgreSQL and finds a missing index', async () => {
    const { store, table } = await postgresStore();
    const sessions = sessionsOn(store);
    const { out } = await onModule({ sessions }, ['doctor', 'MODULE']);
    expect(out).toMatch(/✔ clock .*within/);
    expect(out).toMatch(/✔ indexes .*all of its indexes/);
    await pool.query(`DROP INDEX "${table}_principal"`);
    const broken = await onModule({ sessions }, ['doctor', 'MODULE']);
    expect(broken.out).toMatch(/✖ indexes .*no valid index on principal.*\n.*store\.setup\(\)/);
    expect(broken.code).toBe(1);
  });

  it('says to run setup() if there is no table', async () => {
    const { code, out } = await onModule({ sessions: sessionsOn(new PostgresStore({ pool, table: name() })) }, [
      'doctor',
      'MODULE',
    ]);
    expect(out).toMatch(/✖ reachable .*does not exist: run store\.setup\(\) once/);
    expect(code).toBe(1);
  });

  it('finds missing indexes of MongoDB', async () => {
    const collection = mongo.db().collection(name());
    const store = new MongoStore({ collection });
    const sessions = sessionsOn(store);
    expect((await onModule({ sessions }, ['doctor', 'MODULE'])).out).toMatch(/✖ indexes .*no TTL index on expiresAt/);
    await store.setup();
    const { out } = await onModule({ sessions }, ['doctor', 'MODULE']);
    await collection.drop();
    expect(out).toMatch(/✔ indexes .*all of its indexes/);
    expect(out).toMatch(/✔ clock .*within/);
  });
});

describe('typed-session prune', () => {
  it('counts and removes expired sessions of PostgreSQL', async () => {
    const { store, table } = await postgresStore();
    const sessions = sessionsOn(store);
    for (let at = 0; at < 3; at++) await sessionCookie(sessions, { userId: 'u1' });
    await pool.query(`UPDATE "${table}" SET expires_at = 1`);
    expect((await onModule({ sessions }, ['prune', 'MODULE', '--dry-run'])).out).toBe(
      '3 expired sessions would be removed\n',
    );
    expect((await onModule({ sessions }, ['prune', 'MODULE'])).out).toBe('3 expired sessions removed\n');
  });
});

describe('typed-session revoke', () => {
  it('ends all sessions of Redis, page by page', async () => {
    const sessions = sessionsOn(new RedisStore({ client: redis, prefix: `${name()}:` }));
    for (let at = 0; at < 25; at++) await sessionCookie(sessions, { userId: `u${at}` });
    const { out } = await onModule({ sessions }, ['revoke', 'MODULE', '--all', '--yes', '--page-size', '10']);
    expect(out).toBe('25 sessions ended\n');
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--all', '--dry-run'])).out).toBe(
      '0 sessions would be ended\n',
    );
  });
});

describe('typed-session store', () => {
  it.each([
    ['Redis', redisUrl, /^RedisStore with the prefix typed_session_/],
    ['PostgreSQL', postgresUrl, /^PostgresStore with the table typed_session_/],
    ['MongoDB', mongoUrl, /^MongoStore with the collection typed_session_/],
  ])('verifies and measures %s, and leaves nothing behind', async (_, url, title) => {
    const verified = await command(['store', 'verify', url, '--sessions', '100']);
    expect(verified.out).toMatch(title);
    expect(verified.out).toMatch(/\d+ passed, 0 failed\n$/);
    expect(verified.code).toBe(0);
    const measured = await command(['store', 'bench', url, '--sessions', '50', '--json']);
    expect(JSON.parse(measured.out).commands).toHaveLength(5);
    expect(await redis.keys('typed_session_*')).toEqual([]);
    expect((await pool.query(`SELECT 1 FROM pg_class WHERE relname LIKE 'typed\\_session\\_%'`)).rows).toEqual([]);
    expect(
      (await mongo.db().listCollections().toArray()).filter((one) => one.name.startsWith('typed_session_')),
    ).toEqual([]);
  });
});

describe('typed-session schema infer', () => {
  const cookie = { originalMaxAge: 60_000, maxAge: 60_000, expires: new Date(Date.now() + 60_000) };
  const fill = async (store: object): Promise<void> => {
    const { set: setWithCallback } = store as {
      set(id: string, session: object, done: (error?: unknown) => void): void;
    };
    const set = promisify(setWithCallback.bind(store));
    for (let at = 0; at < 12; at++) await set(`id-${at}`, { cookie, views: at, name: `private-${at}` });
  };
  const expectSchema = ({ code, out }: { code: number; out: string }): void => {
    expect(out).toContain('views: z.int().optional(), // in 12 of 12');
    expect(out).toContain('name: z.string().optional(), // in 12 of 12');
    expect(out).not.toContain('private-');
    expect(code).toBe(0);
  };

  it('reads what connect-redis stored', async () => {
    const prefix = `${name()}:`;
    await fill(new ConnectRedis({ client: redis, prefix }));
    expectSchema(await command(['schema', 'infer', redisUrl, '--prefix', prefix]));
  });

  it('reads what connect-pg-simple stored', async () => {
    const PgStore = createRequire(import.meta.url)('connect-pg-simple')(expressSession);
    const tableName = name();
    await fill(new PgStore({ pool, tableName, createTableIfMissing: true, pruneSessionInterval: false }));
    const ran = await command(['schema', 'infer', postgresUrl, '--table', tableName]);
    await pool.query(`DROP TABLE "${tableName}"`);
    expectSchema(ran);
  });

  it.each([true, false])('reads what connect-mongo stored, with stringify %s', async (stringify) => {
    const collectionName = name();
    await mongo.connect();
    const store = MongoConnectStore.create({ client: mongo, collectionName, stringify, autoRemove: 'disabled' });
    await fill(store);
    expectSchema(await command(['schema', 'infer', mongoUrl, '--collection', collectionName]));
    await mongo.db().collection(collectionName).drop();
  });
});
