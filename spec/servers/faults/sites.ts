// Every native store on its server, with a driver that connects again soon: for tests, and for the processes that they start.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient } from 'redis';
import type { SessionStore } from 'typed-session';
import { MongoStore } from 'typed-session/mongo';
import { PostgresStore } from 'typed-session/postgres';
import { RedisStore } from 'typed-session/redis';
import { SqliteStore } from 'typed-session/sqlite';

/** A store, and how to let go of its connections in order. */
export interface Opened {
  readonly store: SessionStore;
  readonly close: () => Promise<unknown>;
  /** Whether the driver takes itself for connected; absent where it never keeps a command for later. */
  readonly isConnected?: () => boolean;
}

/** A store on a server. */
export interface Site {
  readonly name: SiteName;
  /** The variable with the server's address. */
  readonly variable: string;
  /** Whether the driver sends a command again whose answer was lost with the connection. */
  readonly sendsAgain: boolean;
  /** What the error says while the server cannot be reached. */
  readonly says: RegExp;
  /** @param space - names the sessions of one test: a prefix, a table or a collection */
  readonly open: (url: string, space: string) => Promise<Opened>;
}

export type SiteName = 'redis' | 'ioredis' | 'pg' | 'mongodb' | 'sqlite';

/** How long a driver waits before it connects again, in milliseconds. */
const AGAIN = 25;

const quiet = (): void => undefined;

export const sites: readonly Site[] = [
  {
    name: 'redis',
    variable: 'REDIS_URL',
    sendsAgain: false,
    says: /did not answer within storeTimeout/, // commands wait for the connection to come back
    open: async (url, space) => {
      const client = createClient({ url, socket: { reconnectStrategy: () => AGAIN } });
      client.on('error', quiet);
      await client.connect();
      const close = (): Promise<void> => (client.isReady ? client.close() : Promise.resolve(client.destroy()));
      return { store: new RedisStore({ client, prefix: `${space}:` }), close, isConnected: () => client.isReady };
    },
  },
  {
    name: 'ioredis',
    variable: 'REDIS_URL',
    sendsAgain: true,
    says: /MaxRetriesPerRequestError/,
    open: async (url, space) => {
      const client = new Redis(url, { retryStrategy: () => AGAIN, maxRetriesPerRequest: 3 });
      client.on('error', quiet);
      await client.ping();
      const close = (): Promise<unknown> =>
        client.status === 'ready' ? client.quit() : Promise.resolve(client.disconnect());
      const isConnected = (): boolean => client.status === 'ready';
      return { store: new RedisStore({ client, prefix: `${space}:` }), close, isConnected };
    },
  },
  {
    name: 'pg',
    variable: 'POSTGRES_URL',
    sendsAgain: false,
    says: /\(ECONNREFUSED\)/,
    open: async (url, space) => {
      const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 20_000 });
      const store = new PostgresStore({ pool, table: space, pruneInterval: 0 });
      await store.setup();
      const close = async (): Promise<void> => {
        await store.close();
        await pool.end();
      };
      return { store, close };
    },
  },
  {
    name: 'mongodb',
    variable: 'MONGO_URL',
    sendsAgain: false, // with a replica set it does, and the server knows the command again
    says: /did not answer within storeTimeout|MongoNetworkError/,
    open: async (url, space) => {
      const client = new MongoClient(url, { serverSelectionTimeoutMS: 20_000, heartbeatFrequencyMS: 500 });
      await client.connect();
      return { store: new MongoStore({ collection: client.db().collection(space) }), close: () => client.close() };
    },
  },
];

/** The store in a file; its address is the path. */
export const sqlite: Pick<Site, 'name' | 'open'> = {
  name: 'sqlite',
  open: async (url) => {
    const store = new SqliteStore({ file: url, pruneInterval: 0 });
    return { store, close: () => store.close() };
  },
};

/** Where the sessions of one test are, told to another process. */
export interface Place {
  readonly name: SiteName;
  readonly url: string;
  readonly space: string;
}

/** The store at a place. */
export async function placeOf({ name, url, space }: Place): Promise<Opened> {
  const site = [...sites, sqlite].find((one) => one.name === name);
  if (site === undefined) throw new Error(`no such site: ${name}`);
  return site.open(url, space);
}

export function aSpace(): string {
  return `faults_${randomBytes(6).toString('hex')}`;
}
