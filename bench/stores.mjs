// @ts-check
// The stores on a server: for express-session the package that its users have, for typed-session its own.
import { createRequire } from 'node:module';
import { RedisStore as ConnectRedis } from 'connect-redis';
import expressSession from 'express-session';
import pg from 'pg';
import { createClient } from 'redis';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';

/** @type {(() => unknown)[]} */
const open = [];

/** @param {'memory' | 'redis' | 'postgres'} kind @returns {Promise<import('./scenarios.mjs').Stores>} */
export async function storesOf(kind) {
  if (kind === 'memory') return {};
  if (kind === 'redis') {
    const client = await createClient({ url: url('REDIS_URL') }).connect();
    open.push(() => client.destroy());
    return { theirs: new ConnectRedis({ client, prefix: 'bench:' }), ours: new RedisStore({ client }) };
  }
  const pool = new pg.Pool({ connectionString: url('POSTGRES_URL') });
  const ours = new PostgresStore({ pool, table: 'bench_sessions' });
  await ours.setup();
  // In a schema of its own: the name of its primary key is always the same.
  await pool.query('CREATE SCHEMA IF NOT EXISTS bench_theirs');
  const Theirs = createRequire(import.meta.url)('connect-pg-simple')(expressSession);
  const options = { schemaName: 'bench_theirs', createTableIfMissing: true, pruneSessionInterval: false };
  const theirs = new Theirs({ pool, ...options });
  open.push(() => ours.close(), () => theirs.close(), () => pool.end()); // prettier-ignore
  return { theirs, ours };
}

export async function close() {
  for (const end of open) await end();
}

/** @param {string} name */
function url(name) {
  const found = process.env[name];
  if (found === undefined)
    throw new Error(`${name} is not set: node scripts/servers.mjs run ${name} -- npm run bench …`);
  return found;
}
