/**
 * Sessions in a collection of MongoDB.
 *
 * @packageDocumentation
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
