import { SessionOptionsError } from '../../errors.js';
import { after, nextTurn, type Stop } from '../../timers.js';
import { checkNames } from '../store-options.js';
import type { RecordField } from '../record-fields.js';
import type { ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import { EntryMap } from './entry-map.js';
import { PrincipalIndex, type Entry } from './principal-index.js';

/** Options of {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /**
   * The maximum number of sessions, a whole number from 1 to 10 000 000. Each session needs about 0.4 kB of heap in
   * addition to its payload. Default: 100 000.
   *
   * If the store is full, a new session replaces an expired one. If no expired one is found, it replaces the session
   * without a principal that was stored or touched longest ago. Only if every session has a principal, it replaces the
   * oldest of those. So a flood of new sessions ends the sessions of other visitors, but it neither ends the sessions of
   * users nor exhausts the memory.
   */
  readonly maxSessions?: number | undefined;
}

const DEFAULT_MAX_SESSIONS = 100_000;

/** A `Map` cannot hold more than 16.7 million entries. */
const MOST_SESSIONS = 10_000_000;

/** How long one slice of pruning may block the event loop, in milliseconds. */
const SLICE = 2;

/** How many sessions a slice checks before it checks the clock. This takes some microseconds. */
const STEP = 256;

/** The pause between two slices of one pass, in milliseconds. A pass takes at most a tenth of the event loop's time. */
const SLICE_PAUSE = 20;

/** The pause between two passes, in milliseconds. */
const PASS_PAUSE = 1_000;

let warned = false;

/**
 * Keeps sessions in the memory of this process. Use it for development and tests, and for a single process whose sessions
 * may be lost when it restarts. In production (`NODE_ENV=production`), the first store of a process emits a warning.
 *
 * Expired sessions are removed automatically, about a second after their deadline, a few at a time.
 *
 * @throws {@link SessionOptionsError} if an option is wrong or unknown
 *
 * @example
 * ```ts
 * import { MemoryStore } from 'typed-session';
 *
 * export const store = new MemoryStore({ maxSessions: 10_000 });
 * ```
 */
export class MemoryStore implements SessionStore {
  readonly #maxSessions: number;
  /** In the order in which they were last stored or touched, oldest first. */
  readonly #entries = new EntryMap();
  readonly #principals = new PrincipalIndex();
  /** Where the search for expired entries continues. */
  #pass: Iterator<Entry> | undefined;
  /** Runs only while there are entries. */
  #stopTimer: Stop | undefined;

  /**
   * @param options - the maximum number of sessions
   */
  constructor(options: MemoryStoreOptions = {}) {
    this.#maxSessions = checkOptions(options);
    warnInProduction();
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    return this.#live(key)?.record;
  }

  async create(key: string, record: SessionRecord): Promise<boolean> {
    if (this.#live(key) !== undefined) return false;
    if (this.#entries.size >= this.#maxSessions) this.#makeRoom();
    const entry = { key, record: copyOf(record, record.expiresAt) };
    this.#entries.put(entry);
    this.#principals.add(entry);
    if (this.#stopTimer === undefined) this.#wakeIn(PASS_PAUSE);
    return true;
  }

  async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return this.#replace(this.#live(key), record, record.expiresAt, expectedRevision);
  }

  async touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    const entry = this.#live(key);
    return this.#replace(entry, entry?.record, expiresAt, expectedRevision);
  }

  async delete(key: string): Promise<boolean> {
    const entry = this.#live(key);
    if (entry === undefined) return false;
    this.#remove(entry);
    return true;
  }

  async list(principal: string): Promise<StoreEntry[]> {
    const now = Date.now();
    const live = this.#principals.of(principal).filter(({ record }) => record.expiresAt > now);
    return live.map(({ key, record }) => [key, record] as const);
  }

  async revoke(principal: string, except: readonly string[]): Promise<number> {
    const entries = (await this.list(principal)).filter(([key]) => !except.includes(key));
    const removed = await Promise.all(entries.map(([key]) => this.delete(key)));
    return removed.filter(Boolean).length;
  }

  async prune(): Promise<number> {
    const pass = this.#entries.values();
    let removed = 0;
    for (;;) {
      const before = this.#entries.size;
      const ended = this.#slice(pass);
      removed += before - this.#entries.size;
      if (ended) return removed;
      await nextTurn();
    }
  }

  async size(): Promise<number> {
    return this.#entries.size;
  }

  /** Ordered by key. Each page sorts the keys after its cursor, which is cheap enough for what runs once in a release. */
  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const now = Date.now();
    const page: Entry[] = [...this.#entries.values()]
      .filter(({ key, record }) => record.expiresAt > now && (cursor === undefined || key > cursor))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit);
    return {
      entries: page.map(({ key, record }) => [key, record] as const),
      next: page.length < limit ? undefined : page.at(-1)?.key,
    };
  }

