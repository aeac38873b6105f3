import { EventEmitter } from 'node:events';
import { inherits } from 'node:util';
import { Cookie, type GivenCookie } from './drop-in-cookie.js';
import type { CookieData } from './drop-in-types.js';
import { Session, type SessionRequest } from './drop-in-session.js';

/** What a store returns of a session: its data, and its cookie as JSON left it. */
export interface StoredSession {
  /** The cookie's attributes. */
  cookie: GivenCookie & Partial<Pick<CookieData, 'originalMaxAge'>>;
  [field: string]: unknown;
}

/** The base class of stores, as express-session has it: an EventEmitter that stores inherit from, by whatever means. */
export interface Store extends EventEmitter {
  /** Fetches a session. */
  get(id: string, callback: (error?: unknown, session?: StoredSession | null) => void): void;
  /** Stores a session. */
  set(id: string, session: object, callback?: (error?: unknown) => void): void;
  /** Removes a session. */
  destroy(id: string, callback?: (error?: unknown) => void): void;
  /** Pushes a session's deadline out. Whether a store can is looked at once, when the middleware is made. */
  touch?(id: string, session: object, callback?: (error?: unknown) => void): void;
  /** Makes a new session on a request; the middleware that was made last puts its own here. */
  generate(request: SessionRequest): void;
  /** Removes the request's session and makes a new one. */
  regenerate(request: SessionRequest, callback: (error?: unknown) => void): void;
  /** Fetches a session outside of any request. */
  load(id: string, callback: (error?: unknown, session?: Session) => void): void;
  /** Makes a stored session the request's. */
  createSession(request: SessionRequest, stored: StoredSession): Session;
}

/** {@link Store} as a class: with `new` or without, extended or inherited from. */
export interface StoreConstructor {
  new (): Store;
  (this: unknown): void;
  /** What stores inherit. */
  readonly prototype: Store;
}

function StoreFunction(this: Store): void {
  Reflect.apply(EventEmitter as unknown as () => void, this, []); // callable: Node's own subclasses call it so
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
    if (typeof expires === 'string') cookie.expires = new Date(expires); // JSON's
    cookie.originalMaxAge = originalMaxAge as number | null; // as it was, whatever that is
    stored.cookie = cookie; // a cookie has all of these
    const session = new Session(request, stored);
    request.session = session;
    return session;
  },
};
Object.assign(StoreFunction.prototype as object, methods);

/**
 * The base class that stores of express-session's kind extend.
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
export const Store = StoreFunction as unknown as StoreConstructor; // a function of the kind that classes were made of
Object.defineProperty(Store, 'name', { value: 'Store' });
