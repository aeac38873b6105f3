import { SessionOptionsError } from '../../errors.js';
import { checkNames, checkPruneInterval, checkTable, hasMethods } from '../store-options.js';
import type { SqliteDatabase } from './sqlite-driver.js';

interface CommonOptions {
  /**
   * The table that holds the sessions. Its name consists of letters, digits, and underscores. The table is created if it
   * does not exist. Default: `sessions`.
   */
  readonly table?: string | undefined;
  /**
   * How often expired sessions are removed, in milliseconds. Use 0 for never, if something else calls `prune()`. Expired
   * sessions are never served, even before they are removed. The timer does not keep the process alive. Default: 60 000.
   */
  readonly pruneInterval?: number | undefined;
}

/**
 * Options of a {@link SqliteStore} that opens its own file. Needs the package `libsql`.
 *
 * @group Stores
 */
export interface SqliteFileOptions extends CommonOptions {
  /**
   * The path of the database file, or `:memory:` for a database that ends with the process. The file is created if it does
   * not exist, but its folder is not. Several processes on one machine may share a file. Do not use a network share.
   */
  readonly file: string;
  readonly database?: undefined;
}

/**
 * Options of a {@link SqliteStore} on a database that the application opened.
 *
 * @group Stores
 */
export interface SqliteDatabaseOptions extends CommonOptions {
  /**
   * An open database of `libsql`, `better-sqlite3`, or `node:sqlite`. The store never closes it and does not change its
   * pragmas. `PRAGMA journal_mode = WAL`, `synchronous = NORMAL`, and a `busy_timeout` are recommended.
   */
  readonly database: SqliteDatabase;
  readonly file?: undefined;
}

/**
 * Options of {@link SqliteStore}: a `file` to open, or a `database` that is open.
 *
 * @group Stores
 */
export type SqliteStoreOptions = SqliteFileOptions | SqliteDatabaseOptions;

/**
 * Checks the options and fills in the defaults.
 * @throws SessionOptionsError if an option is wrong or unknown
 */
export function checkOptions(options: SqliteStoreOptions): { table: string; pruneInterval: number } {
  const known = ['file', 'database', 'table', 'pruneInterval'];
  checkNames('SqliteStore', options, known, "new SqliteStore({ file: 'sessions.db' })");
  const { file, database } = options;
  if ((file === undefined) === (database === undefined)) {
    throw new SessionOptionsError('file', 'give either the path of a file or an open database');
  }
  if (file !== undefined && (typeof file !== 'string' || file === '')) {
    throw new SessionOptionsError('file', 'must be the path of a file');
  }
  if (database !== undefined && !hasMethods(database, 'prepare', 'exec')) {
    throw new SessionOptionsError('database', 'must be an open database of libsql, better-sqlite3 or node:sqlite');
  }
  const table = checkTable(options.table);
  if (/^sqlite_/i.test(table))
    throw new SessionOptionsError('table', 'must be a name that does not begin with sqlite_');
  return { table, pruneInterval: checkPruneInterval(options.pruneInterval) };
}
