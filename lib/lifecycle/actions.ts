import { SessionConflictError, SessionEndedError, SessionHeadersSentError, SessionReadonlyError } from '../errors.js';
import { emit } from '../events.js';
import { ownField } from '../schema/tree.js';
import type { Payload, SessionField, SessionSchema } from '../schema/types.js';
import { settle } from './commit.js';
import { readAgain, refuseOther } from './conflict.js';
import { putField } from './fields.js';
import { PrincipalWatch } from './principal-watch.js';
import { endRecord, isOurs, principalOf, recordOf } from './records.js';
import type { RequestSession } from './request-session.js';
import { wasStored } from './stored.js';
import { takeOver } from './take-over.js';
import { touch as touchStored } from './touch.js';

// What the methods of `req.session` do. What each means is said at SessionMembers.

export function save<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return whole(session, 'save', async () => {
    session.saveNew ||= session.isNew;
    await settle(session, session.changes());
  });
}

/** Runs a piece of work in its turn. If it fails, the payload is as it was stored last. */
function whole<S extends SessionSchema, T>(
  session: RequestSession<S>,
  method: string,
  work: () => Promise<T>,
): Promise<T> {
  return session.inTurn(async () => {
    refuseReadonly(session, method);
    const mark = session.mark();
    try {
      const result = await work();
      session.watchAgain();
      return result;
    } catch (error) {
      session.undo(mark);
      throw error;
    }
  });
}

export function reload<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.inTurn(async () => {
    refuseEnded(session);
    const { codec } = session.settings;
    if (session.stored === undefined || session.move === 'regenerate') {
      session.startFresh();
      return;
    }
    const { tree, ...read } = await readAgain(session, session.stored);
    session.stored = { ...session.stored, ...read };
    session.replaced = false;
    session.base = tree;
    session.baseIsExact = true;
    session.replace(codec.decodeOrThrow(tree));
  });
}

export function rotate<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.inTurn(() => {
    refuseHeadersSent(session);
    if (session.ended === 'rotated' && session.successor !== undefined) {
      session.ended = undefined; // a login sent twice, on the old id: it begins a session of its own
      session.successor = undefined;
    }
    refuseEnded(session);
    if (session.stored !== undefined) session.move ??= 'rotate';
    session.moveWaits = false;
    session.id = session.newId();
    return Promise.resolve();
  });
}

/** @param inNewObject - the handler's object keeps its payload, as in express-session, whose callers may copy from it */
export function regenerate<S extends SessionSchema>(session: RequestSession<S>, inNewObject: boolean): Promise<void> {
  return session.inTurn(() => {
    refuseHeadersSent(session);
    if (inNewObject) session.newObject();
    session.startFresh();
    return Promise.resolve();
  });
}

export function destroy<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.inTurn(async () => {
    const { stored, successor } = session;
    const { store } = session.settings;
    if (stored !== undefined) await endRecord(store, stored.key, stored.record);
    else if (typeof successor === 'string') await endRecord(store, successor, await store.read(successor));
    session.clearDue = session.cookieArrived || typeof successor === 'string' || session.cookieDue;
    session.cookieDue = false;
    session.stored = undefined;
    session.move = undefined;
    session.ended = 'destroyed';
    session.reset();
    emit('destroy', { request: session.request });
  });
}

export function validate<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.inTurn(async () => {
    session.settings.codec.encode(session.payload);
  });
}

export function become<S extends SessionSchema>(session: RequestSession<S>, state: Payload<S>): Promise<void> {
  return session.inTurn(async () => {
    refuseReadonly(session, 'become');
    const { codec } = session.settings;
    const tree = codec.encode(state); // the schema finds out whether it is one
    const principalChanged = principalOf(session.settings, tree) !== principalOf(session.settings, session.exactBase());
    if (principalChanged) refuseHeadersSent(session);
    const isLoginSentTwice = session.ended === 'rotated' && session.successor !== undefined && principalChanged;
    if (!isLoginSentTwice) refuseEnded(session);
    session.replace(codec.decodeOrThrow(tree));
    session.replaced = true;
  });
}

export function touch<S extends SessionSchema>(session: RequestSession<S>): Promise<void> {
  return session.inTurn(async () => {
    if (session.stored !== undefined && session.ended === undefined) await touchStored(session, session.stored);
  });
}

export function update<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
): Promise<void> {
  return whole(session, 'update', () => updateNow(session, change));
}

