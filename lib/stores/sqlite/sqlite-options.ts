import { SessionOptionsError } from '../../errors.js';
import { checkNames, checkPruneInterval, checkTable, hasMethods } from '../store-options.js';
import type { SqliteDatabase } from './sqlite-driver.js';

interface CommonOptions {
  /**
   * The table that holds the sessions: letters, digits and underscores. It is made where there is none.
   * Default: `sessions`.
   */
  readonly table?: string | undefined;
  /**
   * How often expired sessions are removed, in milliseconds; 0 for never, where something else calls `prune()`. They
   * are not served in between. The timer does not keep the process alive. Default: 60 000.
   */
  readonly pruneInterval?: number | undefined;
}

/** Options of a {@link SqliteStore} that opens its own file. Needs the package `libsql`. */
export interface SqliteFileOptions extends CommonOptions {
  /**
   * The path of the database file; `:memory:` for one that is gone with the process. The file is made where there is
   * none, its folder is not. Several processes on one machine may use one file; a network share will not do.
   */
  readonly file: string;
  readonly database?: undefined;
}

/** Options of a {@link SqliteStore} on a database that the application opened. */
export interface SqliteDatabaseOptions extends CommonOptions {
  /**
   * An open database of `libsql`, `better-sqlite3` or `node:sqlite`. The store never closes it and leaves its settings
   * alone: `PRAGMA journal_mode = WAL`, `synchronous = NORMAL` and a `busy_timeout` are advised.
   */
  readonly database: SqliteDatabase;
  readonly file?: undefined;
}

/** Options of {@link SqliteStore}: a `file` to open, or a `database` that is open. */
export type SqliteStoreOptions = SqliteFileOptions | SqliteDatabaseOptions;

/** @throws SessionOptionsError */
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
