/**
 * express-session's face on this library: its options with its defaults, its callbacks, its `Store`, `Cookie`,
 * `Session` and `MemoryStore`. An app that uses express-session changes the import and nothing else.
 *
 * Differs only in what no handler can see: a response does not go out before the store has answered, `res.end` calls
 * its callback, HTTP/2 works.
 *
 * @packageDocumentation
 */

import depd from 'depd';
import { Cookie } from './express-session/cookie.js';
import { MemoryStore } from './express-session/memory-store.js';
import { createSession, type SessionHandler } from './express-session/middleware.js';
import type { SessionOptions } from './express-session/options.js';
import { Session } from './express-session/session.js';
import { Store } from './express-session/store.js';

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
function session(given?: SessionOptions | null): SessionHandler {
  const options = given ?? {};
  const middleware = createSession(options);
  // Here and not further down: a notice says where its caller was called from.
  if (options.resave === undefined) deprecated('undefined resave option; provide resave option');
  if (options.saveUninitialized === undefined) {
    deprecated('undefined saveUninitialized option; provide saveUninitialized option');
  }
  if (!options.secret) deprecated('req.secret; provide secret option');
  return middleware;
}
/** The base class of stores, {@link Store}. */
session.Store = Store;
/** The cookie of a session, {@link Cookie}. */
session.Cookie = Cookie;
/** A session, {@link Session}. */
session.Session = Session;
/** The default store, {@link MemoryStore}. */
session.MemoryStore = MemoryStore;

export default session;
// What `require()` gives: the function itself.
export { session as 'module.exports', session, Store, Cookie, Session, MemoryStore };
export { fromExpressSessionStore } from './express/store.js';
export type { CookieData, CookieOptions } from './express-session/cookie.js';
export type { MemoryStoreConstructor } from './express-session/memory-store.js';
export type { SessionHandler } from './express-session/middleware.js';
export type { SessionOptions } from './express-session/options.js';
export type { IncomingSessionRequest, SessionRequest } from './express-session/session.js';
export type { StoreConstructor, StoredSession } from './express-session/store.js';
export type { ExpressSessionStore } from './stores/express-session-store.js';
