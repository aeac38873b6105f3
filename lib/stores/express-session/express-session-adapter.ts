import { SessionStoreError } from '../../errors.js';
import { isThenable } from '../../realms.js';
import type { ExpressSessionStore } from '../express-session-store.js';
import type { SessionRecord, SessionStore } from '../store-contract.js';
import { fromStoredSession, toStoredSession } from './express-session-layout.js';
import { KeyedMutex } from './keyed-mutex.js';

/** How many deadlines are remembered at most. Each takes about 100 bytes. */
const MOST_DEADLINES = 10_000;

/**
 * Adapts a store that was made for express-session to our contract. Sessions remain under the keys and in the form that
 * express-session uses, so that both can serve one site, one after the other or at the same time.
 *
 * Such a store has no compare-and-swap, and does not report what it removed. An update reads the session again just
 * before it writes, and writes nothing if the session has changed or ended. The changes that this process makes to one
 * session run one after the other. Between the read and the write, for the time of one round trip, another process can
 * still change the session. If that matters, use a store of this library.
 */
export class AdaptedStore implements SessionStore {
  readonly layout = 'express-session';
  readonly #store: ExpressSessionStore;
  /** Deadlines that `touch` has extended. A touch does not change the deadline in the stored session. */
  readonly #deadlines = new Map<string, number>();
  readonly #mutex = new KeyedMutex();
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
      if ((error as { code?: unknown } | null)?.code === 'ENOENT') return undefined; // no file in a file store
      throw error;
    });
    if (found === undefined || found === null) return undefined;
    const now = Date.now();
    // A store with `touch` enforces the deadline itself, so everything that it returns is live.
    const keepsTime = typeof this.#store.touch === 'function';
    const record = fromStoredSession(found, now, keepsTime, this.#deadlines.get(key));
    return record.expiresAt > now ? record : undefined;
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#mutex.run(key, async () => {
      await this.#set(key, record);
      return true;
    });
  }

  update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return this.#mutex.run(key, () => this.#update(key, record, expectedRevision));
  }

  touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return this.#mutex.run(key, () => this.#touch(key, expiresAt, expectedRevision));
  }

  delete(key: string): Promise<boolean> {
    return this.#mutex.run(key, async () => {
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
    // Read first: `touch` of some stores writes the given cookie, and `touch` of others fails if the session is missing.
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

  /** Calls a method with a callback, which may run synchronously or later. Only its first call counts. */
  #call<T>(
    method: string,
    run: (store: ExpressSessionStore, done: (error?: unknown, value?: T) => void) => unknown,
  ): Promise<T | undefined> {
    if (!this.#connected) {
      return Promise.reject(new SessionStoreError(method, "it emitted 'disconnect', and no 'connect' since"));
    }
    return new Promise((resolve, reject) => {
      const returned = run(this.#store, (error, value) => {
        // Rejects with the original value, because GuardedStore reports its type and keeps it as the cause.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        if (error !== undefined && error !== null) reject(error);
        else resolve(value);
      });
      // A store with async methods may reject in addition to calling back, or instead of it.
      if (isThenable(returned)) returned.then(undefined, reject);
    });
  }
}
