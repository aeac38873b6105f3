import { SessionHeadersSentError, SessionStoreError } from '../errors.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import { DecodedRecord } from '../schema/decoded-record.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionRecord } from '../stores/store-contract.js';
import { interpret, mergeInto } from './conflict.js';
import type { GuardedStore } from './guarded-store.js';
import { enforceSessionLimit } from './principals.js';
import { createRecord, recordOfPayload, retire, tombstoneOf } from './session-records.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import { withholdsCookie } from './response-cookie.js';
import type { PrincipalChange } from './plan.js';
import type { Stored } from './status.js';
import { wasStored } from './was-stored.js';
import { swap } from './swap.js';
import { isOurs } from './write-id.js';

/** Stores the session under its new id, and leaves a tombstone at the old one. */
export async function storeUnderNewId<S extends SessionSchema>(
  session: RequestSession<S>,
  old: Stored,
  encoded: EncodedPayload | undefined,
  change: PrincipalChange,
): Promise<void> {
  if (session.transport.headersSent()) throw new SessionHeadersSentError();
  if (withholdsCookie(session)) {
    session.rollBack(); // the browser would keep an id that is no longer valid
    return;
  }
  const { store } = session.config;
  const fresh = session.state.move === 'regenerate';
  const principalChanged = change !== 'none';
  if (fresh && encoded === undefined && session.state.pending !== 'always') {
    await leave(session, old);
    return;
  }
  let mine = encoded ?? session.exactBase();
  const createdAt = fresh || principalChanged ? Date.now() : old.record.createdAt;
  const decodedBefore = (decodedRecord: DecodedRecord | undefined) =>
    fresh ? undefined : change === 'left' ? carried(session, decodedRecord) : decodedRecord;
  let stored = await createRecord(
    session,
    recordOfPayload(session, mine, { createdAt, revision: 1, decodedRecord: decodedBefore(old.decodedRecord) }),
  );
  // A logout with the old id also ends the new session, but only after a plain rotation: after a login, others may know the
  // old id.
  const successor = fresh || principalChanged ? null : stored.key;
  const attemptOn = (record: SessionRecord) => ({ from: record, record: tombstoneOf(record, successor) });
  let attempt = attemptOn(old.record);
  try {
    await swap(store, old.key, attempt, async (found) => {
      const latest = interpret(session, old, found);
      attempt = attemptOn(latest.record);
      if (fresh) return attempt;
      mine = mergeInto(session, mine, latest.encoded);
      const revision = stored.record.revision + 1;
      const written = recordOfPayload(session, mine, {
        createdAt,
        revision,
        decodedRecord: decodedBefore(latest.decodedRecord),
      });
      await store.update(stored.key, written.record, stored.record.revision); // no other request knows this key
      stored = { ...stored, ...written };
      return attempt;
    });
  } catch (error) {
    const isMoved = error instanceof SessionStoreError ? await isWritten(store, old.key, attempt.record) : false;
    if (isMoved !== true) {
      await removeNew(store, stored.key, isMoved === false);
      throw error;
    }
  }
  wasStored(session, stored, mine, 'moved');
  report(session, 'rotate', { principalChanged });
  if (principalChanged) await enforceSessionLimit(session.config, stored.record.principal);
}

/** Ends the old session without a new one. Clearing the cookie makes the browser begin again without the old id. */
async function leave<S extends SessionSchema>(session: RequestSession<S>, old: Stored): Promise<void> {
  session.config.serializer.forget(old.key);
  await retire(session.config.store, old.key, old.record, null);
  session.state.left();
  session.cookie.clear();
}

/**
 * Removes the record under the new id after a failed rotation. No client knows that id yet, so nothing is lost.
 * @param isAwaited - `false` if the store has already failed to answer
 */
async function removeNew(store: GuardedStore, key: string, isAwaited: boolean): Promise<void> {
  const removal = store.delete(key).catch(() => undefined);
  if (isAwaited) await removal;
}

/** Keeps only the fields that are carried over, in their stored form, from what was stored for the previous principal. */
function carried<S extends SessionSchema>(
  session: RequestSession<S>,
  decodedRecord: DecodedRecord | undefined,
): DecodedRecord | undefined {
  if (decodedRecord === undefined) return undefined;
  const { carryOver, serializer } = session.config;
  const storedForms = new Map([...decodedRecord.storedForms].filter(([field]) => carryOver.includes(field)));
  return new DecodedRecord({ encoded: {}, storedForms, version: serializer.version, migrated: false }, {});
}

/**
 * Whether a write is in the store although its answer did not arrive. If it were treated as failed, the session would end.
 * `undefined` if the store does not answer.
 */
function isWritten(store: GuardedStore, key: string, written: SessionRecord): Promise<boolean | undefined> {
  return store.read(key).then(
    (found) => isOurs(found, written),
    () => undefined,
  );
}
