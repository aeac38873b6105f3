import { searchablePrincipal } from '../searchable-principal.js';

/** How many expired sessions one statement removes. With 2 kB in each, this takes the server about ten milliseconds. */
export const PRUNE_BATCH = 1_000;

/** A row as `read` selects it. The driver returns a bigint as text, unless the application has configured it otherwise. */
export interface SessionRow {
  readonly revision: string | number | bigint;
  readonly expires_at: string | number | bigint;
  readonly record: string;
}

/** A row with its key, as statements that return several rows select it. */
export interface EntryRow extends SessionRow {
  readonly key: string;
}

/** One statement for each method of the store. The comments list its values in order. */
export interface Commands {
  /** key, now */
  readonly read: string;
  /** key, revision, expires_at, principal, record, now */
  readonly create: string;
  /** key, expected revision, now, revision, expires_at, principal, record */
  readonly update: string;
  /** key, expected revision, now, expires_at */
  readonly touch: string;
  /** key, now */
  readonly delete: string;
  /** principal, now */
  readonly list: string;
  /** principal, now, the keys to keep */
  readonly revoke: string;
  /** the previous key, now, the limit */
  readonly scan: string;
  /** now */
  readonly prune: string;
  /** now */
  readonly size: string;
}

/**
 * Returns the statements for a table. They always use the time of this process, so a deadline has the same meaning in
 * every store, regardless of the server's clock.
 *
 * @param table - the quoted name of the table
 */
export function commandsFor(table: string): Commands {
  return {
    read: `SELECT revision, expires_at, record FROM ${table} WHERE key = $1 AND expires_at > $2`,
    create:
      `INSERT INTO ${table} AS old (key, revision, expires_at, principal, record) VALUES ($1, $2, $3, $4, $5)` +
      ' ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, expires_at = excluded.expires_at,' +
      ' principal = excluded.principal, record = excluded.record WHERE old.expires_at <= $6',
    update:
      `UPDATE ${table} SET revision = $4, expires_at = $5, principal = $6, record = $7` +
      ' WHERE key = $1 AND revision = $2 AND expires_at > $3',
    touch: `UPDATE ${table} SET expires_at = $4 WHERE key = $1 AND revision = $2 AND expires_at > $3`,
    delete: `DELETE FROM ${table} WHERE key = $1 AND expires_at > $2`,
    list: `SELECT key, revision, expires_at, record FROM ${table} WHERE principal = $1 AND expires_at > $2`,
    revoke: `DELETE FROM ${table} WHERE principal = $1 AND expires_at > $2 AND key <> ALL($3::text[])`,
    scan:
      `SELECT key, revision, expires_at, record FROM ${table}` +
      ' WHERE key > $1 AND expires_at > $2 ORDER BY key LIMIT $3',
    // The array makes the planner search for the rows once. Rows that another process is removing are skipped. The deadline
    // is compared again, because rows in several partitions of a table may have the same ctid.
    prune:
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(` +
      `SELECT ctid FROM ${table} WHERE expires_at <= $1 LIMIT ${PRUNE_BATCH} FOR UPDATE SKIP LOCKED)) AND expires_at <= $1`,
    size: `SELECT count(*) AS sessions FROM ${table} WHERE expires_at > $1`,
  };
}

/** What the text of PostgreSQL cannot contain (NUL and halves of surrogate pairs), and the escape character. */
const ESCAPED = /[\\\0\p{Surrogate}]/gu;

/** Converts a key to the text in its column. Keys that the library creates contain nothing to escape. */
export function keyText(key: string): string {
  return key.replace(ESCAPED, (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Returns the key that {@link keyText} has converted. */
export function keyOfText(text: string): string {
  return text.replace(/\\([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** An index entry of PostgreSQL may have about 2 700 bytes, and a character takes up to four. */
const LONGEST_PRINCIPAL = 512;

/** Converts a principal to the text in its column, by which its sessions are found. */
export function principalColumn(principal: string | undefined): string | null {
  if (principal === undefined) return null;
  return searchablePrincipal(principal, principal.length > LONGEST_PRINCIPAL || principal.includes('\0'));
}

/** Converts a deadline to the value in its column: the first whole millisecond in which the record is expired. */
export function deadlineOf(expiresAt: number): number {
  return Math.ceil(expiresAt);
}
