import { principalText } from '../principal-text.js';

/** How many dead sessions one statement removes: with 2 kB in each some ten milliseconds of the server's work. */
export const PRUNE_BATCH = 1_000;

/** A row as `read` selects it. The driver gives a bigint as text, unless the application told it otherwise. */
export interface SessionRow {
  readonly revision: string | number | bigint;
  readonly expires_at: string | number | bigint;
  readonly record: string;
}

/** A row of several, with its key. */
export interface EntryRow extends SessionRow {
  readonly key: string;
}

/** One statement for each method of the store; the comments name its values in order. */
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
  /** principal, now, the keys that stay */
  readonly revoke: string;
  /** the key before, now, how many */
  readonly scan: string;
  /** now */
  readonly prune: string;
  /** now */
  readonly size: string;
}

/**
 * The statements for a table. The time is always this process's: a deadline means the same on every store, whatever
 * the clock of the server says.
 *
 * @param table - the table's name, quoted
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
    // the array makes the planner look for the rows once; those that another process removes are left to it
    prune:
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(` +
      `SELECT ctid FROM ${table} WHERE expires_at <= $1 LIMIT ${PRUNE_BATCH} FOR UPDATE SKIP LOCKED))`,
    size: `SELECT count(*) AS sessions FROM ${table} WHERE expires_at > $1`,
  };
}

/** What PostgreSQL's text cannot hold: NUL, and halves of surrogate pairs. */
const ESCAPED = /[\\\0\p{Surrogate}]/gu;

/** A key as its column holds it. Those that the library makes have nothing to escape. */
export function keyText(key: string): string {
  return key.replace(ESCAPED, (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The key that {@link keyText} wrote. */
export function keyOfText(text: string): string {
  return text.replace(/\\([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** An entry of PostgreSQL's index takes some 2 700 bytes, and a character up to four. */
const LONGEST_PRINCIPAL = 512;

/** A principal as its column holds it, by which it is found. */
export function principalOf(principal: string | undefined): string | null {
  if (principal === undefined) return null;
  return principalText(principal, principal.length > LONGEST_PRINCIPAL || principal.includes('\0'));
}

/** A deadline as its column holds it: in whole milliseconds, from the first of which on the record is dead. */
export function deadlineOf(expiresAt: number): number {
  return Math.ceil(expiresAt);
}
