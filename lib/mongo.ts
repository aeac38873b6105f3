/**
 * Sessions in a collection of MongoDB.
 *
 * @packageDocumentation
 * @module typed-session/mongo
 * @group API
 */

export type {
  MongoCollection,
  MongoCursor,
  MongoDeleted,
  MongoIndex,
  MongoUpdated,
  MongoWriteConcern,
} from './stores/mongo/mongo-driver.js';
export type { MongoStoreOptions } from './stores/mongo/mongo-options.js';
export { MongoStore } from './stores/mongo/mongo-store.js';
