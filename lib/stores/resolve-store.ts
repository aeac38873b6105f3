import { SessionOptionsError } from '../errors.js';
import { checkNames } from './store-options.js';
import { EXPRESS_SESSION_METHODS, type ExpressSessionStore } from './express-session-store.js';
import { AdaptedStore } from './express-session/express-session-adapter.js';
import { CachedStore, type CachedOptions } from './cached/cached-store.js';
import { MovingStore } from './moving/moving-store.js';
import { MemoryStore } from './memory/memory-store.js';
import { STORE_METHODS, type SessionStore } from './store-contract.js';

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

/**
 * A store with a bounded cache of this process before it: a session that was read is served from memory for at most `ttl`,
 * which spares the store a command for each request of a busy page. Changes go through to the store, by compare-and-swap
 * as ever, so a cached session loses nothing.
 *
 * The price: for at most `ttl` this process may not know what another one did. A session that was destroyed or revoked
 * there is served here that much longer. What this process does itself, it knows at once.
 *
 * @param store - any store
 * @param options - how long, and how many
 * @throws SessionOptionsError
 * @example
 * ```ts
 * import { cached, type SessionStore } from 'typed-session';
 *
 * declare const redis: SessionStore; // new RedisStore({ client })
 * export const store = cached(redis, { ttl: 1000, maxSessions: 10_000 });
 * ```
 */
export function cached(store: SessionStore | ExpressSessionStore, options: CachedOptions): SessionStore {
  return new CachedStore(storeOf(store), options);
}

/** Between which stores the sessions move. */
export interface MovingOptions {
  /** The store that the sessions are in. */
  readonly from: SessionStore | ExpressSessionStore;
  /** The store that they move to. */
  readonly to: SessionStore | ExpressSessionStore;
}

/**
 * Two stores with the same sessions, while a site moves `from` one `to` the other: while it runs, and without logging
 * anyone out. Releases of the app that use `from` alone may run beside it, and so may, later, those that use `to` alone: a
 * session that they create, change or end is so here too. Every write goes to both, so either can be dropped later; to
 * move back, swap the two.
 *
 * Either store may be of this library or made for express-session; their keys need not be alike. Every read and write asks
 * both stores, so it is for the time of the move: until each session has been used once, or has expired.
 *
 * Only this store carries what one release did over to the other: a change or a logout made by a release of `from` alone,
 * in a session that nobody used here since, is unknown to one of `to` alone. So between the two, let this one run alone,
 * as long as `idleTimeout` to be certain. With two stores that compare and swap no change is lost meanwhile; a store made
 * for express-session promises here what it promises anywhere.
 *
 * A session that one of the two loses (a flush, a restart of a `MemoryStore`) counts as ended there.
 *
 * @throws SessionOptionsError
 * @example
 * ```ts
 * import { moving, type ExpressSessionStore, type SessionStore } from 'typed-session';
 *
 * declare const redis: SessionStore; // new RedisStore({ client })
 * declare const connectRedis: ExpressSessionStore; // new RedisStore({ client }) of connect-redis
 * export const store = moving({ from: connectRedis, to: redis });
 * ```
 */
export function moving(options: MovingOptions): SessionStore {
  checkNames('moving()', options, ['from', 'to'], 'moving({ from, to })');
  const { from, to } = options;
  const [previous, next] = [sideOf('from', from), sideOf('to', to)];
  if (previous === next) throw new SessionOptionsError('from', 'must be another store than to');
  return new MovingStore(next, previous);
}

/** One of the two stores of a move. */
function sideOf(name: 'from' | 'to', given: SessionStore | ExpressSessionStore | undefined): SessionStore {
  if (given === undefined || given === null) throw new SessionOptionsError(name, 'is missing: moving({ from, to })');
  if (given instanceof CachedStore) {
    throw new SessionOptionsError(
      name,
      'must show what is stored now: put the cache before both, cached(moving({ from, to }), …)',
    );
  }
  if (given instanceof MovingStore) {
    throw new SessionOptionsError(name, 'must be one store: move from the first to the second before you go on');
  }
  return storeOf(given, name);
}

/** The store of what was given as an option. */
export function storeOf(given: SessionStore | ExpressSessionStore | undefined, option = 'store'): SessionStore {
  if (given === undefined) return new MemoryStore();
  const missing = missingOf(given, STORE_METHODS);
  if (missing.length === 0) return given as SessionStore; // it has the methods
  if (isRedisClient(given)) {
    throw new SessionOptionsError(
      option,
      'is a client of Redis, and no store: new RedisStore({ client }) of typed-session/redis',
    );
  }
  const isExpressSessions = missingOf(given, EXPRESS_SESSION_METHODS).length < EXPRESS_SESSION_METHODS.length;
  if (isExpressSessions) return fromExpressSessionStore(given as ExpressSessionStore); // it has some of the methods, or is refused
  const slip = slipOf(given);
  throw new SessionOptionsError(
    option,
    `${slip ?? `has no method ${missing.join(', ')}`}: pass a SessionStore, such as new MemoryStore(), or a store of express-session`,
  );
}

/** What is easily passed in the place of a store. */
function slipOf(given: unknown): string | undefined {
  if (typeof given === 'function' && missingOf(given.prototype, STORE_METHODS).length === 0) return 'is a class';
  return missingOf(given, ['then']).length === 0 ? 'is a promise' : undefined;
}

/** A client of `redis` or `ioredis` has get and set, but is no store. */
function isRedisClient(given: unknown): boolean {
  return missingOf(given, ['duplicate', 'sendCommand']).length === 0;
}

function missingOf<const M extends string>(store: unknown, methods: readonly M[]): M[] {
  // A store may be a function with methods, as a class of the nineties is.
  const isObject = (typeof store === 'object' && store !== null) || typeof store === 'function';
  return methods.filter((method) => !isObject || typeof (store as Record<string, unknown>)[method] !== 'function'); // any object can be asked
}
