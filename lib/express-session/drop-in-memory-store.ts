import { inherits } from 'node:util';
import { defer } from '../timers.js';
import { Store, type StoredSession } from './drop-in-store.js';

/** The in-memory store of express-session: every session as text. An expired session is removed when it is read, not before. */
export interface MemoryStore extends Store {
  /** The sessions as JSON, by id. */
  sessions: Record<string, string>;
  /** All live sessions, by id. */
  all(callback?: ((error: null, sessions: Record<string, StoredSession>) => void) | null): void;
  /** Removes all sessions. */
  clear(callback?: ((error?: unknown) => void) | null): void;
  /** Counts the live sessions. */
  length(callback: (error: null, count: number) => void): void;
  /** Extends a session's deadline, without writing its data. */
  touch(id: string, session: object, callback?: ((error?: unknown) => void) | null): void;
}

/** {@link MemoryStore} as a class, which works with or without `new`, and with both ways of inheritance. */
export interface MemoryStoreConstructor {
  new (): MemoryStore;
  (this: unknown): void;
  /** The prototype of stores. */
  readonly prototype: MemoryStore;
}

function MemoryStoreFunction(this: MemoryStore): void {
  (Store as (this: unknown) => void).call(this);
  this.sessions = empty();
}
inherits(MemoryStoreFunction, Store);

const methods: Omit<MemoryStore, keyof Store | 'sessions'> &
  Pick<Store, 'get' | 'set' | 'destroy' | 'touch'> &
  ThisType<MemoryStore> = {
  all(callback) {
    const found = empty<StoredSession>();
    for (const id of Object.keys(this.sessions)) {
      const session = live(this.sessions, id);
      if (session !== undefined) found[id] = session;
    }
    if (callback) defer(callback, null, found);
  },
  clear(callback) {
    this.sessions = empty();
    if (callback) defer(callback);
  },
  destroy(id, callback) {
    Reflect.deleteProperty(this.sessions, id);
    if (callback) defer(callback);
  },
  get(id, callback) {
    defer(callback, null, live(this.sessions, id));
  },
  set(id, session, callback) {
    this.sessions[id] = JSON.stringify(session);
    if (callback) defer(callback);
  },
  length(callback) {
    this.all((_error, sessions) => {
      callback(null, Object.keys(sessions).length);
    });
  },
  touch(id, session, callback) {
    const current = live(this.sessions, id);
    if (current !== undefined) {
      const { cookie } = session as StoredSession; // the middleware's sessions have one
      this.sessions[id] = JSON.stringify({ ...current, cookie });
    }
    if (callback) defer(callback);
  },
};
Object.assign(MemoryStoreFunction.prototype as object, methods);

/**
 * The in-memory store of express-session, for development. It is not the bounded `MemoryStore` of `typed-session`.
 *
 * @example
 * ```ts
 * import { MemoryStore } from 'typed-session/express-session';
 *
 * const store = new MemoryStore();
 * store.length((error, count) => console.log(error ?? count));
 * ```
 */
export const MemoryStore = MemoryStoreFunction as unknown as MemoryStoreConstructor; // a constructor function, as classes were written before ES2015
Object.defineProperty(MemoryStore, 'name', { value: 'MemoryStore' });

/** A record without a prototype, because `genid` may return any text as an id. */
function empty<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>; // still empty
}

function live(sessions: Record<string, string>, id: string): StoredSession | undefined {
  const text = sessions[id];
  if (!text) return undefined;
  const session = JSON.parse(text) as StoredSession & { cookie?: { expires?: string | number | null } }; // what was stored here
  const expires = session.cookie?.expires;
  if (expires && new Date(expires).getTime() <= Date.now()) {
    Reflect.deleteProperty(sessions, id);
    return undefined;
  }
  return session;
}
