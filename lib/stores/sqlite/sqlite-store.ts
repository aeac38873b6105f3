import { setImmediate as nextTurn } from 'node:timers/promises';
import { SessionOptionsError } from '../../errors.js';
import { recordFromText, recordToText } from '../record.js';
import type { ScanPage, SessionRecord, SessionStore } from '../store.js';
import { openDatabase, type OwnDatabase, type SqliteDatabase } from './database.js';
import { prepareStatements, PRUNE_BATCH, type SessionRow, type Statements } from './statements.js';

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

const OPTIONS = ['file', 'database', 'table', 'pruneInterval'];
const DEFAULT_TABLE = 'sessions';
const DEFAULT_PRUNE_INTERVAL = 60_000;

/** The longest delay that a timer of Node takes. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/**
 * Sessions in an SQLite file: they outlive the process and are shared by the processes of one machine, without a
 * server. Every method is one statement.
 *
 * @throws SessionOptionsError where an option is wrong or unknown, the binding is not installed, the file cannot
 * be opened, or the table is not one of this release
 *
 * @example
 * ```ts
 * import { SqliteStore } from 'typed-session/sqlite';
 *
 * export const store = new SqliteStore({ file: 'sessions.db' });
 * ```
 */
export class SqliteStore implements SessionStore {
  /** Absent where the database is the caller's. */
  readonly #own: OwnDatabase | undefined;
  /** Absent once the store is closed. */
  #statements: Statements | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param options - where the sessions are
   */
  constructor(options: SqliteStoreOptions) {
    const { table, pruneInterval } = checkOptions(options);
    if (options.database === undefined) {
      const database = openDatabase(options.file);
      try {
        this.#statements = prepareStatements(database, table, 'file');
      } catch (error) {
        database.close();
        throw error;
      }
      this.#own = database;
    } else {
      this.#statements = prepareStatements(options.database, table, 'database');
    }
    if (pruneInterval > 0) this.#timer = setInterval(() => this.#pruneQuietly(), pruneInterval).unref();
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const found = this.#open().read.get(key, Date.now());
    if (found === undefined) return undefined;
    const row = found as SessionRow; // the columns that our own statement selects
    return recordFromText(row.record, Number(row.revision), Number(row.expires_at));
  }

  async create(key: string, record: SessionRecord): Promise<boolean> {
    const { revision, expiresAt, principal = null } = record;
    const text = recordToText(record);
    return changed(this.#open().create.run(key, revision, expiresAt, principal, text, Date.now()));
  }

  async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const { revision, expiresAt, principal = null } = record;
    const text = recordToText(record);
    return changed(this.#open().update.run(revision, expiresAt, principal, text, key, expectedRevision, Date.now()));
  }

  async touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return changed(this.#open().touch.run(expiresAt, key, expectedRevision, Date.now()));
  }

  async delete(key: string): Promise<boolean> {
    return changed(this.#open().delete.run(key, Date.now()));
  }

  async prune(): Promise<number> {
    const { prune } = this.#open();
    const now = Date.now();
    let removed = 0;
    for (;;) {
      const batch = Number(prune.run(now).changes);
      removed += batch;
      if (batch < PRUNE_BATCH) return removed;
      await nextTurn(); // requests and other processes come in between
      if (this.#statements === undefined) return removed; // closed meanwhile
    }
  }

  async size(): Promise<number> {
    const row = this.#open().size.get(Date.now()) as { sessions: number | bigint }; // our own statement's column
    return Number(row.sessions);
  }

  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const { next } = this.#open();
    const now = Date.now();
    const entries: [string, SessionRecord][] = [];
    let last = cursor ?? '';
    while (entries.length < limit) {
      const row = next.get(last, now) as (SessionRow & { readonly key: string }) | undefined; // our own statement's columns
      if (row === undefined) return { entries, next: undefined };
      entries.push([row.key, recordFromText(row.record, Number(row.revision), Number(row.expires_at))]);
      last = row.key;
    }
    return { entries, next: last };
  }

  /**
   * Stops the timer, and closes the file if the store opened it. The store is of no use afterwards. libsql lets go of
   * the file only when its statements are collected as garbage, which may take a while.
   */
  async close(): Promise<void> {
    if (this.#statements === undefined) return;
    this.#statements = undefined;
    clearInterval(this.#timer);
    this.#own?.close();
  }

  #open(): Statements {
    if (this.#statements === undefined) throw new Error('The store is closed.');
    return this.#statements;
  }

  /** Nobody waits for the timer's result; a database that fails will tell the next request. */
  #pruneQuietly(): void {
    this.prune().catch(() => undefined);
  }
}

function changed(result: { readonly changes: number | bigint }): boolean {
  return Number(result.changes) > 0;
}

function checkOptions(options: SqliteStoreOptions): { table: string; pruneInterval: number } {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionsError('options', "must be an object, as in new SqliteStore({ file: 'sessions.db' })");
  }
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new SessionOptionsError(name, `SqliteStore has no such option, only ${OPTIONS.join(', ')}`);
    }
  }
  const { file, database, table = DEFAULT_TABLE, pruneInterval = DEFAULT_PRUNE_INTERVAL } = options;
  if ((file === undefined) === (database === undefined)) {
    throw new SessionOptionsError('file', 'give either the path of a file or an open database');
  }
  if (file !== undefined && (typeof file !== 'string' || file === '')) {
    throw new SessionOptionsError('file', 'must be the path of a file');
  }
  if (database !== undefined && (typeof database?.prepare !== 'function' || typeof database.exec !== 'function')) {
    throw new SessionOptionsError('database', 'must be an open database of libsql, better-sqlite3 or node:sqlite');
  }
  if (typeof table !== 'string' || !/^(?!sqlite_)[a-z_][a-z0-9_]{0,62}$/i.test(table)) {
    throw new SessionOptionsError(
      'table',
      'must be a name of up to 63 letters, digits and underscores, without sqlite_',
    );
  }
  if (!Number.isInteger(pruneInterval) || pruneInterval < 0 || pruneInterval > LONGEST_INTERVAL) {
    throw new SessionOptionsError('pruneInterval', `must be whole milliseconds from 0 (never) to ${LONGEST_INTERVAL}`);
  }
  return { table, pruneInterval };
}
