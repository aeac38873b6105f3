import { SessionOptionsError } from '../../errors.js';
import { checkNames, hasMethods } from '../store-options.js';
import type { MongoCollection, MongoWriteConcern } from './mongo-driver.js';

/**
 * Options of {@link MongoStore}.
 *
 * @group Stores
 */
export interface MongoStoreOptions {
  /**
   * The collection that holds the sessions, from the official driver: `client.db().collection('sessions')`. The application
   * owns the client: the store never closes it. A client that is not connected yet connects at the first command. The
   * collection must not contain other documents. It must not have a collation, because `Ada` and `ada` might then be the
   * same principal.
   *
   * Writes use the write concern of the collection. If neither the collection nor its database or client has one, writes
   * wait for a majority of the replica set (`{ w: 'majority' }`). With `w: 1`, a failover can lose an acknowledged write,
   * such as a logout. `w: 0` is refused.
   */
  readonly collection: MongoCollection;
}

const METHODS = ['findOne', 'find', 'replaceOne', 'updateOne', 'deleteOne', 'deleteMany', 'countDocuments', 'createIndexes']; // prettier-ignore

/**
 * Checks the options and returns the write concern to use.
 * @throws SessionOptionsError if an option is wrong or unknown
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
      "has the write concern { w: 0 }: the server does not confirm its writes. Use { w: 'majority' }",
    );
  }
  // A write concern may specify only the journal or a time limit.
  return writeConcern?.w === undefined ? { ...writeConcern, w: 'majority' } : writeConcern;
}
