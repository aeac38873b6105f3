import { SessionOptionsError } from '../../errors.js';
import { after, nextTurn, type Stop } from '../../timers.js';
import { checkNames } from '../store-options.js';
import type { ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import { RecordTable } from './record-table.js';

/**
 * Options of {@link MemoryStore}.
 *
 * @group Stores
 */
export interface MemoryStoreOptions {
  /**
   * The maximum number of sessions, a whole number from 1 to 10 000 000. Each session needs about 0.3 kB of memory
   * in addition to its payload. Default: 100 000.
   *
   * If the store is full, a new session replaces an expired one. If no expired one is found, it replaces the session
   * without a principal that was stored or touched longest ago. Only if every session has a principal, it replaces the
   * oldest of those. So a flood of new sessions ends the sessions of other visitors, but it neither ends the sessions of
   * users nor exhausts the memory.
   */
  readonly maxSessions?: number | undefined;
}

const DEFAULT_MAX_SESSIONS = 100_000;

const MOST_SESSIONS = 10_000_000;

/** How long one slice of pruning may block the event loop, in milliseconds. */
const SLICE = 1;

/** How many sessions a slice checks before it checks the clock. If all of them have expired, this takes 0.3 milliseconds. */
const STEP = 256;

/** How many sessions `revoke` removes before other work has its turn. */
const PAGE = 500;

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
 * @group Stores
 */
export class MemoryStore implements SessionStore {
  readonly #maxSessions: number;
  #records = new RecordTable();
  /** The slot at which the search for expired records continues. */
  #pass = 0;
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
    const slot = this.#live(key);
    return slot === undefined ? undefined : this.#records.read(slot);
  }

  async create(key: string, record: SessionRecord): Promise<boolean> {
    if (this.#live(key) !== undefined) return false;
    if (this.#records.size >= this.#maxSessions) this.#makeRoom();
    this.#records.add(key, record);
    if (this.#stopTimer === undefined) this.#wakeIn(PASS_PAUSE);
    return true;
  }

  async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const slot = this.#live(key);
    if (slot === undefined || this.#records.revision(slot) !== expectedRevision) return false;
    this.#records.replace(slot, record);
    return true;
  }

  async touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    const slot = this.#live(key);
    if (slot === undefined || this.#records.revision(slot) !== expectedRevision) return false;
    this.#records.touch(slot, expiresAt);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    const slot = this.#live(key);
    if (slot === undefined) return false;
    this.#remove(slot);
    return true;
  }

  async list(principal: string): Promise<StoreEntry[]> {
    const now = Date.now();
    const entries = this.#records.slotsOf(principal).map((slot) => this.#entryAt(slot, now));
    return entries.filter((entry) => entry !== undefined);
  }

  async revoke(principal: string, except: readonly string[]): Promise<number> {
    const kept = new Set(except);
    const keys = this.#records.slotsOf(principal).map((slot) => this.#records.keyAt(slot) ?? '');
    let removed = 0;
    for (const [at, key] of keys.entries()) {
      if (at % PAGE === PAGE - 1) await nextTurn();
      const slot = kept.has(key) ? undefined : this.#live(key);
      if (slot === undefined || this.#records.principal(slot) !== principal) continue; // changed in an earlier turn
      this.#remove(slot);
      removed += 1;
    }
    return removed;
  }

  async prune(): Promise<number> {
    let removed = 0;
    for (let slot = 0; ;) {
      const before = this.#records.size;
      slot = this.#slice(slot);
      removed += before - this.#records.size;
      if (slot >= this.#records.end) return removed;
      await nextTurn();
    }
  }

  async size(): Promise<number> {
    return this.#records.size;
  }

  /** In the order of their slots. The cursor is the next slot. */
  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const now = Date.now();
    const entries: StoreEntry[] = [];
    let slot = Number(cursor ?? 0);
    for (; slot < this.#records.end && entries.length < limit; slot++) {
      const entry = this.#entryAt(slot, now);
      if (entry !== undefined) entries.push(entry);
    }
    return { entries, next: slot < this.#records.end ? String(slot) : undefined };
  }

  /** Removes every session and stops the timer. */
  async close(): Promise<void> {
    this.#records = new RecordTable();
    this.#rest();
  }

  /** Returns the slot of a live record. An expired record is removed. */
  #live(key: string): number | undefined {
    const slot = this.#records.slotOf(key);
    if (slot === undefined || !this.#records.isExpired(slot, Date.now())) return slot;
    this.#remove(slot);
    return undefined;
  }

  /** Returns the key and the record in a slot if it has a live one. */
  #entryAt(slot: number, now: number): StoreEntry | undefined {
    const key = this.#records.keyAt(slot);
    return key === undefined || this.#records.isExpired(slot, now) ? undefined : [key, this.#records.read(slot)];
  }

  #remove(slot: number): void {
    this.#records.remove(slot);
    if (this.#records.size === 0) this.#rest();
  }

  /**
   * Makes room in a full table. It continues to check slots where the last check stopped, and starts over at the end. In a
   * small table, it finds every expired record. In a large table, the passes of the timer find the rest.
   */
  #makeRoom(): void {
    this.#pass = this.#step(this.#pass);
    if (this.#pass >= this.#records.end) this.#pass = this.#step(0);
    if (this.#records.size < this.#maxSessions) return;
    const oldest = this.#records.oldest();
    if (oldest !== undefined) this.#remove(oldest);
  }

  /** Checks some more slots and removes the expired records. Returns where the next step continues. */
  #step(from: number): number {
    const now = Date.now();
    const to = Math.min(from + STEP, this.#records.end);
    let slot = this.#records.nextExpired(from, to, now);
    while (slot < to) {
      this.#remove(slot);
      slot = this.#records.nextExpired(slot + 1, to, now);
    }
    return to;
  }

  /** Continues until the pass is complete or the time of the slice is up. Returns where the next slice continues. */
  #slice(from: number): number {
    const until = performance.now() + SLICE;
    let slot = from;
    do slot = this.#step(slot);
    while (slot < this.#records.end && performance.now() < until);
    return slot;
  }

  #wakeIn(delay: number): void {
    this.#stopTimer = after(delay, () => this.#wake(), false);
  }

  #wake(): void {
    this.#pass = this.#slice(this.#pass);
    const ended = this.#pass >= this.#records.end;
    if (ended) this.#pass = 0;
    if (this.#records.size > 0) this.#wakeIn(ended ? PASS_PAUSE : SLICE_PAUSE);
  }

  /** Stops the timer, because there are no entries. */
  #rest(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#pass = 0;
  }
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
