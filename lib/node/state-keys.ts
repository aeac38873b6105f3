/**
 * The properties under which a request and a response keep what belongs to them. Every installed copy of the package has
 * its own keys, so two copies in one process never find each other's state.
 */

/** The response's gate. */
export const GATE: unique symbol = Symbol('typed-session.gate');

/** What a response reports while it waits for the commit. */
export const DEFERRED: unique symbol = Symbol('typed-session.deferred');

/** The request's context: what an adapter knows about it. */
export const CONTEXT: unique symbol = Symbol('typed-session.context');
