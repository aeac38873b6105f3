import { SessionStoreError } from '../../errors.js';
import { isThenable } from '../../realms.js';
import type { ExpressSessionStore } from '../express-session-store.js';
import type { SessionRecord, SessionStore } from '../store-contract.js';
import { fromStoredSession, toStoredSession } from './express-session-layout.js';
import { KeyedMutex } from './keyed-mutex.js';

/** How many deadlines are remembered at most, some 100 bytes each. */
const MOST_DEADLINES = 10_000;

/**
 * One of express-session's stores, seen through our contract. Sessions stay where express-session looks for them and
 * in the form that it reads, so that both can serve one site, in turn or side by side.
 *
 * Such a store can neither compare-and-swap nor say what it removed. An update reads the session again just before it
 * writes, and writes nothing where it has changed or is gone; the changes that this process makes to one session take
 * turns. Between that look and the write, for the time of one round trip, another process can still come in between.
 * Where that matters, use a store of this library.
 */
export class AdaptedStore implements SessionStore {
  readonly layout = 'express-session';
  readonly #store: ExpressSessionStore;
  /** Deadlines pushed out by `touch`, which leaves what the stored session says of its own as it was. */
  readonly #deadlines = new Map<string, number>();
  readonly #turns = new KeyedMutex();
  #connected = true;

  constructor(store: ExpressSessionStore) {
    this.#store = store;
    store.on?.('disconnect', () => {
      this.#connected = false;
    });
    store.on?.('connect', () => {
      this.#connected = true;
    });
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const found = await this.#call<unknown>('get', (store, done) => store.get(key, done)).catch((error: unknown) => {
      if ((error as { code?: unknown } | null)?.code === 'ENOENT') return undefined; // a store of files has none of this name
      throw error;
    });
    if (found === undefined || found === null) return undefined;
    const now = Date.now();
    // A store that can touch keeps the deadline itself, and what it returns is alive.
    const keepsTime = typeof this.#store.touch === 'function';
    const record = fromStoredSession(found, now, keepsTime, this.#deadlines.get(key));
    return record.expiresAt > now ? record : undefined;
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#turns.run(key, async () => {
      await this.#set(key, record);
      return true;
    });
  }

  update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return this.#turns.run(key, () => this.#update(key, record, expectedRevision));
  }

  touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return this.#turns.run(key, () => this.#touch(key, expiresAt, expectedRevision));
  }

  delete(key: string): Promise<boolean> {
    return this.#turns.run(key, async () => {
      this.#deadlines.delete(key);
      await this.#call('destroy', (store, done) => store.destroy(key, done));
      return true;
    });
  }

  async #update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const current = await this.read(key);
    if (current?.revision !== expectedRevision) return false;
    await this.#set(key, record);
    return true;
  }

  async #touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    // Read first: some stores write the cookie that they are given to touch with, others an error for a missing session.
    const current = await this.read(key);
    if (current?.revision !== expectedRevision) return false;
    const moved = { ...current, expiresAt };
    if (typeof this.#store.touch === 'function') {
      await this.#call('touch', (store, done) => store.touch?.(key, toStoredSession(moved), done));
      this.#remember(key, expiresAt);
    } else {
      await this.#set(key, moved);
    }
    return true;
  }

  async #set(key: string, record: SessionRecord): Promise<void> {
    this.#deadlines.delete(key);
    await this.#call('set', (store, done) => store.set(key, toStoredSession(record), done));
  }

  #remember(key: string, expiresAt: number): void {
    this.#deadlines.delete(key);
    this.#deadlines.set(key, expiresAt);
    if (this.#deadlines.size <= MOST_DEADLINES) return;
    for (const oldest of this.#deadlines.keys()) {
      this.#deadlines.delete(oldest);
      break;
    }
  }

  /** Calls a method that answers by a callback, at once or later; what it says after its first word is not heard. */
  #call<T>(
    method: string,
    run: (store: ExpressSessionStore, done: (error?: unknown, value?: T) => void) => unknown,
  ): Promise<T | undefined> {
    if (!this.#connected) {
      return Promise.reject(new SessionStoreError(method, "it emitted 'disconnect', and no 'connect' since"));
    }
    return new Promise((resolve, reject) => {
      const returned = run(this.#store, (error, value) => {
        // The very value: GuardedStore names its kind and keeps it as the cause.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        if (error !== undefined && error !== null) reject(error);
        else resolve(value);
      });
      // A store of async functions may reject besides, or instead of, calling back.
      if (isThenable(returned)) returned.then(undefined, reject);
    });
  }
}
