/**
 * A drop-in replacement for express-session: its options with its defaults, its callbacks, and its `Store`, `Cookie`,
 * `Session`, and `MemoryStore`. An app that uses express-session changes the import and nothing else.
 *
 * The only differences are ones that no handler can see: a response is not sent before the store has answered, `res.end`
 * calls its callback, and HTTP/2 works.
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
 * Creates the middleware that gives every request its session, as express-session does.
 *
 * @param given - the options of express-session
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
  const options = (given ?? {}) as unknown as SessionOptions; // with our own types, which state what those of express-session leave out
  const middleware = createSession(options);
  // Called here and not further down, because a deprecation notice names the line that called this function.
  if (options.resave === undefined) deprecated('undefined resave option; provide resave option');
  if (options.saveUninitialized === undefined) {
    deprecated('undefined saveUninitialized option; provide saveUninitialized option');
  }
  if (!options.secret) deprecated('req.secret; provide secret option');
  return middleware;
}

// The same classes, as `@types/express-session` declares them.
/** The base class of stores that are made for express-session. */
const Store = StoreClass as unknown as typeof types.Store;
/** The base class of stores that are made for express-session. */
type Store = types.Store;
/** The in-memory store of express-session. */
const MemoryStore = MemoryStoreClass as unknown as typeof types.MemoryStore;
/** The in-memory store of express-session. */
type MemoryStore = types.MemoryStore;
/** A session of the drop-in, such as `req.session`. */
const Session = SessionClass as unknown as typeof types.Session;
/** A session of the drop-in, such as `req.session`. */
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

/** The types as members of `session`, such as `session.SessionData` and `session.Store`, as in express-session. */
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
    // It inherits its members, so that it does not conflict with the declaration of `@types/express-session`.
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
