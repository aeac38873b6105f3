/**
 * What a store holds for one session.
 *
 * A record is a value: neither the library nor a store changes one that it was given.
 */
export interface SessionRecord {
  /** The encoded payload, as JSON text. A store never looks into it. */
  readonly data: string;
  /** Grows by one with every stored change; the base of compare-and-swap. Starts at 1. */
  readonly revision: number;
  /** The version of the schema that encoded the payload; 0 where versions are not used. */
  readonly schemaVersion: number;
  /** When the session began, in milliseconds since the epoch. The absolute deadline counts from here. */
  readonly createdAt: number;
  /** When the record is dead, from that very millisecond on: in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The life that this one session's cookie was given through `req.session.cookie.maxAge`, in milliseconds; `null` for a browser-session cookie. Absent where the `cookie` option rules. */
  readonly cookieMaxAge?: number | null | undefined;
  /** Who the session belongs to. */
  readonly principal?: string | undefined;
  /**
   * Present on a tombstone, which a rotation leaves behind: the session is not stored under this key any more. The value is
   * the key of its successor, or `null` if the old id must not lead to it.
   */
  readonly forwardTo?: string | null | undefined;
  /** When the session was used, at its last write, in milliseconds since the epoch; a touch moves `expiresAt` alone. */
  readonly usedAt?: number | undefined;
  /**
   * Names the write that stored this record, and no other: so one that was sent twice, or whose answer was lost, is known
   * again when the record is read.
   */
  readonly writeId?: string | undefined;
  /**
   * Until when a copy of the record lies in the other store of a `moving()`, in milliseconds since the epoch. Where the
   * copy is missing before that, the session was ended there.
   */
  readonly mirroredUntil?: number | undefined;
  /** The cookie's attributes as express-session keeps them; only in records for a store of that layout. */
  readonly cookie?: StoredCookieAttributes | undefined;
}

/** What express-session stores of a cookie, besides its deadline; it rules when a site goes back to express-session. */
export interface StoredCookieAttributes {
  /** The cookie's life in milliseconds; `null` for a browser-session cookie. */
  readonly originalMaxAge?: number | null;
  /** The attributes, by express-session's names. */
  readonly [attribute: string]: unknown;
}

/** A record with its key. */
export type StoreEntry = readonly [key: string, record: SessionRecord];

/** A page of records; see {@link SessionStore.scan}. */
export interface ScanPage {
  /** The records with their keys. */
  readonly entries: readonly StoreEntry[];
  /** Where the next page begins; `undefined` after the last one. */
  readonly next: string | undefined;
}

/** What a command of a store is told besides. */
export interface CommandOptions {
  /**
   * Aborted when nobody waits for the command any more, after `storeTimeout`. A store lets go then of what it can: a
   * command that waits for a connection is never sent. It may reject, or go on; its answer is not heard.
   */
  readonly signal: AbortSignal;
}

/**
 * Where sessions live. Every method is one command and one round trip on the server, and atomic there.
 *
 * A missing or expired record is never an error; a rejected promise always means that the store itself failed.
 * What a key looks like is not the store's business: it is text of at most 512 characters. A principal is any text.
 *
 * A deadline is a moment, and each process judges it by its own clock: `Date.now()`, at each command. A server that
 * removes records by itself may keep dead ones as long as it likes, since they are not served, and must not be early:
 * it counts `expiresAt - Date.now()` milliseconds from the command on, as the clock of whoever wrote it has them, and not
 * until `expiresAt` by its own. Where processes share the sessions, one whose clock is ahead takes nothing from the
 * others: a command that finds a record dead leaves it and its place in an index, except `create`, which takes its
 * place, and {@link SessionStore.prune}.
 *
 * `storeConformance` of `typed-session/testing` has the tests of all this.
 *
 * @example
 * ```ts
 * import { MemoryStore, type SessionStore } from 'typed-session';
 *
 * const store: SessionStore = new MemoryStore({ maxSessions: 10_000 });
 * ```
 */
export interface SessionStore {
  /**
   * Present where records must lie as express-session's do: under the session's id itself and not under its hash, and
   * with the cookie's attributes in them. For stores that were made for express-session.
   */
  readonly layout?: 'express-session' | undefined;
  /** The stores that this one is made of, for a store in front of others. */
  readonly parts?: readonly SessionStore[] | undefined;
  /**
   * Makes the key of a session, for a store in front of others whose keys are not alike. Left out, the key is the middleware's
   * name and the hash of the session's id; the id itself for the layout `'express-session'`.
   * @param id - the session's id
   * @param name - the cookie's name
   */
  keyOf?(id: string, name: string): string;
  /**
   * The record under this key, or `undefined` where there is none or its deadline has passed.
   * @param key - the key
   * @param options - what the command is told besides
   */
  read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined>;
  /**
   * Stores a first record. Resolves to `false`, and stores nothing, where a live record has the key.
   * @param key - the key
   * @param record - the record, with its deadline
   * @param options - what the command is told besides
   */
  create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean>;
  /**
   * Replaces the record if it is still at `expectedRevision`. Resolves to `false`, and stores nothing, where the key
   * is missing, expired or at another revision: an update never brings a session back.
   * @param key - the key
   * @param record - the new record
   * @param expectedRevision - the revision that the change was made on
   * @param options - what the command is told besides
   */
  update(key: string, record: SessionRecord, expectedRevision: number, options?: CommandOptions): Promise<boolean>;
  /**
   * Moves the deadline and nothing else, the revision least of all. Resolves to `false` as `update` does: whoever
   * moved the revision moved the deadline too.
   * @param key - the key
   * @param expiresAt - the new deadline, in milliseconds since the epoch
   * @param expectedRevision - the revision that was read
   * @param options - what the command is told besides
   */
  touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean>;
  /**
   * Removes the record. Resolves to whether there was a live one.
   * @param key - the key
   * @param options - what the command is told besides
   */
  delete(key: string, options?: CommandOptions): Promise<boolean>;

  /**
   * Every live record of a principal, in no order. One that has got the principal by the time of the call is among them;
   * a session that rotations move from key to key meanwhile is so under one of its keys.
   * @param principal - who the sessions belong to
   * @param options - what the command is told besides
   */
  list?(principal: string, options?: CommandOptions): Promise<readonly StoreEntry[]>;
  /**
   * Removes the live records of a principal, and resolves to how many. One that a rotation moves to another key in the
   * same moment may escape: whoever must be certain asks {@link SessionStore.list} whether any is left.
   * @param principal - who the sessions belong to
   * @param except - the keys of those that stay
   * @param options - what the command is told besides
   */
  revoke?(principal: string, except: readonly string[], options?: CommandOptions): Promise<number>;
  /**
   * A page of live records, in an order that stays: for what walks through all of them. A record that comes or goes
   * meanwhile may be met or not; one that stays is met, on some servers perhaps twice.
   * @param cursor - where the page before ended, in this process or in another; `undefined` for the first page
   * @param limit - how many records a page should have, roughly
   * @param options - what the command is told besides
   */
  scan?(cursor: string | undefined, limit: number, options?: CommandOptions): Promise<ScanPage>;
  /** Removes records whose deadline has passed and resolves to how many; absent where the server does so itself. */
  prune?(): Promise<number>;
  /** How many live sessions there are; a store may count dead ones that it has not met yet. */
  size?(): Promise<number>;
  /** Lets go of what the store itself opened: files and timers, never a client that was passed in. */
  close?(): Promise<void>;
}

/** The store's methods that every store must have, for the check at start-up. */
export const STORE_METHODS = ['read', 'create', 'update', 'touch', 'delete'] as const;
