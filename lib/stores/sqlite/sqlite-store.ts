import { nextTurn, type Stop } from '../../timers.js';
import { pruneEvery } from '../store-options.js';
import { searchablePrincipal } from '../searchable-principal.js';
import { recordFromText, recordToText } from '../record-text.js';
import type { ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import { prepareCommands, PRUNE_BATCH, type Commands, type EntryRow, type SessionRow } from './sqlite-commands.js';
import { openDatabase, type OwnDatabase } from './sqlite-driver.js';
import { checkOptions, type SqliteStoreOptions } from './sqlite-options.js';

/**
 * Keeps sessions in an SQLite file, without a server. The sessions outlive the process, and the processes of one machine
 * can share them. Every method is one statement, except for those that return several records or prune.
 *
 * @throws SessionOptionsError if an option is wrong or unknown, if the binding is not installed, if the file cannot be
 *   opened, or if the table does not belong to this release
 *
 * @example
 * ```ts
 * import { SqliteStore } from 'typed-session/sqlite';
 *
 * export const store = new SqliteStore({ file: 'sessions.db' });
 * ```
 */
export class SqliteStore implements SessionStore {
  /** Absent if the caller owns the database. */
  readonly #own: OwnDatabase | undefined;
  /** Absent after the store was closed. */
  #commands: Commands | undefined;
  readonly #stopPruning: Stop | undefined;

  /**
   * @param options - the file or the database, the table, and the interval of pruning
   */
  constructor(options: SqliteStoreOptions) {
    const { table, pruneInterval } = checkOptions(options);
    if (options.database === undefined) {
      const database = openDatabase(options.file);
      try {
        this.#commands = prepareCommands(database, table, 'file');
      } catch (error) {
        database.close();
        throw error;
      }
      this.#own = database;
    } else {
      this.#commands = prepareCommands(options.database, table, 'database');
    }
    this.#stopPruning = pruneEvery(pruneInterval, () => this.prune());
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const found = this.#open().read.get(key, Date.now());
    return found === undefined ? undefined : recordFromRow(found as SessionRow); // the columns that the statement selects
  }

  async create(key: string, record: SessionRecord): Promise<boolean> {
    const { revision, expiresAt } = record;
    const text = recordToText(record);
    return changed(this.#open().create.run(key, revision, expiresAt, principalColumn(record), text, Date.now()));
  }

  async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const { revision, expiresAt } = record;
    const values = [
      revision,
      expiresAt,
      principalColumn(record),
      recordToText(record),
      key,
      expectedRevision,
      Date.now(),
    ];
    return changed(this.#open().update.run(...values));
  }

  async touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return changed(this.#open().touch.run(expiresAt, key, expectedRevision, Date.now()));
  }

  async delete(key: string): Promise<boolean> {
    return changed(this.#open().delete.run(key, Date.now()));
  }

  async list(principal: string): Promise<StoreEntry[]> {
    const { nextOf } = this.#open();
    const now = Date.now();
    return rows((last) => nextOf.get(searchablePrincipal(principal), last, now), '');
  }

  async revoke(principal: string, except: readonly string[]): Promise<number> {
    return Number(this.#open().revoke.run(searchablePrincipal(principal), JSON.stringify(except), Date.now()).changes);
  }

  async prune(): Promise<number> {
    const { prune } = this.#open();
    const now = Date.now();
    let removed = 0;
    for (;;) {
      const batch = Number(prune.run(now).changes);
      removed += batch;
      if (batch < PRUNE_BATCH) return removed;
      await nextTurn(); // requests and other processes may run in between
      if (this.#commands === undefined) return removed; // closed meanwhile
    }
  }

  async size(): Promise<number> {
    const row = this.#open().size.get(Date.now()) as { sessions: number | bigint }; // the column that it selects
    return Number(row.sessions);
  }

  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const { next } = this.#open();
    const now = Date.now();
    const entries = rows((last) => next.get(last, now), cursor ?? '', limit);
    return { entries, next: entries.length < limit ? undefined : entries.at(-1)?.[0] };
  }

  /**
   * Stops the timer, and closes the file if the store opened it. The store cannot be used afterwards. libsql releases the
   * file only when its statements are garbage-collected, which may take a while.
   */
  async close(): Promise<void> {
    if (this.#commands === undefined) return;
    this.#commands = undefined;
    this.#stopPruning?.();
    this.#own?.close();
  }

  #open(): Commands {
    if (this.#commands === undefined) throw new Error('The store is closed.');
    return this.#commands;
  }
}

/** Reads several rows by stepping from key to key. This is the only way that all bindings have in common. */
function rows(next: (after: string) => unknown, after: string, limit = Infinity): StoreEntry[] {
  const entries: StoreEntry[] = [];
  while (entries.length < limit) {
    const row = next(entries.at(-1)?.[0] ?? after) as EntryRow | undefined; // the columns that the statement selects
    if (row === undefined) break;
    entries.push([row.key, recordFromRow(row)]);
  }
  return entries;
}

function principalColumn({ principal }: SessionRecord): string | null {
  return principal === undefined ? null : searchablePrincipal(principal);
}

function recordFromRow(row: SessionRow): SessionRecord {
  return recordFromText(row.record, Number(row.revision), Number(row.expires_at));
}

function changed(result: { readonly changes: number | bigint }): boolean {
  return Number(result.changes) > 0;
}
