import { SessionOptionsError } from '../errors.js';
import { EXPRESS_SESSION_METHODS, type ExpressSessionStore } from '../stores/express-session-store.js';
import { AdaptedStore } from '../stores/express-session/adapter.js';
import { MemoryStore } from '../stores/memory/memory-store.js';
import { STORE_METHODS, type SessionStore } from '../stores/store.js';

/** One for each store, however many middlewares share it. */
const adapted = new WeakMap<ExpressSessionStore, SessionStore>();

/**
 * Makes a {@link SessionStore} of a store that was made for express-session: connect-redis, connect-mongo,
 * connect-pg-simple, memorystore and their like, unchanged. `session({ store })` does so by itself.
 *
 * Sessions stay under their ids and in express-session's form, so express-session can read them again. Such a store
 * cannot compare-and-swap: an update reads again, merges and writes, so a change is lost only where another process
 * writes the same session between these two; and a session that was destroyed is not brought back by a slower request
 * unless its destruction falls between them.
 *
 * @throws SessionOptionsError where the store has no `get`, `set` or `destroy`
 * @example
 * ```ts
 * import { fromExpressSessionStore, type ExpressSessionStore } from 'typed-session/express-session';
 *
 * declare const redisStore: ExpressSessionStore; // new RedisStore({ client }) of connect-redis
 * export const store = fromExpressSessionStore(redisStore);
 * ```
 */
export function fromExpressSessionStore(store: ExpressSessionStore): SessionStore {
  const missing = missingOf(store, EXPRESS_SESSION_METHODS);
  if (missing.length > 0) {
    throw new SessionOptionsError(
      'store',
      `has no method ${missing.join(', ')}, which every store of express-session has`,
    );
  }
  let made = adapted.get(store);
  if (made === undefined) adapted.set(store, (made = new AdaptedStore(store)));
  return made;
}

/** The store of what was given as the option `store`. */
export function storeOf(given: SessionStore | ExpressSessionStore | undefined): SessionStore {
  if (given === undefined) return new MemoryStore();
  const missing = missingOf(given, STORE_METHODS);
  if (missing.length === 0) return given as SessionStore; // it has the methods
  const isExpressSessions = missingOf(given, EXPRESS_SESSION_METHODS).length < EXPRESS_SESSION_METHODS.length;
  if (isExpressSessions) return fromExpressSessionStore(given as ExpressSessionStore); // it has some of the methods, or is refused
  throw new SessionOptionsError(
    'store',
    `has no method ${missing.join(', ')}: pass a SessionStore, such as new MemoryStore(), or a store of express-session`,
  );
}

function missingOf<const M extends string>(store: unknown, methods: readonly M[]): M[] {
  // A store may be a function with methods, as a class of the nineties is.
  const isObject = (typeof store === 'object' && store !== null) || typeof store === 'function';
  return methods.filter((method) => !isObject || typeof (store as Record<string, unknown>)[method] !== 'function'); // any object can be asked
}
