import type { CipherKey } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Request } from 'express-serve-static-core';
import type { AnyRequest, AnyResponse } from '../node/node-messages.js';
import type { ExpressSessionStore } from '../stores/express-session-store.js';

// The types of the drop-in are those of `@types/express-session`, under the same names, so that an app and the typings of
// its stores compile with the import changed. What they leave open with `any`, an app may rely on: a callback that
// takes an `Error`, for example.
/* eslint-disable @typescript-eslint/no-explicit-any -- apps rely on the any of those types */

/** The data of a session as `@types/express-session` knows it, if a program has that package. */
type OtherSessionData = Express.Request extends {
  sessionStore: { get(id: string, callback: (error: any, session?: infer Data | null) => void): void };
}
  ? Data
  : object;

/**
 * The data of a session. Declare your fields by declaration merging.
 *
 * @example
 * ```ts
 * import 'typed-session/express-session';
 *
 * declare module 'typed-session/express-session' {
 *   interface SessionData {
 *     views: number;
 *   }
 * }
 * ```
 */
export interface SessionData extends OtherSessionData {
  /** The session's cookie, which is stored with the data. */
  cookie: Cookie;
}

/** The attributes of a cookie, as express-session takes them. */
export interface CookieOptions {
  /** When the cookie expires after it was set, in milliseconds. Default: a browser-session cookie. */
  maxAge?: number | undefined;
  /** When the cookie expires. Of `maxAge` and `expires`, the one that is set last counts. */
  expires?: Date | null | undefined;
  /** Whether scripts in the page cannot read the cookie. Default: `true`. */
  httpOnly?: boolean | undefined;
  /** Whether the cookie is sent over TLS only; `'auto'` follows the first request. Default: not set. */
  secure?: boolean | 'auto' | undefined;
  /** Whether requests from other sites carry the cookie; `'auto'` is `'none'` over TLS and `'lax'` otherwise. Default: not set. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined;
  /** The path that the cookie is limited to. Default: `'/'`. */
  path?: string | undefined;
  /** The domain that the cookie is valid for. Default: the host alone. */
  domain?: string | undefined;
  /** The priority by which Chromium evicts cookies. Default: not set. */
  priority?: 'low' | 'medium' | 'high' | undefined;
  /** Whether the cookie is kept apart for each top-level site (CHIPS). Default: not set. */
  partitioned?: boolean | undefined;
  /** Accepted and kept without effect, as in express-session. */
  encode?: ((value: string) => string) | undefined;
  /** Accepted and kept without effect, as in express-session: the cookie is always signed. */
  signed?: boolean | undefined;
}

