import { SessionOptionsError } from '../../errors.js';
import { codeOf, type SqliteDatabase } from './sqlite-driver.js';

/** How many sessions one statement reads or removes. With 2 kB in each, this takes about half a millisecond. */
export const PAGE = 100;

/** A prepared statement, with the values that every binding accepts. */
export interface SqliteStatement {
  run(...values: (string | number | null)[]): { readonly changes: number | bigint };
  get(...values: (string | number | null)[]): unknown;
  all(...values: (string | number | null)[]): unknown[];
}

/** A row as `read` selects it. A binding may be configured to return numbers as bigint. */
export interface SessionRow {
  readonly revision: number | bigint;
  readonly expires_at: number | bigint;
  readonly record: string;
}

/** A row with its key, as statements that return several rows select it. */
export interface EntryRow extends SessionRow {
  readonly key: string;
}

/** A row of a page of a principal's sessions. */
export interface PageRow extends EntryRow {
  readonly rowid: number | bigint;
}

/** One prepared statement for each method of the store. The comments list its values in order. */
export interface Commands {
  /** key, now */
  readonly read: SqliteStatement;
  /** key, revision, expires_at, principal, record, now */
  readonly create: SqliteStatement;
  /** revision, expires_at, principal, record, key, expected revision, now */
  readonly update: SqliteStatement;
  /** expires_at, key, expected revision, now */
  readonly touch: SqliteStatement;
  /** key, now */
  readonly delete: SqliteStatement;
  /** now */
  readonly prune: SqliteStatement;
  /** now */
  readonly size: SqliteStatement;
  /** the previous key, now, the limit */
  readonly scan: SqliteStatement;
  /** principal, the rowid of the previous row, now */
  readonly list: SqliteStatement;
  /** principal, the keys to keep as JSON, now */
  readonly revoke: SqliteStatement;
}

/**
 * The table's columns. They serve as its version. A release that changes the meaning of a column also renames it, so that
 * a release that does not know the new column rejects the table instead of misreading it.
 */
const COLUMNS = ['key TEXT', 'revision INTEGER', 'expires_at INTEGER', 'principal TEXT', 'record TEXT'];

/**
 * Creates the table if it does not exist, and prepares the statements.
 *
 * @param database - an open database
 * @param table - the name of the table, already checked to be an identifier
 * @param option - the option that the database came from, for error messages
 * @throws SessionOptionsError if the table does not belong to this release, or if the database cannot be used
 */
export function prepareCommands(database: SqliteDatabase, table: string, option: 'file' | 'database'): Commands {
  let columns: string | null;
  try {
    // The table has a rowid. With 2 kB in a row, WITHOUT ROWID makes every statement two to three times slower.
    database.exec(
      `CREATE TABLE IF NOT EXISTS "${table}" (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL,` +
        ' expires_at INTEGER NOT NULL, principal TEXT, record TEXT NOT NULL)',
    );
    columns = columnsOf(database, table);
  } catch (error) {
    throw new SessionOptionsError(option, `is not usable as a session store${codeOf(error)}; see cause`, {
      cause: error,
    });
  }
  if (columns === null) {
    throw new SessionOptionsError(
      option,
      'must be a synchronous database, as of libsql, better-sqlite3 or node:sqlite',
    );
  }
  if (columns !== COLUMNS.join()) {
    throw new SessionOptionsError(
      'table',
      `"${table}" has other columns than this release of typed-session gives it: it belongs to something else, ` +
        `or to a newer release. Choose another table, or update (found: ${columns})`,
    );
  }
  database.exec(`CREATE INDEX IF NOT EXISTS "${table}_expires_at" ON "${table}" (expires_at)`);
  database.exec(
    `CREATE INDEX IF NOT EXISTS "${table}_principal" ON "${table}" (principal) WHERE principal IS NOT NULL`,
  );
  // Every binding accepts these values, even if its types are different.
  const prepare = (sql: string): SqliteStatement => database.prepare(sql);
  return {
    read: prepare(`SELECT revision, expires_at, record FROM "${table}" WHERE key = ? AND expires_at > ?`),
    create: prepare(
      `INSERT INTO "${table}" (key, revision, expires_at, principal, record) VALUES (?, ?, ?, ?, ?)` +
        ' ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, expires_at = excluded.expires_at,' +
        ` principal = excluded.principal, record = excluded.record WHERE "${table}".expires_at <= ?`,
    ),
    update: prepare(
      `UPDATE "${table}" SET revision = ?, expires_at = ?, principal = ?, record = ?` +
        ' WHERE key = ? AND revision = ? AND expires_at > ?',
    ),
    touch: prepare(`UPDATE "${table}" SET expires_at = ? WHERE key = ? AND revision = ? AND expires_at > ?`),
    delete: prepare(`DELETE FROM "${table}" WHERE key = ? AND expires_at > ?`),
    prune: prepare(
      `DELETE FROM "${table}" WHERE rowid IN` + ` (SELECT rowid FROM "${table}" WHERE expires_at <= ? LIMIT ${PAGE})`,
    ),
    scan: prepare(
      `SELECT key, revision, expires_at, record FROM "${table}" WHERE key > ? AND expires_at > ? ORDER BY key LIMIT ?`,
    ),
    // A new row has a higher rowid than all others. So a session that moves to another key between two pages moves ahead.
    list: prepare(
      `SELECT rowid, key, revision, expires_at, record FROM "${table}"` +
        ` WHERE principal = ? AND rowid > ? AND expires_at > ? ORDER BY rowid LIMIT ${PAGE}`,
    ),
    revoke: prepare(
      `DELETE FROM "${table}" WHERE rowid IN (SELECT rowid FROM "${table}" WHERE principal = ?` +
        ` AND key NOT IN (SELECT value FROM json_each(?)) AND expires_at > ? LIMIT ${PAGE})`,
    ),
    size: prepare(`SELECT count(*) AS sessions FROM "${table}" WHERE expires_at > ?`),
  };
}

/** Returns `name TYPE` of each column, or `null` if the database does not return results synchronously. */
function columnsOf(database: SqliteDatabase, table: string): string | null {
  const row = database
    .prepare(`SELECT group_concat(name || ' ' || upper(type)) AS columns FROM pragma_table_info('${table}')`)
    .get();
  if (typeof row !== 'object' || row === null || !('columns' in row)) return null;
  return typeof row.columns === 'string' ? row.columns : null;
}
