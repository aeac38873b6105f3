import { SessionStoreError } from '../../errors.js';
import type { Stop } from '../../timers.js';
import { pruneEvery } from '../store-options.js';
import { mapInTurns } from '../in-turns.js';
import { recordFromText, recordToText } from '../record-text.js';
import { rememberServer } from '../store-server.js';
import type { CommandOptions, ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import {
  commandsFor,
  deadlineOf,
  keyOfText,
  keyText,
  principalColumn,
  PRUNE_BATCH,
  type Commands,
  type EntryRow,
  type SessionRow,
} from './postgres-commands.js';
import { codeOf, execute, surviveLostConnections, type PostgresPool, type PostgresResult } from './postgres-driver.js';
import { checkOptions, type PostgresStoreOptions } from './postgres-options.js';
import { createTable, quoted } from './postgres-table.js';

/** How long pruning waits for one statement, in milliseconds. After that, it gives up until the next interval. */
const PRUNE_TIMEOUT = 60_000;

/** SQLSTATEs that mean that the table does not exist or is not ours, and what to do about it. */
const WRONG_TABLE: Readonly<Record<string, string>> = {
  '42P01': 'does not exist: run store.setup() once, or the SQL of createTableSql()',
  '42703':
    'has other columns than those of a session store: store.setup() brings one of an older release up to date; what belongs to something else needs another name, the option table',
};

/**
 * Keeps sessions in a PostgreSQL table, shared by any number of processes and machines. Every method is one statement and
 * keeps no state on its connection, so you can use PgBouncer in any of its modes.
 *
 * @throws SessionOptionsError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * import pg from 'pg';
 * import { PostgresStore } from 'typed-session/postgres';
 *
 * const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], connectionTimeoutMillis: 3_000 });
 * export const store = new PostgresStore({ pool });
 * await store.setup(); // or once, in a deploy step
 * ```
 * @group Stores
 */
export class PostgresStore implements SessionStore {
  readonly #pool: PostgresPool;
  readonly #table: string;
  readonly #commands: Commands;
  readonly #stopPruning: Stop | undefined;
  #pruning = false;
  #closed = false;

  /**
   * Does not connect and does not check the table. The first command does.
   * @param options - the pool, the table, and the interval of pruning
   */
  constructor(options: PostgresStoreOptions) {
    const { pool, table, pruneInterval } = checkOptions(options);
    surviveLostConnections(pool);
    this.#pool = pool;
    this.#table = table;
    rememberServer(this, { kind: 'postgres', client: pool, place: table });
    this.#commands = commandsFor(quoted(table));
    this.#stopPruning = pruneEvery(pruneInterval, () => this.#pruneAlone());
  }

  /**
   * Creates the table and its indexes if they are missing, and upgrades a table of an older release. It changes nothing if
   * they are up to date. So any number of processes may call it at every start. Once they exist, a role that cannot create
   * tables may call it too. `createTableSql` returns the same SQL as text.
   *
   * @throws SessionOptionsError if the table belongs to something else, or to a newer release
   */
  setup(): Promise<void> {
    return createTable(this.#pool, this.#table);
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const { rows } = await this.#run('read', [keyText(key), Date.now()], options);
    const [row] = rows as SessionRow[]; // the columns that the statement selects
    return row === undefined ? undefined : recordFromRow(row);
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    return changed(await this.#run('create', [keyText(key), ...columnsOf(record), Date.now()], options));
  }

  async update(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    const values = [keyText(key), expectedRevision, Date.now(), ...columnsOf(record)];
    return changed(await this.#run('update', values, options));
  }

  async touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean> {
    const values = [keyText(key), expectedRevision, Date.now(), deadlineOf(expiresAt)];
    return changed(await this.#run('touch', values, options));
  }

  async delete(key: string, options?: CommandOptions): Promise<boolean> {
    return changed(await this.#run('delete', [keyText(key), Date.now()], options));
  }

  async list(principal: string, options?: CommandOptions): Promise<StoreEntry[]> {
    return entriesOf(await this.#run('list', [principalColumn(principal), Date.now()], options));
  }

  async revoke(principal: string, except: readonly string[], options?: CommandOptions): Promise<number> {
    const values = [principalColumn(principal), Date.now(), except.map(keyText)];
    return rowCount(await this.#run('revoke', values, options));
  }

  async scan(cursor: string | undefined, limit: number, options?: CommandOptions): Promise<ScanPage> {
    const values = [keyText(cursor ?? ''), Date.now(), limit];
    const entries = await entriesOf(await this.#run('scan', values, options));
    return { entries, next: entries.length < limit ? undefined : entries.at(-1)?.[0] };
  }

  async prune(): Promise<number> {
    const now = Date.now();
    let removed = 0;
    for (;;) {
      const batch = rowCount(await this.#run('prune', [now], { signal: AbortSignal.timeout(PRUNE_TIMEOUT) }));
      removed += batch;
      if (batch < PRUNE_BATCH || this.#closed) return removed;
    }
  }

  async size(): Promise<number> {
    const { rows } = await this.#run('size', [Date.now()]);
    const [row] = rows as { sessions: string | number | bigint }[]; // the column that the statement selects
    return Number(row?.sessions);
  }

  /** Stops the timer. The pool stays open, because the application owns it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopPruning?.();
  }

  /** Does nothing while the previous run is in progress. With a slow server, the runs would otherwise occupy the pool. */
  async #pruneAlone(): Promise<number> {
    if (this.#pruning) return 0;
    this.#pruning = true;
    try {
      return await this.prune();
    } finally {
      this.#pruning = false;
    }
  }

  async #run(command: keyof Commands, values: unknown[], options?: CommandOptions): Promise<PostgresResult> {
    try {
      return await execute(this.#pool, this.#commands[command], values, options?.signal);
    } catch (error) {
      const wrong = WRONG_TABLE[codeOf(error) ?? ''];
      if (wrong === undefined) throw error;
      throw new SessionStoreError(command, `the table ${quoted(this.#table)} ${wrong}`, { cause: error });
    }
  }
}

/** Returns the values of revision, expires_at, principal, and record. */
function columnsOf(record: SessionRecord): unknown[] {
  return [record.revision, deadlineOf(record.expiresAt), principalColumn(record.principal), recordToText(record)];
}

function recordFromRow(row: SessionRow): SessionRecord {
  return recordFromText(row.record, Number(row.revision), Number(row.expires_at));
}

function entriesOf({ rows }: PostgresResult): Promise<StoreEntry[]> {
  return mapInTurns(rows as EntryRow[], (row) => [keyOfText(row.key), recordFromRow(row)]); // the columns that the statement selects
}

function rowCount(result: PostgresResult): number {
  return result.rowCount ?? 0;
}

function changed(result: PostgresResult): boolean {
  return rowCount(result) > 0;
}
