// The stores of the stress program, by the names that `--store` takes, each on what `scripts/servers.mjs` started. Records
// lie under a prefix or in a table of the run's own.
import { RedisStore as ConnectRedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient, createCluster } from 'redis';
import { moving, type SessionStore } from 'typed-session';
import { fromExpressSessionStore } from 'typed-session/express-session';
import { MongoStore } from 'typed-session/mongo';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';
import { SqliteStore } from 'typed-session/sqlite';

/** What a store of a run is told apart by, and the folder for its files. */
export interface Place {
  readonly run: string;
  readonly folder: string;
}

type Open = (place: Place) => Promise<SessionStore>;

function url(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`set ${name}: node scripts/servers.mjs run ${name} -- npm run stress`);
  return value;
}

async function nodeRedis() {
  return createClient({ url: url('REDIS_URL') }).connect();
}

async function postgres(connectionString: string, { run }: Place): Promise<SessionStore> {
  const pool = new pg.Pool({ connectionString, max: 8, connectionTimeoutMillis: 5_000 });
  const store = new PostgresStore({ pool, table: `stress_${run}`, pruneInterval: 0 });
  await store.setup();
  return store;
}

/** connect-redis's store, as express-session apps have it, and the ids that it holds: its own all() knows older clients. */
export async function connectRedis({ run }: Place) {
  const client = await nodeRedis();
  const prefix = `stress:connect:${run}:`;
  const ids = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) found.push(...keys);
    return found.map((key) => key.slice(prefix.length));
  };
  return { store: new ConnectRedisStore({ client, prefix }), ids };
}

const redis: Open = async ({ run }) => new RedisStore({ client: await nodeRedis(), prefix: `stress:${run}:` });
const onConnectRedis: Open = async (place) => fromExpressSessionStore((await connectRedis(place)).store);
const onPostgres: Open = (place) => postgres(url('POSTGRES_URL'), place);

const opens: Readonly<Record<string, Open>> = {
  redis,
  ioredis: async ({ run }) => new RedisStore({ client: new Redis(url('REDIS_URL')), prefix: `stress:${run}:` }),
  'redis-cluster': async ({ run }) => {
    const rootNodes = url('REDIS_CLUSTER_URLS').split(',').map((one) => ({ url: one })); // prettier-ignore
    const client = createCluster({ rootNodes });
    await client.connect();
    return new RedisStore({ client, prefix: `stress:${run}:` });
  },
  postgres: onPostgres,
  pgbouncer: (place) => postgres(url('PGBOUNCER_URL'), place),
  mongo: async ({ run }) => {
    const client = await new MongoClient(url('MONGO_URL')).connect();
    const store = new MongoStore({ collection: client.db().collection(`stress_${run}`) });
    await store.setup();
    return store;
  },
  sqlite: async ({ run, folder }) => new SqliteStore({ file: `${folder}/${run}.db` }),
  'connect-redis': onConnectRedis,
  // Two at once, while a site moves from one to the other, and back.
  'connect-redis>redis': async (place) => moving({ from: await onConnectRedis(place), to: await redis(place) }),
  'redis>connect-redis': async (place) => moving({ from: await redis(place), to: await onConnectRedis(place) }),
  'redis>postgres': async (place) => moving({ from: await redis(place), to: await onPostgres(place) }),
  'postgres>redis': async (place) => moving({ from: await onPostgres(place), to: await redis(place) }),
};

export const storeNames = Object.keys(opens);

export function openStore(name: string, place: Place): Promise<SessionStore> {
  const open = opens[name];
  if (open === undefined) throw new Error(`no such store: ${name} (there are ${storeNames.join(', ')})`);
  return open(place);
}
