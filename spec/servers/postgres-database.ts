import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { PostgresStoreOptions } from '../../lib/stores/postgres/postgres-options.js';
import { PostgresStore } from '../../lib/stores/postgres/postgres-store.js';

/** A schema of its own on a server, for the length of a spec. */
export interface Database {
  /** The schema's name, and that of roles that begin with it. */
  readonly schema: string;
  /** A pool for the tests' own questions. */
  readonly admin: pg.Pool;
  /** Asks a question, and gives the first column of its answer. */
  readonly ask: (sql: string, values?: unknown[]) => Promise<unknown[]>;
  /** The server's address for a role. */
  readonly as: (role: string) => string;
  /** A pool for the length of a test. */
  readonly aPool: (config?: pg.PoolConfig) => pg.Pool;
  /** The name of a table that is not there yet, with its schema. */
  readonly aTable: () => string;
  /** A store on a table of its own, which is made. */
  readonly aStore: (options?: Partial<PostgresStoreOptions>) => Promise<PostgresStore>;
}

/** @param url - the server; everything of the tests goes through it */
export function database(url: URL): Database {
  const schema = `spec_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Pool({ connectionString: url.href, max: 4 });
  const ask = async (sql: string, values: unknown[] = []): Promise<unknown[]> => {
    const { rows } = await admin.query<unknown[]>({ text: sql, values, rowMode: 'array' });
    return rows.map(([first]) => first);
  };
  let tables = 0;
  beforeAll(() => ask(`CREATE SCHEMA ${schema}`));
  afterAll(async () => {
    await ask(`DROP SCHEMA ${schema} CASCADE`);
    await admin.end();
  });
  const as = (role: string): string => {
    const other = new URL(url);
    other.username = role;
    return other.href;
  };
  const aPool = (config: pg.PoolConfig = {}): pg.Pool => {
    const pool = new pg.Pool({ connectionString: url.href, connectionTimeoutMillis: 10_000, ...config });
    onTestFinished(() => (pool.ending ? undefined : pool.end()));
    return pool;
  };
  const aTable = (): string => `${schema}.t${tables++}`;
  const aStore = async (options: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> => {
    const store = new PostgresStore({ pool: admin, table: aTable(), pruneInterval: 0, ...options });
    onTestFinished(() => store.close());
    await store.setup();
    return store;
  };
  return { schema, admin, ask, as, aPool, aTable, aStore };
}
