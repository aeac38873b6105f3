// @ts-check
// The stores that the scale programs measure, and how each is filled quickly.
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { ConnectRedis } from './theirs.mjs';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient, createCluster } from 'redis';
import { MemoryStore } from 'typed-session';
import { MongoStore } from 'typed-session/mongo';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';
import { SqliteStore } from 'typed-session/sqlite';

const require = createRequire(import.meta.url);
export const PAYLOAD = 300;
const HOUR = 3_600_000;

/** @typedef {import('typed-session').SessionStore} Store */
/** @typedef {{ store: Store, fill: (from: number, to: number) => Promise<unknown>, end: () => unknown, client?: any, pool?: pg.Pool, theirs?: any }} Subject `client` is the one of redis */

/** @param {number} i */
export const keyOf = (i) => `sid:${String(i).padStart(43, '0')}`;

/** @param {number} i @param {string} [principal] @returns {import('typed-session').SessionRecord} */
export function recordOf(i, principal) {
  const now = Date.now();
  const data = JSON.stringify({ id: i, text: randomUUID().repeat(9) }).slice(0, PAYLOAD - 2) + '"}';
  return { data, revision: 1, schemaVersion: 0, createdAt: now, expiresAt: now + HOUR, writeId: `w${i}`, usedAt: now, principal }; // prettier-ignore
}

/** Stores many sessions, a few hundred at a time. @param {Store} store */
export const byCreate = (store) => async (/** @type {number} */ from, /** @type {number} */ to) => {
  for (let at = from; at < to; at += 200) {
    const some = Array.from({ length: Math.min(200, to - at) }, (_, i) => at + i);
    await Promise.all(some.map((i) => store.create(keyOf(i), recordOf(i))));
  }
};

/** @param {string} name */
export function url(name) {
  const found = process.env[name];
  if (found === undefined) throw new Error(`${name} is not set: npm run scale starts the servers`);
  return found;
}

/** @type {Record<string, () => Promise<Subject>>} */
export const subjects = {
  memory: async () => {
    const store = new MemoryStore({ maxSessions: 2_000_000 });
    return { store, fill: byCreate(store), end: () => store.close() };
  },
  sqlite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'typed-session-scale-'));
    const database = new (require('libsql'))(join(folder, 'sessions.db'));
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    const store = new SqliteStore({ database });
    const fill = async (/** @type {number} */ from, /** @type {number} */ to) => {
      for (let at = from; at < to; at += 1_000) {
        database.exec('BEGIN');
        for (let i = at; i < Math.min(to, at + 1_000); i++) await store.create(keyOf(i), recordOf(i));
        database.exec('COMMIT');
      }
    };
    return { store, fill, end: () => { database.close(); rmSync(folder, { recursive: true }); } }; // prettier-ignore
  },
  redis: async () => {
    const client = await createClient({ url: url('REDIS_URL') }).connect();
    await client.flushAll();
    const store = new RedisStore({ client });
    return { store, client, theirs: ConnectRedis(client), fill: byCreate(store), end: () => client.destroy() };
  },
  cluster: async () => {
    const rootNodes = url('REDIS_CLUSTER_URLS').split(',').map((one) => ({ url: one })); // prettier-ignore
    const client = await createCluster({ rootNodes }).connect();
    const store = new RedisStore({ client, prefix: `${randomUUID()}:` });
    return { store, fill: byCreate(store), end: () => client.destroy() };
  },
  postgres: async () => {
    const pool = new pg.Pool({ connectionString: url('POSTGRES_URL') });
    await pool.query('DROP TABLE IF EXISTS scale_sessions');
    const store = new PostgresStore({ pool, table: 'scale_sessions', pruneInterval: 0 });
    await store.setup();
    // The first session is copied: a statement for each of a million would take minutes.
    const fill = async (/** @type {number} */ from, /** @type {number} */ to) => {
      if (from === 0) await store.create(keyOf(0), recordOf(0));
      await pool.query(
        `INSERT INTO scale_sessions (key, revision, expires_at, principal, record) SELECT 'sid:' || lpad(i::text, 43, '0'), 1, s.expires_at, NULL, s.record FROM scale_sessions s, generate_series($1::int, $2::int) i WHERE s.key = $3`,
        [Math.max(1, from), to - 1, keyOf(0)],
      );
      await pool.query('VACUUM ANALYZE scale_sessions');
    };
    return { store, pool, fill, end: async () => { await store.close(); await pool.end(); } }; // prettier-ignore
  },
  mongo: async () => {
    const client = await new MongoClient(url('MONGO_URL')).connect();
    const collection = client.db('scale').collection('sessions');
    await collection.drop().catch(() => undefined);
    const store = new MongoStore({ collection });
    await store.setup();
    return { store, fill: byCreate(store), end: () => client.close() };
  },
};
