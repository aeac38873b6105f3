import type { EncodedPayload } from '../schema/payload-codec.js';
import type { Payload, SessionSchema } from '../schema/payload-types.js';
import { refuseOther, interpret } from './conflict.js';
import { putField } from './payload-fields.js';
import { PrincipalWatch } from './principal-watch.js';
import { principalOf, recordOfPayload, type Written } from './session-records.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './status.js';
import { storeChanges } from './store-changes.js';
import { wasStored } from './was-stored.js';
import { swap, type Attempt } from './swap.js';
import { rebase } from './rebase.js';

/** What an `update()` stores: the changed payload, and its record. */
interface Change<S extends SessionSchema> extends Attempt, Written {
  readonly record: Attempt['record'];
  readonly stored: Stored;
  readonly next: EncodedPayload;
  readonly payload: Payload<S>;
}

/** Applies the function of an `update()` to what is stored, and again whenever another request was faster. */
export async function applyUpdate<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
): Promise<void> {
  // A new state is stored as a whole before it is changed, and so is the payload of another principal.
  const { state } = session;
  if (state.pending === 'whole' || session.watch?.isLeft(session.fields) === true) {
    await storeChanges(session, session.changes());
    session.watchAgain();
  }
  const { codec, store } = session.config;
  if (state.stored === undefined || state.isNew) {
    // No other request knows this id, so no atomic step is needed.
    const before = codec.encode(session.payload);
    const payload = codec.decodeOrThrow(before);
    await run(session, change, payload);
    const next = codec.encode(payload);
    rebase(session, before, next, payload);
    state.setPending('always');
    await storeChanges(session, next);
    return;
  }
  const base = session.exactBase();
  const loaded = state.stored; // with its source, because the payload has been accessed
  const first = await changeOf(session, change, base, loaded, base);
  const done =
    first &&
    (await swap(store, loaded.key, first, (found, failed) => {
      const { encoded, ...latest } = interpret(session, failed.stored, found);
      refuseOther(session, encoded);
      report(session, 'conflict', { fields: [] });
      return changeOf(session, change, base, { ...failed.stored, ...latest }, encoded);
    }));
  if (done === undefined) return;
  const { stored, record, decodedRecord, next, payload } = done;
  rebase(session, base, next, payload);
  wasStored(session, { ...stored, record, decodedRecord }, next, 'updated');
}

/** Runs the function of an `update()` on what is stored; returns `undefined` if nothing is left to store after it. */
async function changeOf<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
  base: EncodedPayload,
  stored: Stored,
  encoded: EncodedPayload,
): Promise<Change<S> | undefined> {
  const { codec } = session.config;
  const payload = codec.decodeOrThrow(encoded);
  const fields = payload as Record<string, unknown>; // any field can be asked for
  const watch = PrincipalWatch.of(session.config, encoded, { ...payload });
  watch?.watch(payload);
  await run(session, change, payload);
  if (watch?.isLeft(fields) === true) watch.startOver(fields);
  const next = codec.encode(payload);
  if (principalOf(session.config, next) !== principalOf(session.config, encoded)) {
    // The session must move to a new id, which is done by a commit.
    if (watch === undefined) rebase(session, base, next, payload);
    else startOverWith(session, payload);
    session.state.reread(stored, encoded);
    await storeChanges(session, session.changes() ?? next);
    return undefined;
  }
  if (codec.same(next, encoded)) {
    rebase(session, base, next, payload);
    session.state.reread(stored, encoded);
    return undefined;
  }
  const { record, decodedRecord } = stored;
  const about = { createdAt: record.createdAt, revision: record.revision + 1, from: record, decodedRecord };
  return { from: record, stored, next, payload, ...recordOfPayload(session, next, about) };
}

/** Puts the payload that an `update()` has started for another principal into the handler's session. */
function startOverWith<S extends SessionSchema>(session: RequestSession<S>, payload: object): void {
  const { watch } = session;
  if (watch === undefined || Object.isFrozen(session.session)) {
    session.assign(payload);
    return;
  }
  const theirs = payload as Record<string, unknown>; // any field can be asked for
  const fields = [...Object.keys(theirs), ...Object.keys(session.fields)].filter(
    (field) => !watch.isSet(session.fields, field), // what the handler has set outside of the function stays
  );
  watch.leave();
  for (const field of fields) putField(session.fields, field, theirs[field]);
}

/** The sessions whose `update()` function is running, until it first waits for something. */
const updating = new WeakSet<object>();

/** Whether the function of an `update()` is calling a method of the session, which would make it wait forever. */
export function isUpdating(session: object): boolean {
  return updating.has(session);
}

/** Calls the function of an `update()`. */
function run<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
  payload: Payload<S>,
): void | Promise<void> {
  updating.add(session);
  try {
    return change(payload);
  } finally {
    updating.delete(session);
  }
}