/** The cookie of a session. Its lifetime counts down, and it is stored with the session. */
export interface Cookie {
  /** The lifetime that the cookie started with, in milliseconds; `null` for a browser-session cookie. */
  originalMaxAge: number | null;
  /** The remaining lifetime, in milliseconds. */
  maxAge?: number | undefined;
  /** See {@link CookieOptions.signed}. */
  signed?: boolean | undefined;
  /** When the cookie expires; `null` for a browser-session cookie. */
  expires?: Date | null | undefined;
  /** See {@link CookieOptions.httpOnly}. */
  httpOnly?: boolean | undefined;
  /** See {@link CookieOptions.path}. */
  path?: string | undefined;
  /** See {@link CookieOptions.domain}. */
  domain?: string | undefined;
  /** See {@link CookieOptions.secure}. */
  secure?: boolean | 'auto' | undefined;
  /** See {@link CookieOptions.sameSite}; never `'auto'`, which is resolved when the session starts. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined;
}

/** The form of a cookie that a store gets, and that its JSON has. */
export interface CookieData {
  /** The lifetime that the cookie started with, in milliseconds; `null` for a browser-session cookie. */
  originalMaxAge: number | null;
  /** See {@link CookieOptions.partitioned}. */
  partitioned: boolean | undefined;
  /** See {@link CookieOptions.priority}. */
  priority: 'low' | 'medium' | 'high' | undefined;
  /** See {@link CookieOptions.expires}. */
  expires: Date | null | undefined;
  /** See {@link CookieOptions.secure}. */
  secure: boolean | 'auto' | undefined;
  /** See {@link CookieOptions.httpOnly}. */
  httpOnly: boolean;
  /** See {@link CookieOptions.domain}. */
  domain: string | undefined;
  /** See {@link CookieOptions.path}. */
  path: string;
  /** See {@link CookieOptions.sameSite}. */
  sameSite: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined;
}

/** The additional members of a {@link Cookie} that you create yourself. */
export interface CookieMembers {
  /** The attributes, without those that count down. */
  readonly data: CookieData;
  /**
   * Returns the Set-Cookie header for a value.
   * @throws TypeError if an attribute cannot be part of a header
   */
  serialize(name: string, value: string): string;
  /** Returns {@link CookieMembers.data}. */
  toJSON(): CookieData;
}

/** {@link Cookie} as a class. */
export interface CookieConstructor {
  /** @throws TypeError if `options` is not an object, or `maxAge` is neither a number nor a `Date` */
  new (options?: CookieOptions | null): Cookie & CookieMembers;
  /** The prototype of all cookies. */
  readonly prototype: Cookie & CookieMembers;
}

/** A session, such as `req.session`, with the fields of {@link SessionData}. */
export declare class Session {
  private constructor(request: Request, data?: object);
  /** The session's id. */
  id: string;
  /** The session's cookie, which is stored with the data. */
  cookie: Cookie;
  /** Removes this session and starts a new, empty one as `req.session`. */
  regenerate(callback: (error: any) => void): this;
  /** Removes the session from the request and from the store. */
  destroy(callback?: (error: any) => void): this;
  /** Replaces `req.session` with what is stored. */
  reload(callback: (error: any) => void): this;
  /** Resets the cookie's lifetime to its original value. */
  resetMaxAge(): this;
  /** Stores the session now; otherwise this happens at the end of the request. */
  save(callback?: (error: any) => void): this;
  /** Resets the cookie's lifetime to its original value. The store is touched at the end of the request. */
  touch(): this;
}

/** The base class of stores that are made for express-session. */
export declare abstract class Store extends EventEmitter {
  /** Removes the request's session and starts a new one. */
  regenerate(request: Request, callback: (error?: any) => any): void;
  /** Fetches a session outside of a request. */
  load(id: string, callback: (error: any, session?: SessionData) => any): void;
  /** Makes a stored session the session of a request. */
  createSession(request: Request, session: SessionData): Session & SessionData;
  /** Fetches a session. */
  abstract get(id: string, callback: (error: any, session?: SessionData | null) => void): void;
  /** Stores a session. */
  abstract set(id: string, session: SessionData, callback?: (error?: any) => void): void;
  /** Removes a session. */
  abstract destroy(id: string, callback?: (error?: any) => void): void;
  /** Returns all sessions. */
  all?(callback: (error: any, sessions?: SessionData[] | Record<string, SessionData> | null) => void): void;
  /** Counts the sessions. */
  length?(callback: (error: any, length?: number) => void): void;
  /** Removes all sessions. */
  clear?(callback?: (error?: any) => void): void;
  /** Extends a session's deadline. The middleware checks once, when it is created, whether the store has this method. */
  touch?(id: string, session: SessionData, callback?: () => void): void;
}

/** The in-memory store of express-session: every session as text. An expired session is removed when it is read. */
export declare class MemoryStore extends Store {
  /** The sessions as JSON, by id. */
  sessions: Record<string, string>;
  get(id: string, callback: (error: any, session?: SessionData | null) => void): void;
  set(id: string, session: SessionData, callback?: (error?: any) => void): void;
  destroy(id: string, callback?: (error?: any) => void): void;
  all(callback: (error: any, sessions?: Record<string, SessionData> | null) => void): void;
  length(callback: (error: any, length?: number) => void): void;
  clear(callback?: (error?: any) => void): void;
  touch(id: string, session: SessionData, callback?: () => void): void;
}

/** The options of express-session, with its defaults. */
export interface SessionOptions {
  /** Signs the cookie. In an array, the first one signs and all of them verify. If it is left out, `req.secret` is used, which is deprecated. */
  secret?: CipherKey | readonly CipherKey[] | undefined;
  /** The cookie's name. Default: `'connect.sid'`. */
  name?: string | undefined;
  /** The old name of the option `name`. */
  key?: string | undefined;
  /** Where sessions are stored. Default: a new {@link MemoryStore}. */
  store?: Store | ExpressSessionStore | undefined;
  /** The cookie's attributes, or a function of the request that returns them. */
  cookie?: CookieOptions | ((request: Request) => CookieOptions) | undefined;
  /** Returns a new session's id. Default: 24 random bytes as base64url. */
  genid?(request: Request): string;
  /** Whether `X-Forwarded-Proto` is trusted. If it is left out, Express's `req.secure` decides. */
  proxy?: boolean | undefined;
  /** Whether unchanged sessions are stored. Default: `true`, with a deprecation notice. */
  resave?: boolean | undefined;
  /** Whether every response sets the cookie. Default: `false`. */
  rolling?: boolean | undefined;
  /** Whether new sessions are stored although nothing was set on them. Default: `true`, with a deprecation notice. */
  saveUninitialized?: boolean | undefined;
  /** What it means if `req.session` is gone at the end: `'destroy'` removes it from the store. Default: `'keep'`. */
  unset?: 'destroy' | 'keep' | undefined;
}

/** The middleware, for Express and for bare servers. */
export type SessionHandler = (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void) => void;

/** What the drop-in adds to a request. */
export interface DropInRequest {
  /** The session; `undefined` at run time after `destroy()`. */
  session: Session & Partial<SessionData>;
  /** The session's id. */
  sessionID: string;
}

/* eslint-enable @typescript-eslint/no-explicit-any */
