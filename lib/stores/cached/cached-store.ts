import { SessionOptionsError } from '../../errors.js';
import { checkNames } from '../store-options.js';
import type { CommandOptions, SessionRecord, SessionStore } from '../store-contract.js';

/**
 * Options of {@link cached}.
 *
 * @group Stores
 */
export interface CachedOptions {
  /**
   * How long a session may be served from the cache, in whole milliseconds from 1. If another process changes, revokes, or
   * destroys a session, this process may not see that for as long. One second is enough for a page that sends twenty
   * requests.
   */
  readonly ttl: number;
  /** The maximum number of cached sessions, a whole number from 1. The most recently used are kept. Default: 10 000. */
  readonly maxSessions?: number | undefined;
}

/** A read in progress. */
interface Reading {
  readonly record: Promise<SessionRecord | undefined>;
  /** Until when other readers may share its result, which may be as old as the start of the read. */
  readonly until: number;
}

interface CacheEntry {
  readonly record: SessionRecord;
  /** When it becomes stale, by the monotonic clock `performance.now()`. */
  readonly until: number;
}

/** A store with an in-process cache in front of it; see {@link cached}. */
export class CachedStore implements SessionStore {
  readonly layout: SessionStore['layout'];
  readonly parts: readonly SessionStore[];
  readonly keyOf?: NonNullable<SessionStore['keyOf']>;
  readonly list?: NonNullable<SessionStore['list']>;
  readonly revoke?: NonNullable<SessionStore['revoke']>;
  readonly scan?: NonNullable<SessionStore['scan']>;
  readonly prune?: NonNullable<SessionStore['prune']>;
  readonly size?: NonNullable<SessionStore['size']>;
  readonly #store: SessionStore;
  readonly #ttl: number;
  readonly #maxSessions: number;
  /** In the order in which they were last used, oldest first. */
  readonly #entries = new Map<string, CacheEntry>();
  /** The reads in progress whose results may still be cached. Simultaneous readers of a session share one. */
  readonly #reading = new Map<string, Reading>();
  /** The latest write of each session, unless something else has changed it since. Only its record may be cached. */
  readonly #writing = new Map<string, Promise<boolean>>();

  constructor(store: SessionStore, options: CachedOptions) {
    const { ttl, maxSessions } = checkOptions(options);
    this.#store = store;
    this.#ttl = ttl;
    this.#maxSessions = maxSessions;
    // This store has the same optional methods as the wrapped one.
    this.layout = store.layout;
    this.parts = [store];
    if (store.keyOf !== undefined) this.keyOf = store.keyOf.bind(store);
    if (store.list !== undefined) this.list = store.list.bind(store);
    if (store.scan !== undefined) this.scan = store.scan.bind(store);
    if (store.prune !== undefined) this.prune = store.prune.bind(store);
    if (store.size !== undefined) this.size = store.size.bind(store);
    if (store.revoke !== undefined) {
      const revoke = store.revoke.bind(store);
      this.revoke = (principal, ...rest) => this.#around(revoke(principal, ...rest), () => { this.#forgetOf(principal); }); // prettier-ignore
    }
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined || !this.#isFresh(entry.until) || entry.record.expiresAt <= Date.now())
      return this.#fetch(key, options);
    this.#entries.delete(key);
    this.#entries.set(key, entry); // at the end, because it is the most recently used
    return entry.record;
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    return this.#write(key, record, this.#store.create(key, record, options));
  }

  async update(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    return this.#write(key, record, this.#store.update(key, record, expectedRevision, options));
  }

  async touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean> {
    const record = this.#entries.get(key)?.record;
    const moved = record?.revision === expectedRevision ? { ...record, expiresAt } : undefined;
    return this.#write(key, moved, this.#store.touch(key, expiresAt, expectedRevision, options));
  }

  async delete(key: string, options?: CommandOptions): Promise<boolean> {
    return this.#around(this.#store.delete(key, options), () => { this.#forget(key); }); // prettier-ignore
  }

  /** Whether the time is not over. If more than `ttl` is left, a test has set the clock back, so the entry is stale. */
  #isFresh(until: number): boolean {
    const left = until - performance.now();
    return left > 0 && left <= this.#ttl;
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#reading.clear();
    this.#writing.clear();
    await this.#store.close?.();
  }

  #fetch(key: string, options: CommandOptions | undefined): Promise<SessionRecord | undefined> {
    const underWay = this.#reading.get(key);
    if (underWay !== undefined && this.#isFresh(underWay.until)) return underWay.record;
    const until = performance.now() + this.#ttl; // counted from here, because the result may be as old
    const isGood = (): boolean => this.#reading.get(key) === reading;
    const record = this.#store
      .read(key, options)
      .then((found) => {
        if (found !== undefined && isGood()) this.#remember(key, found, until);
        return found;
      })
      .finally(() => {
        if (isGood()) this.#reading.delete(key);
      });
    const reading = { record, until };
    this.#reading.set(key, reading);
    return record;
  }

  /** Writes and updates the cache. A refused write shows that the cached record is old. A failed one may have changed it. */
  async #write(key: string, record: SessionRecord | undefined, command: Promise<boolean>): Promise<boolean> {
    const until = performance.now() + this.#ttl;
    this.#forget(key);
    this.#writing.set(key, command);
    let isGood = false;
    try {
      const isDone = await command;
      isGood = isDone && this.#writing.get(key) === command;
      return isDone;
    } finally {
      this.#forget(key);
      if (isGood && record !== undefined) this.#remember(key, record, until);
    }
  }

  /** Clears entries before and after a command. What it is changing and what was read meanwhile must not be served. */
  async #around<T>(command: Promise<T>, forget: () => void): Promise<T> {
    forget();
    try {
      return await command;
    } finally {
      forget();
    }
  }

  #remember(key: string, record: SessionRecord, until: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { record: Object.freeze({ ...record }), until });
    if (this.#entries.size <= this.#maxSessions) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    this.#reading.delete(key);
    this.#writing.delete(key);
  }

  #forgetOf(principal: string): void {
    for (const [key, { record }] of this.#entries) if (record.principal === principal) this.#entries.delete(key);
    this.#reading.clear();
    this.#writing.clear();
  }
}

/**
 * Checks the options and fills in the defaults.
 * @throws SessionOptionsError if an option is wrong or unknown
 */
function checkOptions(options: CachedOptions): { ttl: number; maxSessions: number } {
  checkNames('cached()', options, ['ttl', 'maxSessions'], 'cached(store, { ttl: 1000 })');
  const { ttl, maxSessions = 10_000 } = options;
  if (!Number.isSafeInteger(ttl) || ttl < 1)
    throw new SessionOptionsError(
      'ttl',
      'must be a whole number of milliseconds above 0: how long a session may be served from memory',
    );
  if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) {
    throw new SessionOptionsError('maxSessions', 'must be a whole number from 1');
  }
  return { ttl, maxSessions };
}
