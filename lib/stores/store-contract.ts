/**
 * What a store holds for one session.
 *
 * A record is immutable: neither the library nor a store changes a record that it was given.
 *
 * @group Stores
 */
export interface SessionRecord {
  /** The encoded payload, as JSON text. A store never parses it. */
  readonly data: string;
  /** Increases with every stored change and starts at 1. Compare-and-swap is based on it. */
  readonly revision: number;
  /** The version of the schema that encoded the payload; 0 if versions are not used. */
  readonly schemaVersion: number;
  /** When the session began, in milliseconds since the epoch. The absolute deadline is counted from this time. */
  readonly createdAt: number;
  /** When the record expires, in milliseconds since the epoch. It is expired from this millisecond on. */
  readonly expiresAt: number;
  /**
   * The lifetime of this session's cookie if it was set with `req.session.cookie.maxAge`, in milliseconds; `null` for a
   * browser-session cookie. Absent if the option `cookie` determines it.
   */
  readonly cookieMaxAge?: number | null | undefined;
  /** Who the session belongs to. Absent if it has no principal. */
  readonly principal?: string | undefined;
  /**
   * Present if no request may use the record as a session:
   *
   * - `data` is empty: a tombstone, which a rotation leaves behind. The value is the key of the session's successor, or
   *   `null` if the old id must not lead to it.
   * - `data` is not empty and the value is `null`: a copy under another name of the cookie that is not in force yet.
   */
  readonly forwardTo?: string | null | undefined;
  /** When the session was used, as of its last write, in milliseconds since the epoch. A touch changes only `expiresAt`. */
  readonly usedAt?: number | undefined;
  /**
   * A unique id of the write that stored this record. If a write was sent twice, or its response was lost, the id shows
   * whose write it was when the record is read.
   */
  readonly writeId?: string | undefined;
  /**
   * Until when the other store of a `moving()` has a copy of the record, in milliseconds since the epoch. If the copy is
   * missing before that time, the session was ended in the other store.
   */
  readonly mirroredUntil?: number | undefined;
  /** The cookie's attributes in express-session's form; only in records for a store with that layout. */
  readonly cookie?: StoredCookieAttributes | undefined;
}

/**
 * What express-session stores for a cookie besides its deadline. It applies again if a site returns to express-session.
 *
 * @group Stores
 */
export interface StoredCookieAttributes {
  /** The lifetime of the cookie in milliseconds; `null` for a browser-session cookie. */
  readonly originalMaxAge?: number | null;
  /** The attributes, under express-session's names. */
  readonly [attribute: string]: unknown;
}

/**
 * A record with its key.
 *
 * @group Stores
 */
export type StoreEntry = readonly [key: string, record: SessionRecord];

/**
 * A page of records; see {@link SessionStore.scan}.
 *
 * @group Stores
 */
export interface ScanPage {
  /** The records with their keys. */
  readonly entries: readonly StoreEntry[];
  /** The cursor of the next page; `undefined` after the last page. */
  readonly next: string | undefined;
}

/**
 * Options for one command of a store.
 *
 * @group Stores
 */
export interface CommandOptions {
  /**
   * Aborted after `storeTimeout`, when no caller waits for the command any more. The store then releases what it can: a
   * command that is still waiting for a connection is never sent. The command may reject or continue. Its result is
   * ignored.
   */
  readonly signal: AbortSignal;
}

/**
 * Stores sessions. Every method is one atomic command on the server and one round trip.
 *
 * A missing or expired record is never an error. A rejected promise always means that the store itself failed. A store
 * must accept any key: it is text of at most 512 characters. A principal is any text.
 *
 * Each process compares deadlines with its own clock, `Date.now()`, at each command. If a server removes records by
 * itself, it may keep expired records for as long as it likes, because they are never served. But it must not remove a
 * record early. It must count `expiresAt - Date.now()` milliseconds from the command on, according to the clock of the
 * process that wrote the record. It must not wait until its own clock reaches `expiresAt`.
 *
 * If several processes share the sessions, a process whose clock is ahead must not take sessions away from the others. So
 * a command that finds an expired record keeps the record and its index entry. The exceptions are `create`, which
 * replaces the record, and {@link SessionStore.prune}.
 *
 * `storeConformance` of `typed-session/testing` tests all of these rules.
 *
 * @example
 * ```ts
 * import { MemoryStore, type SessionStore } from 'typed-session';
 *
 * const store: SessionStore = new MemoryStore({ maxSessions: 10_000 });
 * ```
 * @group Stores
 */
