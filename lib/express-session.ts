/**
 * express-session's face on this library: its options with its defaults, its callbacks, its `Store`, `Cookie`,
 * `Session` and `MemoryStore`. An app that uses express-session changes the import and nothing else.
 *
 * Differs only in what no handler can see: a response does not go out before the store has answered, `res.end` calls
 * its callback, HTTP/2 works.
 *
 * @packageDocumentation
 * @module typed-session/express-session
 * @group API
 */

import depd from 'depd';
import { fromExpressSessionStore } from './stores/resolve-store.js';
import { Cookie as CookieClass } from './express-session/drop-in-cookie.js';
import type * as types from './express-session/drop-in-types.js';
import { MemoryStore as MemoryStoreClass } from './express-session/drop-in-memory-store.js';
import { createSession } from './express-session/drop-in-middleware.js';
import type { SessionOptions } from './express-session/drop-in-options.js';
import { Session as SessionClass } from './express-session/drop-in-session.js';
import { Store as StoreClass } from './express-session/drop-in-store.js';

const deprecated = depd('express-session');

/**
 * Makes the middleware that gives every request its session, as express-session does.
 *
 * @param given - express-session's options
 * @throws TypeError for options that express-session refuses; SessionOptionsError for a secret that cannot sign
 * @example
 * ```ts
 * import express from 'express';
 * import session from 'typed-session/express-session';
 *
 * const app = express();
 * app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } }));
 * ```
 */
function session(given?: types.SessionOptions | null): types.SessionHandler {
  const options = (given ?? {}) as unknown as SessionOptions; // by its own types, which say what express-session's leave out
  const middleware = createSession(options);
  // Here and not further down: a notice says where its caller was called from.
  if (options.resave === undefined) deprecated('undefined resave option; provide resave option');
  if (options.saveUninitialized === undefined) {
    deprecated('undefined saveUninitialized option; provide saveUninitialized option');
  }
  if (!options.secret) deprecated('req.secret; provide secret option');
  return middleware;
}

// The same classes, as `@types/express-session` declares them.
/** The base class of the stores that are made for express-session. */
const Store = StoreClass as unknown as typeof types.Store;
/** The base class of the stores that are made for express-session. */
type Store = types.Store;
/** The store in memory of express-session. */
const MemoryStore = MemoryStoreClass as unknown as typeof types.MemoryStore;
/** The store in memory of express-session. */
type MemoryStore = types.MemoryStore;
/** A session of the drop-in; `req.session` is one. */
const Session = SessionClass as unknown as typeof types.Session;
/** A session of the drop-in; `req.session` is one. */
type Session = types.Session;
/** The cookie of a session. */
const Cookie = CookieClass as unknown as types.CookieConstructor;
/** The cookie of a session. */
type Cookie = types.Cookie;

/** The base class of stores, {@link Store}. */
session.Store = Store;
/** The cookie of a session, {@link Cookie}. */
session.Cookie = Cookie;
/** A session, {@link Session}. */
session.Session = Session;
/** The default store, {@link MemoryStore}. */
session.MemoryStore = MemoryStore;

// A bundler renames a class if its name is taken, as it is here, and `util.inspect` would print the new name.
for (const [name, value] of Object.entries({ Cookie, Session })) Object.defineProperty(value, 'name', { value: name });

/** The types, for those who write `session.SessionData` or `session.Store`, as with express-session. */
// eslint-disable-next-line @typescript-eslint/no-namespace -- it contains only types
declare namespace session {
  /** The type of that name. */
  export type SessionData = types.SessionData;
  /** The type of that name. */
  export type SessionOptions = types.SessionOptions;
  /** The type of that name. */
  export type CookieOptions = types.CookieOptions;
  /** The type of that name. */
  export type Store = types.Store;
  /** The type of that name. */
  export type MemoryStore = types.MemoryStore;
  /** The type of that name. */
  export type Session = types.Session;
  /** The type of that name. */
  export type Cookie = types.Cookie;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express declares its types in a namespace
  namespace Express {
    // By inheritance, so that it may stand beside the declaration of `@types/express-session`.
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- all of its members are inherited
    interface Request extends types.DropInRequest {}
  }
}

declare module './guards/express-types.js' {
  interface EntryPoints {
    /** `req.session` is express-session's. */
    dropIn: { session: types.Session & Partial<types.SessionData>; sessionStore: types.Store };
  }
}

export default session;
export { session, Store, Cookie, Session, MemoryStore, fromExpressSessionStore };
export type { EntryPoints } from './guards/express-types.js';
export type * from './express-session/drop-in-types.js';
export type { ExpressSessionStore } from './stores/express-session-store.js';
