import { principalText } from '../principal-text.js';
import { recordFromText, recordToText } from '../record-text.js';
import type { SessionRecord, StoreEntry } from '../store-contract.js';
import type { MongoIndex } from './mongo-driver.js';

/**
 * What a session looks like in the collection. The names are the collection's version: a release that gives a field
 * another meaning gives it another name.
 */
export interface SessionDocument {
  /** Grows with every stored change. A 64-bit float where it does not fit into 32 bits; MongoDB compares by value. */
  readonly revision: number;
  /** A `Date`, which is what a TTL index works by. */
  readonly expiresAt: Date;
  /** Absent where the session belongs to nobody, so that the index does not hold it. */
  readonly principal?: string;
  /** The record but for its revision and its deadline, as text. */
  readonly record: string;
}

/**
 * How long after a deadline the server removes the record, in seconds. It goes by its own clock, and where that is ahead of
 * the clock of the process which set the deadline it must not be early. A dead record is served to nobody meanwhile.
 */
const GRACE = 3_600;

/**
 * The indexes of the collection. That of the principals holds only sessions that have one. It is partial by `$exists`,
 * because this is what MongoDB can tell of `principal: 'ada'`, so that it uses the index; of `$type` it cannot.
 */
export const INDEXES: readonly MongoIndex[] = [
  { key: { expiresAt: 1 }, expireAfterSeconds: GRACE },
  { key: { principal: 1 }, partialFilterExpression: { principal: { $exists: true } } },
];

// The filters say `$eq` so that a value is compared and never read as a query: a JavaScript caller may hand on what came
// in with a request, and { $ne: null } in the place of a principal would be everybody.

/** By this process's clock, which a test may move: `new Date()` alone would not look at `Date.now`. */
function now(): Date {
  return new Date(Date.now());
}

/** The record under a key, if it is alive. */
export function alive(key: string): object {
  return { _id: { $eq: key }, expiresAt: { $gt: now() } };
}

/** The record under a key, if it is alive and at a revision. */
export function aliveAt(key: string, revision: number): object {
  return { ...alive(key), revision: { $eq: revision } };
}

/**
 * The record under a key, if it is dead. With `upsert`, a missing one is made, a dead one replaced, and a live one in the
 * way of the new one: the unique index of `_id` refuses that, however many try at once.
 */
export function dead(key: string): object {
  return { _id: { $eq: key }, expiresAt: { $lte: now() } };
}

/** The live records of a principal, but those under the keys that stay. */
export function aliveOf(principal: string, except: readonly string[] = []): object {
  const of = { principal: { $eq: principalText(principal) }, expiresAt: { $gt: now() } };
  return except.length === 0 ? of : { ...of, _id: { $nin: except } };
}

/** The live records behind a key, in the order of keys; only of keys that are text, as ours are. */
export function aliveAfter(key: string): object {
  return { _id: { $gt: key }, expiresAt: { $gt: now() } };
}

/** All live records. */
export function allAlive(): object {
  return { expiresAt: { $gt: now() } };
}

/** The whole document but its `_id`, which the filter gives: a replacement leaves no field of the old one behind. */
export function documentOf(record: SessionRecord): SessionDocument {
  const { revision, principal } = record;
  const document = { revision, expiresAt: new Date(record.expiresAt), record: recordToText(record) };
  return principal === undefined ? document : { ...document, principal: principalText(principal) };
}

/** The record of a document that was found. What somebody else put there loads as `corrupt`. */
export function recordOf(found: object): SessionRecord {
  const { record, revision, expiresAt } = found as Partial<SessionDocument>; // checked below; the filters ask for the date
  return recordFromText(typeof record === 'string' ? record : '', Number(revision), Number(expiresAt));
}

/** The same with its key. */
export function entryOf(found: object): StoreEntry {
  return [(found as { _id: string })._id, recordOf(found)]; // every document has one, and only text is asked for
}
