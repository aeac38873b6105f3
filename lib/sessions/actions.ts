import { SessionEndedError, SessionHeadersSentError, SessionReadonlyError } from '../errors.js';
import { didYouMean } from '../did-you-mean.js';
import { ownField } from '../schema/encoded-payload.js';
import type { Payload, SessionField, SessionSchema } from '../schema/payload-types.js';
import { reread } from './conflict.js';
import { putField } from './payload-fields.js';
import { endRecord, principalOf } from './session-records.js';
import { report, traceCommit } from './report.js';
import type { RequestSession } from './request-session.js';
import { touchStored } from './touch.js';
import { storeChanges } from './store-changes.js';
import { applyUpdate } from './update-function.js';

// The methods of `req.session`. SessionMembers documents what each of them does.

export function save<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return whole(session, 'save', async () => {
    session.state.setPending('always');
    await storeChanges(session, session.changes());
  });
}

/** Runs work when all earlier work of the session has finished. If it fails, the payload is reset to what was stored last. */
function whole<S extends SessionSchema, T>(
  session: RequestSession<S>,
  method: 'save' | 'update' | 'take',
  work: () => Promise<T>,
): Promise<T> {
  return session.serialize(async () => {
    refuseReadonly(session, method);
    session.state.begin();
    try {
      const result = await traceCommit(session, method, work);
      session.watchAgain();
      return result as T; // the work always returns a promise
    } catch (error) {
      session.undo();
      throw error;
    }
  });
}

export function reload<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.serialize(async () => {
    refuseEnded(session);
    const { state, config } = session;
    if (state.stored === undefined || state.isNew) {
      session.regenerate();
      return;
    }
    const { encoded, ...found } = await reread(session, state.stored);
    state.reread(found, encoded);
    state.setPending('changes');
    session.assign(config.codec.decodeOrThrow(encoded));
  });
}

export function rotate<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.serialize(async () => {
    refuseHeadersSent(session);
    session.state.beginAfterRotation();
    refuseEnded(session);
    session.state.rotate();
  });
}

/**
 * @param inNewObject - the handler's old object keeps its payload, as in express-session, so that the handler can copy from it
 */
export function regenerate<S extends SessionSchema>(session: RequestSession<S>, inNewObject: boolean): Promise<void> {
  return session.serialize(async () => {
    refuseHeadersSent(session);
    if (inNewObject) session.detach();
    session.regenerate();
  });
}

export function destroy<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.serialize(async () => traceCommit(session, 'destroy', () => endSession(session)));
}

async function endSession<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  const { state, cookie } = session;
  const { stored, successor } = state;
  const { store, serializer } = session.config;
  if (stored !== undefined) {
    serializer.forget(stored.key);
    await endRecord(store, stored.key, stored.record);
  } else if (typeof successor === 'string') await endRecord(store, successor, await store.read(successor));
  if (cookie.isKnown || typeof successor === 'string') cookie.clear();
  report(session, 'destroy', {}); // while the handle is known
  state.destroyed();
  session.assignInitial();
}

export function validate<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.serialize(async () => {
    session.config.codec.encode(session.payload);
  });
}

export function become<S extends SessionSchema>(session: RequestSession<S>, state: Payload<S>): Promise<void> {
  return session.serialize(async () => {
    refuseReadonly(session, 'become');
    const { codec } = session.config;
    const encoded = codec.encode(state); // the schema checks it
    const principalChanged = principalOf(session.config, encoded) !== principalOf(session.config, session.exactBase());
    if (principalChanged) refuseHeadersSent(session);
    if (!(principalChanged && session.state.isRotatedAway)) refuseEnded(session);
    session.assign(codec.decodeOrThrow(encoded));
    session.state.setPending('whole');
  });
}

export function touch<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.serialize(async () => {
    const { stored, end } = session.state;
    if (stored !== undefined && end === undefined) await touchStored(session, stored);
  });
}

export function update<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
): Promise<void> {
  return whole(session, 'update', async () => {
    if (typeof change !== 'function') throw new TypeError('update() takes a function: update((latest) => { … })');
    refuseEnded(session);
    await applyUpdate(session, change);
  });
}

export function take<S extends SessionSchema>(session: RequestSession<S>, field: SessionField<S>): Promise<unknown> {
  return whole(session, 'take', async () => {
    const { codec } = session.config;
    if (typeof field !== 'string') throw new TypeError("take() takes the name of a field: take('notice')");
    if (!codec.hasField(field)) {
      throw new TypeError(`take('${field}'): the schema has no such field${didYouMean(field, codec.fields ?? [])}`);
    }
    const initial = ownField(codec.initial(), field);
    const { payload } = session;
    const live = ownField(codec.comparable(payload), field);
    // There is nothing to take, so the store is not asked, and a session that has ended is not refused.
    if (codec.same(live, ownField(codec.comparable(codec.initial()), field))) return ownField(payload, field);
    refuseEnded(session);
    const isOurs = session.state.isNew || !codec.same(live, ownField(session.exactBase(), field));
    if (isOurs) return putField(session.fields, field, initial); // set in this request, so no other request has seen it
    let taken: unknown;
    let isLeft = false;
    await applyUpdate(session, (latest) => {
      taken = putField(latest as Record<string, unknown>, field, initial);
      if (isLeft) return;
      isLeft = true;
      // From here on the handler's field holds the default, as an object of its own: changes to it do not affect the taken
      // value.
      putField(session.fields, field, ownField(codec.initial(), field));
    });
    return taken;
  });
}

function refuseEnded<S extends SessionSchema>(session: RequestSession<S>): void {
  const { end } = session.state;
  if (end !== undefined) throw new SessionEndedError(end);
}

function refuseHeadersSent<S extends SessionSchema>(session: RequestSession<S>): void {
  if (session.transport.headersSent()) throw new SessionHeadersSentError();
}

function refuseReadonly<S extends SessionSchema>(session: RequestSession<S>, method: string): void {
  if (session.isReadonly) throw new SessionReadonlyError([], `${method}() was called on a session`);
}
