import { nextTurn, type Stop } from '../../timers.js';
import { pruneEvery } from '../store-options.js';
import { searchablePrincipal } from '../searchable-principal.js';
import { recordFromText, recordToText } from '../record-text.js';
import { rememberServer } from '../store-server.js';
import type { ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import {
  prepareCommands,
  PAGE,
  type Commands,
  type EntryRow,
  type PageRow,
  type SessionRow,
} from './sqlite-commands.js';
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
 * @group Stores
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
      rememberServer(this, { kind: 'sqlite', client: database, place: table });
      try {
        this.#commands = prepareCommands(database, table, 'file');
      } catch (error) {
        database.close();
        throw error;
      }
      this.#own = database;
    } else {
      this.#commands = prepareCommands(options.database, table, 'database');
      rememberServer(this, { kind: 'sqlite', client: options.database, place: table });
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
    const entries: StoreEntry[] = [];
    for (let last = 0; ;) {
      const page = this.#open().list.all(searchablePrincipal(principal), last, Date.now()) as PageRow[]; // its columns
      entries.push(...page.map(entryFromRow));
      if (page.length < PAGE) return entries;
      last = Number(page.at(-1)?.rowid);
      await nextTurn(); // requests and other processes may run in between
    }
  }

  async revoke(principal: string, except: readonly string[]): Promise<number> {
    const kept = JSON.stringify(except);
    return this.#untilNoneIsLeft(({ revoke }) => revoke.run(searchablePrincipal(principal), kept, Date.now()));
  }

  async prune(): Promise<number> {
    const now = Date.now();
    return this.#untilNoneIsLeft(({ prune }) => prune.run(now));
  }

  async size(): Promise<number> {
    const row = this.#open().size.get(Date.now()) as { sessions: number | bigint }; // the column that it selects
    return Number(row.sessions);
  }

  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const rows = this.#open().scan.all(cursor ?? '', Date.now(), limit) as EntryRow[]; // the columns that it selects
    const entries = rows.map(entryFromRow);
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

  /** Removes one page after the other, and resolves to how many rows it removed. It stops when the store is closed. */
  async #untilNoneIsLeft(remove: (commands: Commands) => { readonly changes: number | bigint }): Promise<number> {
    let commands: Commands | undefined = this.#open();
    let removed = 0;
    while (commands !== undefined) {
      const page = Number(remove(commands).changes);
      removed += page;
      if (page < PAGE) break;
      await nextTurn(); // requests and other processes may run in between
      commands = this.#commands;
    }
    return removed;
  }

  #open(): Commands {
    if (this.#commands === undefined) throw new Error('The store is closed.');
    return this.#commands;
  }
}

function principalColumn({ principal }: SessionRecord): string | null {
  return principal === undefined ? null : searchablePrincipal(principal);
}

function entryFromRow(row: EntryRow): StoreEntry {
  return [row.key, recordFromRow(row)];
}

function recordFromRow(row: SessionRow): SessionRecord {
  return recordFromText(row.record, Number(row.revision), Number(row.expires_at));
}

function changed(result: { readonly changes: number | bigint }): boolean {
  return Number(result.changes) > 0;
}
