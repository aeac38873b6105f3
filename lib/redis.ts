/**
 * Sessions in Redis or Valkey.
 *
 * @packageDocumentation
 */

export type { IoRedisClient, NodeRedisClient, RedisClient } from './stores/redis/redis-driver.js';
export type { RedisStoreOptions } from './stores/redis/redis-options.js';
export { RedisStore } from './stores/redis/redis-store.js';
