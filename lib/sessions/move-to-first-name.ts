import type { SessionRecord } from '../stores/store-contract.js';
import type { GuardedStore } from './guarded-store.js';
import { endRecord, isPending, tombstoneOf } from './session-records.js';
import { newWriteId } from './write-id.js';

// A session keeps its id when it moves from one cookie name to another, so that a client that did not get the response finds it
// by either cookie. Only its key changes. Because no store writes two keys in one command, the move has three steps:
//
// 1. A copy is created under the new key. It is pending: no request treats it as a session.
// 2. The old record becomes a tombstone, by compare-and-swap. It fails if the record has changed since it was copied. From
//    here on the session is at the new key, and the tombstone names the copy that is in force by its write id.
// 3. The copy is no longer pending. Any request that finds the tombstone can do this step, if the first one is gone.
//
// Step 1 alone never makes the copy a session, so a slow request cannot restore a session that has ended.

/** The key under which a session is found, and its record. */
export interface KeyedRecord {
  readonly key: string;
  readonly record: SessionRecord;
}

/**
 * Moves a live session to the key of the first name.
 * @returns where the session is now: at its old key if the new one is taken; `undefined` if it has ended
 */
export async function moveToFirstName(
  store: GuardedStore,
  id: string,
  found: KeyedRecord,
): Promise<KeyedRecord | undefined> {
  const to = store.keyOf(id);
  const started = Date.now();
  let { record } = found;
  while (Date.now() - started <= store.retryBudget) {
    const copy = await placeCopy(store, to, record);
    if (copy === 'taken') break;
    if (copy !== undefined) {
      const tombstone = { ...tombstoneOf(record, to), writeId: copy.writeId };
      if (await store.update(found.key, tombstone, record.revision)) return putInForce(store, to, copy.writeId, copy);
    }
    const latest = await store.read(found.key);
    if (latest?.forwardTo === to) return putInForce(store, to, latest.writeId);
    if (latest === undefined || latest.forwardTo !== undefined) {
      if (copy !== undefined) await removeCopy(store, to, copy);
      return undefined;
    }
    record = latest;
  }
  return { key: found.key, record };
}

/**
 * Puts the copy into force that a tombstone names, so that it is the session's record.
 * @param copy - the copy, if it is known
 * @returns the session at its new key; `undefined` if it has ended
 */
export async function putInForce(
  store: GuardedStore,
  key: string,
  writeId: string | undefined,
  copy?: SessionRecord,
): Promise<KeyedRecord | undefined> {
  for (let record = copy ?? (await store.read(key)); record !== undefined; record = await store.read(key)) {
    if (!isPending(record)) return record.forwardTo === undefined ? { key, record } : undefined;
    if (writeId === undefined || record.writeId !== writeId) {
      await removeCopy(store, key, record); // left by a request that was too slow
      return undefined;
    }
    // By two: the revision must exceed that of the tombstone, so that revisions only grow at each key, wherever it moves next.
    const live = { ...record, revision: record.revision + 2, forwardTo: undefined, writeId: newWriteId() };
    if (await store.update(key, live, record.revision)) return { key, record: live };
  }
  return undefined;
}

/**
 * Stores a copy under the new key, or finds a copy of the same revision there.
 * @returns `'taken'` if a live session has the key; `undefined` if the record has changed since it was read
 */
async function placeCopy(
  store: GuardedStore,
  key: string,
  record: SessionRecord,
): Promise<SessionRecord | 'taken' | undefined> {
  const copy: SessionRecord = { ...record, forwardTo: null, writeId: newWriteId(), mirroredUntil: undefined };
  for (;;) {
    if (await store.create(key, copy)) return copy;
    const there = await store.read(key);
    if (there === undefined) continue;
    if (there.forwardTo === undefined) return 'taken';
    if (there.writeId === copy.writeId) return copy; // the driver sent the command twice
    if (there.revision === copy.revision && isPending(there)) return there; // another request's copy of the same revision
    if (there.revision >= copy.revision) return isPending(there) ? undefined : 'taken';
    // The record there is older: a copy of an earlier revision, or the tombstone of a move in the other direction.
    if (await store.update(key, copy, there.revision)) return copy;
  }
}

/** Removes a copy that will never be in force. */
function removeCopy(store: GuardedStore, key: string, copy: SessionRecord): Promise<void> {
  return endRecord(store, key, copy);
}
