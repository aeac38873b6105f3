/** The provider of the request's session, of request scope; see `InjectSession`. */
export const SESSION: unique symbol = Symbol('typed-session: the session of the request');

/** The provider of the session middleware; see `InjectSessionMiddleware`. */
export const SESSIONS: unique symbol = Symbol('typed-session: the middleware');
