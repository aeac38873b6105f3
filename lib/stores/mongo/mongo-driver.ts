import { isError } from '../../realms.js';

/**
 * A collection of the official driver, `mongodb` 6 or 7, as far as {@link MongoStore} uses it, whatever the type of its
 * documents: `client.db().collection('sessions')`.
 */
export interface MongoCollection {
  /** What the collection's writes wait for; of the database's or the client's where it has none of its own. */
  readonly writeConcern?: MongoWriteConcern | undefined;
  /** The first document that fits. */
  findOne(filter: object, options: object): Promise<object | null>;
  /** All documents that fit. */
  find(filter: object, options: object): MongoCursor;
  /** Puts a document in the place of the one that fits. */
  replaceOne(filter: object, replacement: object, options: object): Promise<MongoUpdated>;
  /** Changes the one document that fits. */
  updateOne(filter: object, update: object, options: object): Promise<MongoUpdated>;
  /** Removes the one document that fits. */
  deleteOne(filter: object, options: object): Promise<MongoDeleted>;
  /** Removes all documents that fit. */
  deleteMany(filter: object, options: object): Promise<MongoDeleted>;
  /** How many documents fit. */
  countDocuments(filter: object, options: object): Promise<number>;
  /** Makes indexes where there are none. */
  createIndexes(indexes: MongoIndex[], options: object): Promise<string[]>;
}

/** What a write waits for. */
export interface MongoWriteConcern {
  /** How many members of a replica set have the write before it is answered, or which. */
  readonly w?: number | string | undefined;
}

/** The documents that a query has found. */
export interface MongoCursor {
  /** All of them. */
  toArray(): Promise<object[]>;
}

/** What became of a replacement or an update. */
export interface MongoUpdated {
  /** How many documents fitted the filter. */
  readonly matchedCount: number;
  /** How many were made because none fitted. */
  readonly upsertedCount: number;
}

/** What became of a removal. */
export interface MongoDeleted {
  /** How many documents were removed. */
  readonly deletedCount: number;
}

/** An index that is asked for. */
export interface MongoIndex {
  /** The field. */
  readonly key: Record<string, 1>;
  /** How long after the date in its field the server removes a document. */
  readonly expireAfterSeconds?: number;
  /** Which documents it holds. */
  readonly partialFilterExpression?: object;
}

/**
 * How numbers and documents come back, whatever the collection is set to: in JavaScript's own types. And reads go to
 * the primary. A secondary lags behind: read there, a session that was stored a moment ago is unknown, and its user
 * logged out for the length of a request.
 */
export const COMMAND = {
  readPreference: 'primary',
  raw: false,
  promoteLongs: true,
  promoteValues: true,
  useBigInt64: false,
} as const;

/**
 * Whether an error says that there is a document with this `_id`. A unique index that somebody has put on another
 * field fails with the same code, and that is an error.
 */
export function saysKeyIsTaken(error: unknown): boolean {
  if (!isError(error) || !('code' in error) || error.code !== 11_000) return false;
  const index: unknown = 'keyPattern' in error ? error.keyPattern : undefined; // not every server of the protocol tells
  return typeof index !== 'object' || index === null || '_id' in index;
}
