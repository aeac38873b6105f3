import { SessionOptionsError } from '../../errors.js';
import { checkNames, checkPruneInterval, hasMethods } from '../store-options.js';
import type { PostgresPool } from './postgres-driver.js';

/** Options of {@link PostgresStore}. */
export interface PostgresStoreOptions {
  /**
   * A `Pool` of `pg` 8.11 or newer. The store never closes it. Give it a `connectionTimeoutMillis` below the
   * session's `storeTimeout`: without one a server that cannot be reached is waited for as long as TCP does.
   */
  readonly pool: PostgresPool;
  /**
   * The table that holds the sessions, as a name or as `schema.name`: letters, digits and underscores, written as they
   * are. A name alone is looked for in the connection's `search_path`. `setup()` makes the table; the schema
   * must be there. Default: `sessions`.
   */
  readonly table?: string | undefined;
  /**
   * How often expired sessions are removed, in milliseconds; 0 for never, where something else calls `prune()`. They
   * are not served in between. The timer does not keep the process alive. Default: 60 000.
   */
  readonly pruneInterval?: number | undefined;
}

/** PostgreSQL cuts names after 63 characters, and those of the table's indexes have 11 more than its own. */
const TABLE = /^(?:[a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,51}$/i;

/**
 * The option `table`, or its default.
 * @throws SessionOptionsError
 */
export function checkTable(table: unknown = 'sessions'): string {
  if (typeof table === 'string' && TABLE.test(table)) return table;
  throw new SessionOptionsError(
    'table',
    'must be a name of up to 52 letters, digits and underscores, or such a name after that of a schema and a dot',
  );
}

/** @throws SessionOptionsError */
export function checkOptions(options: PostgresStoreOptions): {
  pool: PostgresPool;
  table: string;
  pruneInterval: number;
} {
  const known = ['pool', 'table', 'pruneInterval'];
  checkNames('PostgresStore', options, known, 'new PostgresStore({ pool: new pg.Pool() })');
  const { pool } = options;
  // a Client has the same methods, but one connection, which would not come back once it broke
  if (!hasMethods(pool, 'connect', 'on') || !('totalCount' in pool)) {
    throw new SessionOptionsError('pool', 'must be a Pool of pg, as in new pg.Pool()');
  }
  return {
    pool,
    table: checkTable(options.table),
    pruneInterval: checkPruneInterval(options.pruneInterval),
  };
}
