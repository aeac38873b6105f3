import { EventEmitter } from 'node:events';
import { inherits } from 'node:util';
import { Cookie, type GivenCookie } from './drop-in-cookie.js';
import type { CookieData } from './drop-in-types.js';
import { Session, type SessionRequest } from './drop-in-session.js';

/** A session as a store returns it: its data, and its cookie as parsed JSON. */
export interface StoredSession {
  /** The cookie's attributes. */
  cookie: GivenCookie & Partial<Pick<CookieData, 'originalMaxAge'>>;
  [field: string]: unknown;
}

/** The base class of stores, as in express-session: an EventEmitter. Stores may inherit from it in any way. */
export interface Store extends EventEmitter {
  /** Fetches a session. */
  get(id: string, callback: (error?: unknown, session?: StoredSession | null) => void): void;
  /** Stores a session. */
  set(id: string, session: object, callback?: (error?: unknown) => void): void;
  /** Removes a session. */
  destroy(id: string, callback?: (error?: unknown) => void): void;
  /** Extends a session's deadline. The middleware checks once, when it is created, whether the store has this method. */
  touch?(id: string, session: object, callback?: (error?: unknown) => void): void;
  /** Gives a request a new session. The last middleware that was created sets this method. */
  generate(request: SessionRequest): void;
  /** Removes the request's session and starts a new one. */
  regenerate(request: SessionRequest, callback: (error?: unknown) => void): void;
  /** Fetches a session outside of any request. */
  load(id: string, callback: (error?: unknown, session?: Session) => void): void;
  /** Makes a stored session the session of a request. */
  createSession(request: SessionRequest, stored: StoredSession): Session;
}

/** {@link Store} as a class, which works with or without `new`, and with both ways of inheritance. */
export interface StoreConstructor {
  new (): Store;
  (this: unknown): void;
  /** The prototype of stores. */
  readonly prototype: Store;
}

function StoreFunction(this: Store): void {
  Reflect.apply(EventEmitter as unknown as () => void, this, []); // it can be called without `new`, as Node's own subclasses do
}
inherits(StoreFunction, EventEmitter);

const methods: Pick<Store, 'regenerate' | 'load' | 'createSession'> & ThisType<Store> = {
  regenerate(request, callback) {
    this.destroy(request.sessionID, (error) => {
      this.generate(request);
      callback(error);
    });
  },
  load(id, callback) {
    this.get(id, (error, stored) => {
      if (error) callback(error);
      else if (!stored) callback();
      else callback(null, this.createSession({ sessionID: id, sessionStore: this }, stored));
    });
  },
  createSession(request, stored) {
    const expires = stored.cookie.expires;
    const originalMaxAge = stored.cookie.originalMaxAge;
    const cookie = new Cookie(stored.cookie);
    if (typeof expires === 'string') cookie.expires = new Date(expires); // from JSON
    cookie.originalMaxAge = originalMaxAge as number | null; // unchanged, whatever its type
    stored.cookie = cookie; // a cookie has all of these
    const session = new Session(request, stored);
    request.session = session;
    return session;
  },
};
Object.assign(StoreFunction.prototype as object, methods);

/**
 * The base class that stores made for express-session extend.
 *
 * @example
 * ```ts
 * import { Store } from 'typed-session/express-session';
 *
 * export class MyStore extends Store {
 *   override get(id: string, callback: (error?: unknown, session?: null) => void): void {
 *     callback(null, null);
 *   }
 * }
 * ```
 */
export const Store = StoreFunction as unknown as StoreConstructor; // a constructor function, as classes were written before ES2015
Object.defineProperty(Store, 'name', { value: 'Store' });
