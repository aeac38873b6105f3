import type { IncomingMessage } from 'node:http';
import type { Cookie } from './drop-in-cookie.js';
import type { Store } from './drop-in-store.js';

/** A request that carries a session, or what stands in for one when a store loads a session by itself. */
export interface SessionRequest {
  /** The session's id. A value that is no string is never stored, and no cookie set for it. */
  sessionID: string;
  /** The session; `undefined` after `destroy()`. */
  session?: Session | null | undefined;
  /** The middleware's store. */
  sessionStore: Store;
}

/** A request as Node, Express and cookie-parser give it. */
export type IncomingSessionRequest = IncomingMessage &
  SessionRequest & {
    /** The URL that was asked for, which Express keeps where a router has shortened `url`. */
    readonly originalUrl?: string;
    /** Whether the request came over TLS, as Express sees it. */
    readonly secure?: boolean;
    /** cookie-parser's secret. */
    readonly secret?: string;
    /** The unsigned cookies, as cookie-parser found them. */
    readonly cookies?: Readonly<Record<string, unknown>>;
    /** The signed cookies, as cookie-parser found them. */
    readonly signedCookies?: Readonly<Record<string, unknown>>;
  };

/**
 * A session as express-session has it: its enumerable properties are the data and `cookie`; methods take callbacks and
 * return the session.
 */
export class Session {
  /** The session's id. */
  declare readonly id: string;
  /** The session's cookie, kept with it. */
  declare cookie: Cookie;
  /** The request that the session belongs to. */
  declare readonly req: SessionRequest;
  [field: string]: unknown;

  /** @internal */
  constructor(request: SessionRequest, data?: object | null) {
    Object.defineProperty(this, 'req', { value: request });
    Object.defineProperty(this, 'id', { value: request.sessionID });
    if (typeof data !== 'object' || data === null) return;
    const given = data as Record<string, unknown>; // any object can be asked
    for (const name in given) if (!(name in this)) this[name] = given[name];
  }

  /** Sets the cookie's life back to what it was; the store is told at the end of the request. */
  touch(): this {
    return this.resetMaxAge();
  }

  /** Sets the cookie's life back to what it was. */
  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge;
    return this;
  }

  /** Stores the session now; without it that happens at the end of the request. */
  save(callback?: (error?: unknown) => void): this {
    this.req.sessionStore.set(this.id, this, callback ?? (() => undefined));
    return this;
  }

  /** Puts the stored session in the place of `req.session`. */
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

  /** Takes the session off the request and out of the store. */
  destroy(callback?: (error?: unknown) => void): this {
    delete this.req.session;
    this.req.sessionStore.destroy(this.id, callback);
    return this;
  }

  /** Puts a new, empty session in the place of `req.session`, and this one out of the store. */
  regenerate(callback: (error?: unknown) => void): this {
    this.req.sessionStore.regenerate(this.req, callback);
    return this;
  }
}
