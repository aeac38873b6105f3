import { SessionConflictError } from '../errors.js';
import type { SessionRecord } from '../stores/store-contract.js';
import type { GuardedStore } from './guarded-store.js';
import { isOurs } from './write-id.js';

/** One attempt to replace a record. */
export interface Attempt {
  /** The record that the store must still have. */
  readonly from: SessionRecord;
  /** The record that replaces it. */
  readonly record: SessionRecord;
}

/**
 * Replaces a record by compare-and-swap. If that fails, it recognises its own write; otherwise it reads again, and retries with
 * the attempt that `again` returns. It gives up when the store's retry budget is used up, but never before the second try.
 *
 * @param again - called after another request was faster, with what is stored now; returns `undefined` to stop
 * @returns the attempt that is in the store, with the record as it is there; `undefined` if `again` returned nothing
 * @throws SessionConflictError if other requests were faster for too long; SessionStoreError
 */
export async function swap<A extends Attempt>(
  store: GuardedStore,
  key: string,
  first: A,
  again: (found: SessionRecord | undefined, failed: A) => A | undefined | Promise<A | undefined>,
): Promise<A | undefined> {
  const started = Date.now();
  let attempt: A | undefined = first;
  for (let tries = 1; attempt !== undefined; tries++) {
    const { from, record } = attempt;
    if (await store.update(key, record, from.revision)) return attempt;
    const found = await store.read(key);
    if (isOurs(found, record)) return { ...attempt, record: found };
    attempt = await again(found, attempt);
    if (attempt !== undefined && tries > 1 && Date.now() - started > store.retryBudget)
      throw new SessionConflictError([]);
  }
  return undefined;
}