async function updateNow<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
): Promise<void> {
  refuseEnded(session);
  // A state is stored whole before it is changed, and so is the payload of another principal.
  if (session.replaced || session.watch?.isLeft(session.fields) === true) {
    await settle(session, session.changes());
    session.watchAgain();
  }
  const { codec, store } = session.settings;
  if (session.stored === undefined || session.move === 'regenerate') {
    // Nobody else knows this id: there is nobody to be atomic against.
    const before = codec.encode(session.payload);
    const payload = codec.decodeOrThrow(before);
    await run(session, change, payload);
    const next = codec.encode(payload);
    takeOver(session, before, next, payload);
    session.saveNew = true;
    await settle(session, next);
    return;
  }
  const started = Date.now();
  const base = session.exactBase();
  let stored = session.stored;
  let tree = base;
  for (;;) {
    const payload = codec.decodeOrThrow(tree);
    const watch = PrincipalWatch.of(session.settings, tree, { ...payload });
    watch?.watch(payload);
    await run(session, change, payload);
    if (watch?.isLeft(payload as Record<string, unknown>) === true) watch.startOver(payload as Record<string, unknown>); // any field can be asked for
    const next = codec.encode(payload);
    if (principalOf(session.settings, next) !== principalOf(session.settings, tree)) {
      // The session must move to a new id, which is a commit's work.
      if (watch === undefined) takeOver(session, base, next, payload);
      else startOverWith(session, payload);
      session.stored = stored;
      session.base = tree;
      await settle(session, session.changes() ?? next);
      return;
    }
    const { record } = stored;
    const changed = recordOf(session, next, {
      createdAt: record.createdAt,
      revision: record.revision + 1,
      from: record,
      source: stored.source,
    });
    if (codec.same(next, tree)) {
      takeOver(session, base, next, payload);
      session.stored = stored;
      session.base = tree;
      return;
    }
    if (await store.update(stored.key, changed.record, record.revision)) {
      takeOver(session, base, next, payload);
      wasStored(session, { ...stored, ...changed }, next, false);
      return;
    }
    const latest = await readAgain(session, stored);
    if (isOurs(latest.record, changed.record)) {
      takeOver(session, base, next, payload);
      wasStored(session, { ...stored, record: latest.record, source: changed.source }, next, false);
      return;
    }
    refuseOther(session, latest.tree);
    emit('conflict', { request: session.request, fields: [] });
    stored = { ...stored, record: latest.record, source: latest.source };
    tree = latest.tree;
    if (Date.now() - started > store.patience) throw new SessionConflictError([]);
  }
}

/** Puts the payload that an `update()` has begun for another principal into the handler's session. */
function startOverWith<S extends SessionSchema>(session: RequestSession<S>, payload: object): void {
  const { watch } = session;
  if (watch === undefined || Object.isFrozen(session.session)) {
    session.replace(payload);
    return;
  }
  const theirs = payload as Record<string, unknown>; // any field can be asked for
  const fields = [...Object.keys(theirs), ...Object.keys(session.fields)].filter(
    (field) => !watch.isSet(session.fields, field), // what the handler has set beside the function stays
  );
  watch.leave();
  for (const field of fields) putField(session.fields, field, theirs[field]);
}

/** Calls the function of an `update()`; a method of the session that it calls by itself is known by the flag. */
function run<S extends SessionSchema>(
  session: RequestSession<S>,
  change: (payload: Payload<S>) => void | Promise<void>,
  payload: Payload<S>,
): void | Promise<void> {
  session.inChange = true;
  try {
    return change(payload);
  } finally {
    session.inChange = false;
  }
}

export function take<S extends SessionSchema>(session: RequestSession<S>, field: SessionField<S>): Promise<unknown> {
  return whole(session, 'take', async () => {
    const { codec } = session.settings;
    const initial = ownField(codec.initial(), field);
    const { payload } = session;
    const live = ownField(codec.comparable(payload), field);
    // Nothing to take: no reason to ask the store, and none to refuse a session that has ended.
    if (codec.same(live, ownField(codec.comparable(codec.initial()), field))) return ownField(payload, field);
    refuseEnded(session);
    const isOurs =
      session.stored === undefined ||
      session.move === 'regenerate' ||
      !codec.same(live, ownField(session.exactBase(), field));
    if (isOurs) return putField(session.fields, field, initial); // set in this request: no other has seen it
    let taken: unknown;
    let isLeft = false;
    await updateNow(session, (latest) => {
      taken = putField(latest as Record<string, unknown>, field, initial);
      if (isLeft) return;
      isLeft = true;
      // From here on the handler has the default, an object of its own: what it adds to it is not what is taken.
      putField(session.fields, field, ownField(codec.initial(), field));
    });
    return taken;
  });
}

function refuseEnded<S extends SessionSchema>(session: RequestSession<S>): void {
  if (session.ended !== undefined) throw new SessionEndedError(session.ended);
}

function refuseHeadersSent<S extends SessionSchema>(session: RequestSession<S>): void {
  if (session.headersSent()) throw new SessionHeadersSentError();
}

function refuseReadonly<S extends SessionSchema>(session: RequestSession<S>, method: string): void {
  if (session.isReadonly) throw new SessionReadonlyError([], `${method}() was called on a session`);
}
