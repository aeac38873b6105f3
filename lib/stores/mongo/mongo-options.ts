import { SessionOptionsError } from '../../errors.js';
import { checkNames, hasMethods } from '../store-options.js';
import type { MongoCollection, MongoWriteConcern } from './mongo-driver.js';

/** Options of {@link MongoStore}. */
export interface MongoStoreOptions {
  /**
   * The collection that holds the sessions, of the official driver: `client.db().collection('sessions')`. Its client is
   * the application's: the store never closes it, and a client that has not connected yet does so at the first
   * command. No other documents belong in it. It must not be one with a collation, by which `Ada` and `ada` may be one
   * principal.
   *
   * Its write concern is what the writes wait for. Where neither the collection nor its database or client has one, the
   * store's writes wait for a majority of the replica set (`{ w: 'majority' }`). With `w: 1` a failover can lose a write
   * that was answered, and a logout with it. `w: 0` is refused.
   */
  readonly collection: MongoCollection;
}

const METHODS = ['findOne', 'find', 'replaceOne', 'updateOne', 'deleteOne', 'deleteMany', 'countDocuments', 'createIndexes']; // prettier-ignore

/**
 * What the writes wait for.
 * @throws SessionOptionsError
 */
export function checkOptions(options: MongoStoreOptions): MongoWriteConcern {
  checkNames(
    'MongoStore',
    options,
    ['collection'],
    "new MongoStore({ collection: client.db().collection('sessions') })",
  );
  const { collection } = options;
  if (!hasMethods(collection, ...METHODS)) {
    throw new SessionOptionsError(
      'collection',
      "must be a collection of the driver mongodb 6 or 7, as in client.db().collection('sessions')",
    );
  }
  const { writeConcern } = collection;
  if (writeConcern?.w === 0) {
    throw new SessionOptionsError(
      'collection',
      "has the write concern { w: 0 }: the server says nothing of its writes. Take { w: 'majority' }",
    );
  }
  // a concern may tell of the journal or of a time limit alone
  return writeConcern?.w === undefined ? { ...writeConcern, w: 'majority' } : writeConcern;
}