export interface SessionStore {
  /**
   * Present if records must have express-session's layout: they are stored under the session id itself instead of its
   * hash, and they contain the cookie's attributes. It is used for stores that were made for express-session.
   */
  readonly layout?: 'express-session' | undefined;
  /** The underlying stores, if this store wraps others. */
  readonly parts?: readonly SessionStore[] | undefined;
  /**
   * Returns the key of a session, for a store that wraps stores with different keys. If it is left out, the key consists of
   * the cookie's name and the hash of the session id. For the layout `'express-session'`, the key is the id itself.
   * @param id - the session's id
   * @param name - the cookie's name
   */
  keyOf?(id: string, name: string): string;
  /**
   * Returns the record under this key, or `undefined` if there is none or its deadline has passed.
   * @param key - the key
   * @param options - the options of the command
   */
  read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined>;
  /**
   * Stores the first record under a key. Resolves to `false` and stores nothing if there is a live record under the key.
   * @param key - the key
   * @param record - the record, with its deadline
   * @param options - the options of the command
   */
  create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean>;
  /**
   * Replaces the record if it still has the revision `expectedRevision`. Resolves to `false` and stores nothing if the
   * record is missing, has expired, or has another revision. An update never restores a session that has ended.
   * @param key - the key
   * @param record - the new record
   * @param expectedRevision - the revision that the change is based on
   * @param options - the options of the command
   */
  update(key: string, record: SessionRecord, expectedRevision: number, options?: CommandOptions): Promise<boolean>;
  /**
   * Changes the deadline and nothing else. In particular, the revision stays the same. Resolves to `false` in the same
   * cases as `update`: a request that changed the revision has set a new deadline as well.
   * @param key - the key
   * @param expiresAt - the new deadline, in milliseconds since the epoch
   * @param expectedRevision - the revision that was read
   * @param options - the options of the command
   */
  touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean>;
  /**
   * Removes the record. Resolves to whether there was a live record.
   * @param key - the key
   * @param options - the options of the command
   */
  delete(key: string, options?: CommandOptions): Promise<boolean>;

  /**
   * Returns every live record of a principal, in no particular order. A record that had the principal before the call is
   * always included. If rotations move a session from key to key meanwhile, it is included under one of its keys.
   * @param principal - who the sessions belong to
   * @param options - the options of the command
   */
  list?(principal: string, options?: CommandOptions): Promise<readonly StoreEntry[]>;
  /**
   * Removes the live records of a principal, and resolves to their number. A record that a rotation moves to another key
   * at the same time may remain. If you must be certain, check with {@link SessionStore.list} whether any is left.
   * @param principal - who the sessions belong to
   * @param except - the keys of the records to keep
   * @param options - the options of the command
   */
  revoke?(principal: string, except: readonly string[], options?: CommandOptions): Promise<number>;
  /**
   * Returns a page of live records in a stable order, so that you can visit all of them. A record that is added or removed
   * meanwhile may or may not be visited. All others are visited, on some servers possibly twice.
   * @param cursor - the `next` of the previous page, from this or another process; `undefined` for the first page
   * @param limit - roughly how many records a page should have
   * @param options - the options of the command
   */
  scan?(cursor: string | undefined, limit: number, options?: CommandOptions): Promise<ScanPage>;
  /** Removes expired records and resolves to their number. Absent if the server removes them itself. */
  prune?(): Promise<number>;
  /** Returns the number of live sessions. A store may include expired records that it has not removed yet. */
  size?(): Promise<number>;
  /** Releases what the store itself opened, such as files and timers. It never closes a client that was passed in. */
  close?(): Promise<void>;
}

/** The methods that every store must have. They are checked at start-up. */
export const STORE_METHODS = ['read', 'create', 'update', 'touch', 'delete'] as const;
