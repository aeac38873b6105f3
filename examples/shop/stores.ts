import type { SessionStore } from 'typed-session';

export interface OpenStore {
  readonly store: SessionStore;
  /** Closes the store, then its connections. */
  close(): Promise<void>;
}

/** Opens the store of a `redis:` or `postgres:` URL, or the SQLite file if there is no URL. */
export function openStore(url: URL | undefined, file: string): Promise<OpenStore> {
  if (url === undefined) return openSqlite(file);
  return url.protocol === 'redis:' || url.protocol === 'rediss:' ? openRedis(url.href) : openPostgres(url.href);
}

// Each driver is imported only if its store is used. An app that always uses the same store imports it at the top.

async function openSqlite(file: string): Promise<OpenStore> {
  const { SqliteStore } = await import('typed-session/sqlite');
  const store = new SqliteStore({ file });
  return { store, close: () => store.close() };
}

async function openRedis(url: string): Promise<OpenStore> {
  const [{ createClient }, { RedisStore }] = await Promise.all([import('redis'), import('typed-session/redis')]);
  const client = createClient({ url });
  // Without a listener, a lost connection would end the process. The client connects again by itself.
  client.on('error', (error: Error) => {
    console.error(`Redis: ${error.message}`);
  });
  await client.connect();
  return { store: new RedisStore({ client, prefix: 'shop:' }), close: () => client.close() };
}

async function openPostgres(url: string): Promise<OpenStore> {
  const [{ default: pg }, { PostgresStore }] = await Promise.all([import('pg'), import('typed-session/postgres')]);
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 3000 });
  const store = new PostgresStore({ pool, table: 'shop_sessions' });
  await store.setup(); // creates the table; changes nothing if it exists
  return { store, close: () => store.close().then(() => pool.end()) };
}
