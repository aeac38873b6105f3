// @ts-check
// The stores on a server: for express-session the package that its users have, for typed-session its own.
import { createRequire } from 'node:module';
import ConnectMongo from 'connect-mongo';
import { RedisStore as ConnectRedis } from 'connect-redis';
import expressSession from 'express-session';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient } from 'redis';
import { MongoStore } from 'typed-session/mongo';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';

/** @typedef {{ theirs: any, ours: any, close: () => Promise<void> }} Stores */

/** @param {string} url @returns {Promise<Stores>} */
async function redis(url) {
  const client = await createClient({ url }).connect();
  const close = async () => client.destroy();
  return { theirs: new ConnectRedis({ client, prefix: 'bench:' }), ours: new RedisStore({ client }), close };
}

/** @param {string} url @returns {Promise<Stores>} */
async function postgres(url) {
  const pool = new pg.Pool({ connectionString: url });
  const ours = new PostgresStore({ pool, table: 'bench_sessions' });
  await ours.setup();
  // In a schema of its own: the name of its primary key is always the same.
  await pool.query('CREATE SCHEMA IF NOT EXISTS bench_theirs');
  const Theirs = createRequire(import.meta.url)('connect-pg-simple')(expressSession);
  const options = { schemaName: 'bench_theirs', createTableIfMissing: true, pruneSessionInterval: false };
  const theirs = new Theirs({ pool, ...options });
  const close = async () => {
    await ours.close();
    theirs.close();
    await pool.end();
  };
  return { theirs, ours, close };
}

/** @param {string} url @returns {Promise<Stores>} */
async function mongo(url) {
  const client = await new MongoClient(url).connect();
  const ours = new MongoStore({ collection: client.db('bench').collection('ours') });
  await ours.setup();
  const theirs = ConnectMongo.create({ client, dbName: 'bench', collectionName: 'theirs' });
  return { theirs, ours, close: () => client.close() };
}

/** By the kind of the server: the variable with its URL, express-session's package, and how both stores are opened. */
export const servers = {
  Redis: { variable: 'REDIS_URL', theirs: 'connect-redis', open: redis },
  PostgreSQL: { variable: 'POSTGRES_URL', theirs: 'connect-pg-simple', open: postgres },
  MongoDB: { variable: 'MONGO_URL', theirs: 'connect-mongo', open: mongo },
};

/** @typedef {keyof typeof servers} Kind */
