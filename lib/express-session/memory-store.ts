import { Store, type StoredSession } from './store.js';

/**
 * express-session's store in memory: every session as text, which leaves when it is asked for after its time and not
 * before. For development; the bounded `MemoryStore` of `typed-session` is another.
 *
 * @example
 * ```ts
 * import { MemoryStore } from 'typed-session/express-session';
 *
 * const store = new MemoryStore();
 * store.length((error, count) => console.log(error ?? count));
 * ```
 */
export class MemoryStore extends Store {
  /** The sessions as JSON, by id. */
  sessions: Record<string, string> = Object.create(null) as Record<string, string>; // it has no prototype, and no sessions yet

  /** All live sessions, by id. */
  all(callback?: (error: null, sessions: Record<string, StoredSession>) => void): void {
    const found = Object.create(null) as Record<string, StoredSession>; // nothing in it yet
    for (const id of Object.keys(this.sessions)) {
      const session = this.#live(id);
      if (session !== undefined) found[id] = session;
    }
    if (callback !== undefined) setImmediate(callback, null, found);
  }

  /** Forgets all sessions. */
  clear(callback?: (error?: unknown) => void): void {
    this.sessions = Object.create(null) as Record<string, string>; // nothing in it yet
    if (callback !== undefined) setImmediate(callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    Reflect.deleteProperty(this.sessions, id);
    if (callback !== undefined) setImmediate(callback);
  }

  override get(id: string, callback: (error?: unknown, session?: StoredSession | null) => void): void {
    setImmediate(callback, null, this.#live(id));
  }

  override set(id: string, session: object, callback?: (error?: unknown) => void): void {
    this.sessions[id] = JSON.stringify(session);
    if (callback !== undefined) setImmediate(callback);
  }

  /** How many live sessions there are. */
  length(callback: (error: null, count: number) => void): void {
    this.all((_error, sessions) => {
      callback(null, Object.keys(sessions).length);
    });
  }

  override touch(id: string, session: object, callback?: (error?: unknown) => void): void {
    const current = this.#live(id);
    if (current !== undefined) {
      const { cookie } = session as StoredSession; // the middleware's sessions have one
      this.sessions[id] = JSON.stringify({ ...current, cookie });
    }
    if (callback !== undefined) setImmediate(callback);
  }

  #live(id: string): StoredSession | undefined {
    const text = this.sessions[id];
    if (text === undefined) return undefined;
    const session = JSON.parse(text) as StoredSession & { cookie?: { expires?: string | null } }; // what was stored here
    const expires = session.cookie?.expires;
    if (typeof expires === 'string' && new Date(expires).getTime() <= Date.now()) {
      Reflect.deleteProperty(this.sessions, id);
      return undefined;
    }
    return session;
  }
}
