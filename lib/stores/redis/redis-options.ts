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

/** Options of {@link RedisStore}. */
export interface RedisStoreOptions {
  /**
   * A client of `redis` (`createClient`, `createCluster`, `createSentinel`) or of `ioredis` (`Redis`, `Cluster`). The
   * store never connects and never closes it. Commands that wait for a lost connection wait at most `storeTimeout`.
   */
  readonly client: RedisClient;
  /**
   * What every key in Redis begins with: `<prefix>key:…` holds a session, `<prefix>principal:…` the keys of a
   * principal's sessions. Two apps on one Redis need two. Default: `session:`.
   */
  readonly prefix?: string | undefined;
}

/** @throws SessionOptionsError */
export function checkOptions(options: RedisStoreOptions): { driver: Driver; prefix: string } {
  checkNames('RedisStore', options, ['client', 'prefix'], 'new RedisStore({ client })');
  const { client, prefix = 'session:' } = options;
  if (typeof prefix !== 'string' || prefix === '')
    throw new SessionOptionsError('prefix', 'must be text, and not empty');
  const driver = hasMethods(client, 'evalSha', 'eval', 'get')
    ? nodeRedis(client as NodeRedisClient) // it has the methods
    : hasMethods(client, 'evalsha', 'eval', 'get')
      ? ioRedis(client as IoRedisClient) // the same
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
  hearErrors(client);
  return { driver, prefix };
}

/** A client of `redis` that answers as those of release 3 did, to callbacks alone. */
function isLegacy(client: object): boolean {
  const { options } = client as { readonly options?: { readonly legacyMode?: unknown } | null }; // any object can be asked
  return options?.legacyMode === true || client.constructor.name === 'RedisLegacyClient';
}

/** An error of a connection that nobody listens to would end the process. What it means for a session, its command tells. */
function hearErrors(client: object): void {
  if (!hasMethods(client, 'on', 'listenerCount')) return;
  const emitter = client as { listenerCount(event: string): number; on(event: string, listener: () => void): unknown }; // it has these
  if (emitter.listenerCount('error') === 0) emitter.on('error', () => undefined);
}
