/**
 * The provider of the request's session, of request scope; see `InjectSession`.
 *
 * @group Sessions
 */
export const SESSION: unique symbol = Symbol('typed-session: the session of the request');

/**
 * The provider of the session middleware; see `InjectSessionMiddleware`.
 *
 * @group Sessions
 */
export const SESSIONS: unique symbol = Symbol('typed-session: the middleware');
