import { searchablePrincipal } from '../searchable-principal.js';
import { recordFromText, recordToText } from '../record-text.js';
import type { SessionRecord, StoreEntry } from '../store-contract.js';
import type { MongoIndex } from './mongo-driver.js';

/**
 * The form of a session in the collection. The field names serve as its version: a release that changes the meaning of a
 * field also renames it.
 */
export interface SessionDocument {
  /** Increases with every stored change. A 64-bit float if it does not fit into 32 bits; MongoDB compares by value. */
  readonly revision: number;
  /** A `Date`, because a TTL index requires one. */
  readonly expiresAt: Date;
  /** Absent if the session has no principal, so that it is not in the index. */
  readonly principal?: string;
  /** The record without its revision and its deadline, as text. */
  readonly record: string;
}

/**
 * How long after its deadline the server removes a record, in seconds. The server uses its own clock. If that is ahead of
 * the clock of the process that set the deadline, the server must not remove the record early. An expired record is never
 * served meanwhile.
 */
const GRACE = 3_600;

/**
 * The indexes of the collection. The index of principals contains only sessions that have one. Its filter is `$exists`,
 * because MongoDB can infer it from a query such as `principal: 'ada'`, and then uses the index. It cannot infer `$type`.
 */
export const INDEXES: readonly MongoIndex[] = [
  { key: { expiresAt: 1 }, expireAfterSeconds: GRACE },
  { key: { principal: 1 }, partialFilterExpression: { principal: { $exists: true } } },
];

// The filters use `$eq`, so that a value is compared and never interpreted as a query. A JavaScript caller may pass on
// data of a request, and { $ne: null } instead of a principal would match every principal.

/** Returns the time of this process's clock. A test may replace `Date.now`, which `new Date()` alone does not use. */
function now(): Date {
  return new Date(Date.now());
}

/** Matches the record under a key if it is live. */
export function alive(key: string): object {
  return { _id: { $eq: key }, expiresAt: { $gt: now() } };
}

/** Matches the record under a key if it is live and has the revision. */
export function aliveAt(key: string, revision: number): object {
  return { ...alive(key), revision: { $eq: revision } };
}

/**
 * Matches the record under a key if it has expired. With `upsert`, a missing record is created, and an expired one is
 * replaced. If there is a live record, the unique index of `_id` refuses the new one, even for simultaneous attempts.
 */
export function dead(key: string): object {
  return { _id: { $eq: key }, expiresAt: { $lte: now() } };
}

/** Matches the live records of a principal, except for those under the keys in `except`. */
export function aliveOf(principal: string, except: readonly string[] = []): object {
  const of = { principal: { $eq: searchablePrincipal(principal) }, expiresAt: { $gt: now() } };
  return except.length === 0 ? of : { ...of, _id: { $nin: except } };
}

/** Matches the live records after a key, in the order of keys. Only keys that are text match, as all of ours are. */
export function aliveAfter(key: string): object {
  return { _id: { $gt: key }, expiresAt: { $gt: now() } };
}

/** Matches all live records. */
export function allAlive(): object {
  return { expiresAt: { $gt: now() } };
}

/** Returns the whole document except its `_id`, which comes from the filter. A replacement removes all old fields. */
export function documentOf(record: SessionRecord): SessionDocument {
  const { revision, principal } = record;
  const document = { revision, expiresAt: new Date(record.expiresAt), record: recordToText(record) };
  return principal === undefined ? document : { ...document, principal: searchablePrincipal(principal) };
}

/** Returns the record of a document. A document that this library did not write is loaded as `corrupt`. */
export function recordFromDocument(found: object): SessionRecord {
  const { record, revision, expiresAt } = found as Partial<SessionDocument>; // checked below; the filters require the date
  return recordFromText(typeof record === 'string' ? record : '', Number(revision), Number(expiresAt));
}

/** Returns the record of a document with its key. */
export function entryOf(found: object): StoreEntry {
  return [(found as { _id: string })._id, recordFromDocument(found)]; // every document has one, and the filters match text only
}
