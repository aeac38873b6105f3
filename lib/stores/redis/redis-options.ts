import { SessionOptionsError } from '../../errors.js';
import { checkNames, hasMethods } from '../store-options.js';
import {
  ioRedis,
  nodeRedis,
  type Driver,
  type IoRedisClient,
  type NodeRedisClient,
  type RedisClient,
} from './redis-driver.js';

/**
 * Options of {@link RedisStore}.
 *
 * @group Stores
 */
export interface RedisStoreOptions {
  /**
   * A client of `redis` (`createClient`, `createCluster`, `createSentinel`) or of `ioredis` (`Redis`, `Cluster`). The
   * store never connects or closes it. If the connection is lost, a command waits for at most `storeTimeout`.
   */
  readonly client: RedisClient;
  /**
   * The prefix of every key in Redis. `<prefix>key:…` holds a session, and `<prefix>principal:…` the keys of a principal's
   * sessions. Two apps that share a Redis need different prefixes. Default: `session:`.
   */
  readonly prefix?: string | undefined;
}

/**
 * Checks the options and recognizes the client's package.
 * @throws SessionOptionsError if an option is wrong or unknown
 */
export function checkOptions(options: RedisStoreOptions): { driver: Driver; prefix: string } {
  checkNames('RedisStore', options, ['client', 'prefix'], 'new RedisStore({ client })');
  const { client, prefix = 'session:' } = options;
  if (typeof prefix !== 'string' || prefix === '')
    throw new SessionOptionsError('prefix', 'must be text, and not empty');
  const driver = hasMethods(client, 'evalSha', 'eval', 'get')
    ? nodeRedis(client as NodeRedisClient) // it has the methods
    : hasMethods(client, 'evalsha', 'eval', 'get')
      ? ioRedis(client as IoRedisClient) // it has the methods
      : undefined;
  if (driver === undefined) {
    const promised = hasMethods(client, 'then') ? 'is a promise, await it; it ' : '';
    throw new SessionOptionsError('client', `${promised}must be a client of the package redis (4 to 6) or ioredis (5)`);
  }
  if (isLegacy(client)) {
    throw new SessionOptionsError(
      'client',
      'takes callbacks: pass the one without legacyMode, or its client.v4, or the one that legacy() was called on',
    );
  }
  addErrorListener(client);
  return { driver, prefix };
}

/** Whether a client of `redis` works like release 3, with callbacks only. */
function isLegacy(client: object): boolean {
  const { options } = client as { readonly options?: { readonly legacyMode?: unknown } | null };
  return options?.legacyMode === true || client.constructor.name === 'RedisLegacyClient';
}

/** Adds an error listener if there is none, because an unhandled error ends the process. The failed command rejects. */
function addErrorListener(client: object): void {
  if (!hasMethods(client, 'on', 'listenerCount')) return;
  const emitter = client as { listenerCount(event: string): number; on(event: string, listener: () => void): unknown };
  if (emitter.listenerCount('error') === 0) emitter.on('error', () => undefined);
}
