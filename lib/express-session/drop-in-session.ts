import type { IncomingMessage } from 'node:http';
import type { Cookie } from './drop-in-cookie.js';
import type { Store } from './drop-in-store.js';

/** A request that carries a session, or its substitute when a store loads a session by itself. */
export interface SessionRequest {
  /** The session's id. If it is not a string, nothing is stored and no cookie is set. */
  sessionID: string;
  /** The session; `undefined` after `destroy()`. */
  session?: Session | null | undefined;
  /** The middleware's store. */
  sessionStore: Store;
}

/** A request as Node, Express, and cookie-parser provide it. */
export type IncomingSessionRequest = IncomingMessage &
  SessionRequest & {
    /** The requested URL, which Express keeps if a router has shortened `url`. */
    readonly originalUrl?: string;
    /** Whether the request arrived over TLS, according to Express. */
    readonly secure?: boolean;
    /** The secret of cookie-parser. */
    readonly secret?: string;
    /** The unsigned cookies that cookie-parser found. */
    readonly cookies?: Readonly<Record<string, unknown>>;
    /** The signed cookies that cookie-parser found. */
    readonly signedCookies?: Readonly<Record<string, unknown>>;
  };

/**
 * A session as in express-session: its enumerable properties are the data and `cookie`. Methods take callbacks and return
 * the session.
 */
export class Session {
  /** The session's id. */
  declare readonly id: string;
  /** The session's cookie, which is stored with the data. */
  declare cookie: Cookie;
  /** The request that the session belongs to. */
  declare readonly req: SessionRequest;
  [field: string]: unknown;

  /** @internal */
  constructor(request: SessionRequest, data?: object | null) {
    Object.defineProperty(this, 'req', { value: request });
    Object.defineProperty(this, 'id', { value: request.sessionID });
    if (typeof data !== 'object' || data === null) return;
    const given = data as Record<string, unknown>; // any property may be read
    for (const name in given) if (!(name in this)) this[name] = given[name];
  }

  /** Resets the cookie's lifetime to its original value. The store is touched at the end of the request. */
  touch(): this {
    return this.resetMaxAge();
  }

  /** Resets the cookie's lifetime to its original value. */
  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge;
    return this;
  }

  /** Stores the session now instead of at the end of the request. */
  save(callback?: (error?: unknown) => void): this {
    this.req.sessionStore.set(this.id, this, callback ?? (() => undefined));
    return this;
  }

  /** Replaces `req.session` with the stored session. */
  reload(callback: (error?: unknown) => void): this {
    const { req } = this;
    req.sessionStore.get(this.id, (error, stored) => {
      if (error) callback(error);
      else if (!stored) callback(new Error('failed to load session'));
      else {
        req.sessionStore.createSession(req, stored);
        callback();
      }
    });
    return this;
  }

  /** Removes the session from the request and from the store. */
  destroy(callback?: (error?: unknown) => void): this {
    delete this.req.session;
    this.req.sessionStore.destroy(this.id, callback);
    return this;
  }

  /** Replaces `req.session` with a new, empty session, and removes this one from the store. */
  regenerate(callback: (error?: unknown) => void): this {
    this.req.sessionStore.regenerate(this.req, callback);
    return this;
  }
}