  /** Removes every session and stops the timer. */
  async close(): Promise<void> {
    this.#entries.clear();
    this.#principals.clear();
    this.#rest();
  }

  /** Returns the entry under this key. An expired entry is removed. */
  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.record.expiresAt > Date.now()) return entry;
    this.#remove(entry);
    return undefined;
  }

  /** The compare-and-swap of `update` and `touch`. Nothing else runs between the comparison and the change. */
  #replace(
    entry: Entry | undefined,
    record: SessionRecord | undefined,
    expiresAt: number,
    expectedRevision: number,
  ): boolean {
    if (entry === undefined || record === undefined || entry.record.revision !== expectedRevision) return false;
    this.#principals.remove(entry);
    this.#entries.delete(entry);
    entry.record = copyOf(record, expiresAt);
    this.#principals.add(entry);
    this.#entries.put(entry); // at the end, because it is the newest now
    return true;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry);
    this.#principals.remove(entry);
    if (this.#entries.size === 0) this.#rest();
  }

  /**
   * Makes room in a full map. It continues to check entries where the last check stopped, and starts over at the end. In
   * a small map, it finds every expired entry. In a large map, the passes of the timer find the rest.
   */
  #makeRoom(): void {
    this.#pass ??= this.#entries.values();
    if (this.#step(this.#pass)) {
      this.#pass = this.#entries.values();
      this.#step(this.#pass);
    }
    if (this.#entries.size < this.#maxSessions) return;
    const oldest = this.#entries.oldest();
    if (oldest !== undefined) this.#remove(oldest);
  }

  /** Checks some more entries and removes the expired ones. Returns `true` if the pass is complete. */
  #step(pass: Iterator<Entry>): boolean {
    const now = Date.now();
    for (let seen = 0; seen < STEP; seen++) {
      const next = pass.next();
      if (next.done === true) return true;
      if (next.value.record.expiresAt <= now) this.#remove(next.value);
    }
    return false;
  }

  /** Continues until the pass is complete or the time of the slice is up. Returns `true` if the pass is complete. */
  #slice(pass: Iterator<Entry>): boolean {
    const until = performance.now() + SLICE;
    do {
      if (this.#step(pass)) return true;
    } while (performance.now() < until);
    return false;
  }

  #wakeIn(delay: number): void {
    this.#stopTimer = after(delay, () => this.#wake(), false);
  }

  #wake(): void {
    this.#entries.releaseIterators();
    const ended = this.#slice((this.#pass ??= this.#entries.values()));
    if (ended) this.#pass = undefined;
    if (this.#entries.size > 0) this.#wakeIn(ended ? PASS_PAUSE : SLICE_PAUSE);
  }

  /** Stops the timer, because there are no entries. */
  #rest(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#pass = undefined;
    this.#entries.releaseIterators();
  }
}

/** Returns a frozen copy. The same object is returned to callers, and they cannot change what is stored. */
function copyOf(record: SessionRecord, expiresAt: number): SessionRecord {
  return Object.freeze({
    data: record.data,
    revision: record.revision,
    schemaVersion: record.schemaVersion,
    createdAt: record.createdAt,
    expiresAt,
    cookieMaxAge: record.cookieMaxAge,
    principal: record.principal,
    forwardTo: record.forwardTo,
    mirroredUntil: record.mirroredUntil,
    writeId: record.writeId,
    usedAt: record.usedAt,
  } satisfies Record<RecordField | 'data' | 'revision' | 'expiresAt', unknown>);
}

function checkOptions(options: MemoryStoreOptions): number {
  checkNames('MemoryStore', options, ['maxSessions'], 'new MemoryStore({ maxSessions: 10_000 })');
  const { maxSessions = DEFAULT_MAX_SESSIONS } = options;
  if (!Number.isInteger(maxSessions) || maxSessions < 1 || maxSessions > MOST_SESSIONS) {
    throw new SessionOptionsError('maxSessions', `must be a whole number from 1 to ${MOST_SESSIONS}`);
  }
  return maxSessions;
}

function warnInProduction(): void {
  if (warned || process.env['NODE_ENV'] !== 'production') return;
  warned = true;
  process.emitWarning(
    'MemoryStore holds sessions in this process alone: they are lost when it restarts and unknown to other processes. ' +
      'Use a store that outlives the process, such as the one of typed-session/sqlite.',
    { type: 'TypedSessionWarning', code: 'TYPED_SESSION_MEMORY_STORE' },
  );
}
