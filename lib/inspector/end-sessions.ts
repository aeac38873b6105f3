import { SessionStoreError } from '../errors.js';
import { endRecord } from '../sessions/session-records.js';
import type { GuardedStore } from '../sessions/guarded-store.js';

/**
 * Ends one session.
 * @returns whose it was; `undefined` if there was none
 */
export async function endOne(
  store: GuardedStore,
  key: string,
): Promise<{ readonly principal: string | undefined } | undefined> {
  const record = await store.read(key);
  if (record === undefined) return undefined;
  await endRecord(store, key, record);
  return { principal: record.principal };
}

/**
 * Ends all sessions of a principal, or all but one. A rotation may move a session meanwhile, so this repeats until no other is
 * left.
 * @param principal - in the form that records have
 * @returns how many ended
 */
export async function endAll(store: GuardedStore, principal: string, kept: string | undefined): Promise<number> {
  const except = kept === undefined ? [] : [kept];
  const started = Date.now();
  for (let ended = 0; ;) {
    ended += await store.revoke(principal, except);
    const left = await store.list(principal);
    if (left.every(([key]) => key === kept)) return ended;
    if (Date.now() - started > store.retryBudget) throw new SessionStoreError('revoke', 'new sessions kept coming');
  }
}
