import { isError } from '../../realms.js';

/**
 * A collection of the official driver, `mongodb` 6 or 7, reduced to what {@link MongoStore} uses:
 * `client.db().collection('sessions')`. Its documents may have any type.
 *
 * @group Types
 */
export interface MongoCollection {
  /** What writes to the collection wait for. If it has no write concern of its own, the database's or the client's. */
  readonly writeConcern?: MongoWriteConcern | undefined;
  /** Returns the first document that matches. */
  findOne(filter: object, options: object): Promise<object | null>;
  /** Returns all documents that match. */
  find(filter: object, options: object): MongoCursor;
  /** Replaces the document that matches. */
  replaceOne(filter: object, replacement: object, options: object): Promise<MongoUpdated>;
  /** Changes the document that matches. */
  updateOne(filter: object, update: object, options: object): Promise<MongoUpdated>;
  /** Removes the document that matches. */
  deleteOne(filter: object, options: object): Promise<MongoDeleted>;
  /** Removes all documents that match. */
  deleteMany(filter: object, options: object): Promise<MongoDeleted>;
  /** Returns the number of documents that match. */
  countDocuments(filter: object, options: object): Promise<number>;
  /** Creates indexes that do not exist. */
  createIndexes(indexes: MongoIndex[], options: object): Promise<string[]>;
}

/**
 * What a write waits for.
 *
 * @group Types
 */
export interface MongoWriteConcern {
  /** How many members of a replica set must have the write before it is acknowledged, or which ones. */
  readonly w?: number | string | undefined;
}

/**
 * The documents that a query has found.
 *
 * @group Types
 */
export interface MongoCursor {
  /** Returns all of them. */
  toArray(): Promise<object[]>;
}

/**
 * The result of a replacement or an update.
 *
 * @group Types
 */
export interface MongoUpdated {
  /** How many documents matched the filter. */
  readonly matchedCount: number;
  /** How many documents were created because none matched. */
  readonly upsertedCount: number;
}

/**
 * The result of a removal.
 *
 * @group Types
 */
export interface MongoDeleted {
  /** How many documents were removed. */
  readonly deletedCount: number;
}

/**
 * An index to create.
 *
 * @group Types
 */
export interface MongoIndex {
  /** The indexed field. */
  readonly key: Record<string, 1>;
  /** How long after the date in the field the server removes a document, in seconds. */
  readonly expireAfterSeconds?: number;
  /** Which documents the index contains. */
  readonly partialFilterExpression?: object;
}

/**
 * Options that return numbers and documents as JavaScript's own types, regardless of the options of the collection. Reads
 * use the primary. A secondary lags behind: it may not have a session that was just stored, and then the user would be
 * logged out for one request.
 */
export const COMMAND = {
  readPreference: 'primary',
  raw: false,
  promoteLongs: true,
  promoteValues: true,
  useBigInt64: false,
} as const;

/**
 * Whether an error means that there is already a document with this `_id`. A unique index that someone has created on
 * another field fails with the same code, but that is a real error.
 */
export function saysKeyIsTaken(error: unknown): boolean {
  if (!isError(error) || !('code' in error) || error.code !== 11_000) return false;
  const index: unknown = 'keyPattern' in error ? error.keyPattern : undefined; // not every compatible server sends it
  return typeof index !== 'object' || index === null || '_id' in index;
}
