import { appPackage } from './app-package.js';
import { UsageError } from './command-errors.js';
import { askerOf, type AnyRedis, type Ask } from './redis-ask.js';
import type { Terminal } from './terminal.js';

/** How long a connection may take, in milliseconds. */
const CONNECT_TIMEOUT = 5_000;

/** Something that was opened for a command, and is closed at its end. */
export interface Connection<T> {
  readonly client: T;
  readonly close: () => Promise<void>;
}

/** The kind of server that a URL is of; `undefined` if it is not a URL of one. */
export function serverKind(url: string): 'redis' | 'postgres' | 'mongo' | undefined {
  if (/^rediss?:\/\//.test(url)) return 'redis';
  if (/^postgres(?:ql)?:\/\//.test(url)) return 'postgres';
  if (/^mongodb(?:\+srv)?:\/\//.test(url)) return 'mongo';
  if (/^\w[\w+]*:\/\//.test(url)) {
    throw new UsageError(
      `${url.slice(0, url.indexOf(':'))}:// is not supported: use redis://, postgres://, or mongodb://`,
    );
  }
  return undefined;
}

interface NodeRedis extends AnyRedis {
  connect(): Promise<unknown>;
  on(event: 'error', listener: () => void): unknown;
  destroy?(): void;
  /** Until release 4. */
  disconnect?(): Promise<void>;
}

/** Connects with the app's `redis` or `ioredis`. */
export async function openRedis(
  terminal: Terminal,
  url: string,
): Promise<Connection<AnyRedis> & { readonly ask: Ask }> {
  const { name, exports } = await appPackage(terminal, 'redis', 'ioredis');
  if (name === 'redis') {
    const createClient = exports['createClient'] as (options: object) => NodeRedis; // what the package exports
    const client = createClient({ url, socket: { connectTimeout: CONNECT_TIMEOUT, reconnectStrategy: false } });
    client.on('error', () => undefined); // the command that fails reports it
    await client.connect();
    const close = async (): Promise<void> => (client.destroy === undefined ? client.disconnect?.() : client.destroy());
    return { client, close, ask: await askerOf(client) };
  }
  const Redis = exports['Redis'] as new (url: string, options: object) => NodeRedis & { disconnect(): void };
  const options = {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  };
  const client = new Redis(url, options);
  client.on('error', () => undefined);
  await client.connect();
  return { client, close: async () => client.disconnect(), ask: await askerOf(client) };
}

/** A pool of `pg`, as far as commands use it. */
export interface PgPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly object[] }>;
  end(): Promise<void>;
}

/** Opens a pool with the app's `pg`. */
export async function openPostgres(terminal: Terminal, url: string): Promise<Connection<PgPool>> {
  const { exports } = await appPackage(terminal, 'pg');
  const Pool = exports['Pool'] as new (
    options: object,
  ) => PgPool & { on(event: 'error', listener: () => void): unknown };
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT });
  pool.on('error', () => undefined); // an idle connection that breaks
  return { client: pool, close: () => pool.end() };
}

/** A client of `mongodb`, as far as commands use it. */
export interface AnyMongo {
  db(): { collection(name: string): MongoCollection };
  close(): Promise<void>;
}

/** A collection, as far as commands use it. */
export interface MongoCollection {
  find(filter: object, options: object): { toArray(): Promise<object[]> };
  drop(): Promise<unknown>;
}

/** Opens a client with the app's `mongodb`. */
export async function openMongo(terminal: Terminal, url: string): Promise<Connection<AnyMongo>> {
  const { exports } = await appPackage(terminal, 'mongodb');
  const MongoClient = exports['MongoClient'] as new (url: string, options: object) => AnyMongo; // what the package exports
  const client = new MongoClient(url, { serverSelectionTimeoutMS: CONNECT_TIMEOUT });
  return { client, close: () => client.close() };
}
