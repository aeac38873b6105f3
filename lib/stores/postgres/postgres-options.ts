import { SessionOptionsError } from '../../errors.js';
import { checkNames, checkPruneInterval, hasMethods } from '../store-options.js';
import type { PostgresPool } from './postgres-driver.js';

/**
 * Options of {@link PostgresStore}.
 *
 * @group Stores
 */
export interface PostgresStoreOptions {
  /**
   * A `Pool` of `pg` 8.11 or newer. The store never closes it. Set its `connectionTimeoutMillis` to less than the
   * session's `storeTimeout`. Without it, a connection to an unreachable server waits until TCP gives up.
   */
  readonly pool: PostgresPool;
  /**
   * The table that holds the sessions, as `name` or `schema.name`. The names consist of letters, digits, and underscores,
   * and their case is preserved. Without a schema, the table is searched for in the connection's `search_path`. `setup()`
   * creates the table, but the schema must exist. Default: `sessions`.
   */
  readonly table?: string | undefined;
  /**
   * How often expired sessions are removed, in milliseconds. Use 0 for never, if something else calls `prune()`. Expired
   * sessions are never served, even before they are removed. The timer does not keep the process alive. Default: 60 000.
   */
  readonly pruneInterval?: number | undefined;
}

/** PostgreSQL truncates names to 63 characters, and the names of the table's indexes have up to 11 more than its own. */
const TABLE = /^(?:[a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,51}$/i;

/**
 * Returns the option `table`, or its default.
 * @throws SessionOptionsError if the name is not accepted
 */
export function checkQualifiedTable(table: unknown = 'sessions'): string {
  if (typeof table === 'string' && TABLE.test(table)) return table;
  throw new SessionOptionsError(
    'table',
    'must be a name of up to 52 letters, digits and underscores, or such a name after that of a schema and a dot',
  );
}

/**
 * Checks the options and fills in the defaults.
 * @throws SessionOptionsError if an option is wrong or unknown
 */
export function checkOptions(options: PostgresStoreOptions): {
  pool: PostgresPool;
  table: string;
  pruneInterval: number;
} {
  const known = ['pool', 'table', 'pruneInterval'];
  checkNames('PostgresStore', options, known, 'new PostgresStore({ pool: new pg.Pool() })');
  const { pool } = options;
  // A Client has the same methods, but it has only one connection, and does not reconnect if that breaks.
  if (!hasMethods(pool, 'connect', 'on') || !('totalCount' in pool)) {
    throw new SessionOptionsError('pool', 'must be a Pool of pg, as in new pg.Pool()');
  }
  return {
    pool,
    table: checkQualifiedTable(options.table),
    pruneInterval: checkPruneInterval(options.pruneInterval),
  };
}
