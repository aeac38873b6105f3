import { SessionOptionsError } from '../errors.js';
import { checkNames } from './store-options.js';
import { EXPRESS_SESSION_METHODS, type ExpressSessionStore } from './express-session-store.js';
import { AdaptedStore } from './express-session/express-session-adapter.js';
import { CachedStore, type CachedOptions } from './cached/cached-store.js';
import { MovingStore } from './moving/moving-store.js';
import { MemoryStore } from './memory/memory-store.js';
import { STORE_METHODS, type SessionStore } from './store-contract.js';

/** One adapter for each store, even if several middlewares share it. */
const adapted = new WeakMap<ExpressSessionStore, SessionStore>();

/**
 * Adapts a store that was made for express-session, such as connect-redis, connect-mongo, connect-pg-simple, or
 * memorystore, to {@link SessionStore}. `session({ store })` does this by itself.
 *
 * Sessions remain under their ids and in express-session's form, so express-session can read them again. Such a store
 * has no compare-and-swap. Instead, an update reads the session again, merges its change if the session has changed, and
 * writes. A change is lost only if another process writes the same session between the read and the write. A session that
 * was destroyed is restored only if it was destroyed between the two.
 *
 * @throws SessionOptionsError if the store has no `get`, `set`, or `destroy`
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
 * Puts a bounded cache in the memory of this process in front of a store. A session that was read is served from memory
 * for at most `ttl`. This saves one command for each request of a busy page. Changes are written to the store, by
 * compare-and-swap as without a cache, so no change is lost.
 *
 * The trade-off: for at most `ttl`, this process may not see what another process did. A session that another process
 * destroyed or revoked is served here for that long. This process sees its own changes immediately.
 *
 * @param store - any store
 * @param options - how long sessions are cached, and how many
 * @throws SessionOptionsError if the store or an option is not valid
 * @example
 * ```ts
 * import { cached, type SessionStore } from 'typed-session';
 *
 * declare const redis: SessionStore; // new RedisStore({ client })
 * export const store = cached(redis, { ttl: 1000, maxSessions: 10_000 });
 * ```
 * @group Stores
 */
export function cached(store: SessionStore | ExpressSessionStore, options: CachedOptions): SessionStore {
  return new CachedStore(storeOf(store), options);
}

/**
 * Options of {@link moving}.
 *
 * @group Stores
 */
export interface MovingOptions {
  /** The store that holds the sessions now. */
  readonly from: SessionStore | ExpressSessionStore;
  /** The store that they move to. */
  readonly to: SessionStore | ExpressSessionStore;
}

/**
 * Keeps the same sessions in two stores while a site moves `from` one `to` the other. The site keeps running, and nobody
 * is logged out. Releases of the app that use only `from` may run at the same time, and later also releases that use only
 * `to`. A session that such a release creates, changes, or ends is created, changed, or ended here as well. Every write
 * goes to both stores, so you can drop either of them later. To move back, swap the two.
 *
 * Each of the stores may be from this library or made for express-session. They may use different keys. Every read and
 * write uses both stores, so use this only during the move, until each session has been used once or has expired.
 *
 * Only this store carries changes from one store over to the other, when it uses the session. If a release that uses only
 * `from` changes or ends a session, and this store does not use the session afterwards, a release that uses only `to`
 * does not see it. So run only releases with this store between the two, for `idleTimeout` if you want to be certain. If
 * both stores have compare-and-swap, no change is lost during the move. A store that was made for express-session has the
 * same limits here as elsewhere.
 *
 * If one of the stores loses a session (a flush, or a restart with a `MemoryStore`), the session counts as ended.
 *
 * @throws SessionOptionsError if an option is missing or not a store, or if both are the same store
 * @example
 * ```ts
 * import { moving, type ExpressSessionStore, type SessionStore } from 'typed-session';
 *
 * declare const redis: SessionStore; // new RedisStore({ client })
 * declare const connectRedis: ExpressSessionStore; // new RedisStore({ client }) of connect-redis
 * export const store = moving({ from: connectRedis, to: redis });
 * ```
 * @group Stores
 */
export function moving(options: MovingOptions): SessionStore {
  checkNames('moving()', options, ['from', 'to'], 'moving({ from, to })');
  const { from, to } = options;
  const [previous, next] = [checkedStore('from', from), checkedStore('to', to)];
  if (previous === next) throw new SessionOptionsError('from', 'must be another store than to');
  return new MovingStore(next, previous);
}

/** Checks and returns one of the two stores of a move. */
function checkedStore(name: 'from' | 'to', given: SessionStore | ExpressSessionStore | undefined): SessionStore {
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

/** Returns the store that was passed as an option, adapted if it was made for express-session. */
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
  // It has some of the methods. The function checks the rest.
  if (isExpressSessions) return fromExpressSessionStore(given as ExpressSessionStore);
  const slip = slipOf(given);
  throw new SessionOptionsError(
    option,
    `${slip ?? `has no method ${missing.join(', ')}`}: pass a SessionStore, such as new MemoryStore(), or a store of express-session`,
  );
}

/** Recognizes values that are easily passed by mistake instead of a store. */
function slipOf(given: unknown): string | undefined {
  if (typeof given === 'function' && missingOf(given.prototype, STORE_METHODS).length === 0) return 'is a class';
  return missingOf(given, ['then']).length === 0 ? 'is a promise' : undefined;
}

/** Recognizes a client of `redis` or `ioredis`. It has get and set, but it is not a store. */
function isRedisClient(given: unknown): boolean {
  return missingOf(given, ['duplicate', 'sendCommand']).length === 0;
}

function missingOf<const M extends string>(store: unknown, methods: readonly M[]): M[] {
  // A store may be a function that has methods.
  const isObject = (typeof store === 'object' && store !== null) || typeof store === 'function';
  return methods.filter((method) => !isObject || typeof (store as Record<string, unknown>)[method] !== 'function');
}
