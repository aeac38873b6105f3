/**
 * Sessions in Redis or Valkey.
 *
 * @packageDocumentation
 * @module typed-session/redis
 * @group API
 */

export type { IoRedisClient, NodeRedisClient, RedisClient } from './stores/redis/redis-driver.js';
export type { RedisStoreOptions } from './stores/redis/redis-options.js';
export { RedisStore } from './stores/redis/redis-store.js';
