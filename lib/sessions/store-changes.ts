import { SessionEndedError, SessionHeadersSentError } from '../errors.js';
import { ownField } from '../schema/encoded-payload.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { mergeInto, interpret } from './conflict.js';
import { storeUnderNewId } from './rotate.js';
import { enforceSessionLimit } from './principals.js';
import { plan, type PlanFacts, type PrincipalChange } from './plan.js';
import { createRecord, principalOf, principalText, recordOfPayload } from './session-records.js';
import type { RequestSession } from './request-session.js';
import { tellTooLate, withholdsCookie } from './response-cookie.js';
import type { Stored } from './status.js';
import { wasStored } from './was-stored.js';
import { swap } from './swap.js';

/**
 * Plans what has to be stored, and stores it. Returns `undefined` if there is nothing to wait for.
 * @param changed - the changed payload, encoded
 * @param whenUnchanged - called if nothing has to be stored; a response then touches the session
 * @throws the promise rejects with the errors of `save()`
 */
export function storeChanges<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: EncodedPayload | undefined,
  whenUnchanged?: (stored: Stored) => Promise<void> | undefined,
): Promise<void> | undefined {
  const { config, state } = session;
  // A payload that is stored again must be decoded first, or fields that the schema does not know would be lost.
  if ((config.resave || state.move === 'rotate') && state.stored !== undefined) session.peek();
  const principal = principalChange(session, changed);
  if (principal !== 'none') state.beginAfterRotation();
  switch (plan(factsOf(session, changed, principal))) {
    case 'nothing':
      return undefined;
    case 'refuse-ended':
      return Promise.reject(new SessionEndedError(state.end ?? 'destroyed'));
    case 'refuse-late':
      return Promise.reject(new SessionHeadersSentError());
    case 'create':
      return create(session, changed ?? session.exactBase());
    case 'rotate':
      return rotateFor(session, changed, principal);
    case 'update':
      return state.stored && update(session, state.stored, changed ?? session.exactBase());
    case 'touch':
      return state.stored && whenUnchanged?.(state.stored);
  }
}

function factsOf<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: EncodedPayload | undefined,
  principal: PrincipalChange,
): PlanFacts {
  const { config, state } = session;
  const { status, stored } = state;
  return {
    status: status.is === 'moving' && status.isWaiting ? 'waiting' : status.is,
    isChanged: changed !== undefined,
    storesUnchanged: state.pending === 'always' || (stored === undefined && config.saveUninitialized),
    principal,
    isOutdated:
      session.cookie.isChanged ||
      config.resave ||
      stored?.decodedRecord?.migrated === true ||
      (stored !== undefined && needsReindex(session, stored)),
    isLate: principal !== 'none' && session.transport.headersSent(),
  };
}

/** Gives the session a new id, because a method asked for it or because its principal has changed. */
function rotateFor<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: EncodedPayload | undefined,
  principal: PrincipalChange,
): Promise<void> | undefined {
  const { state } = session;
  if (principal !== 'none') session.cookie.forgetLife();
  const encoded = principal === 'left' ? startOver(session) : changed;
  if (state.move === undefined) state.rotate();
  return state.stored && storeUnderNewId(session, state.stored, encoded, principal);
}

/** Whether a change gives the session another principal. */
function principalChange<S extends SessionSchema>(
  session: RequestSession<S>,
  encoded: EncodedPayload | undefined,
): PrincipalChange {
  if (encoded === undefined) return 'none';
  const before = principalOf(session.config, session.state.base.exact);
  if (principalOf(session.config, encoded) === before) return 'none';
  return before === undefined ? 'began' : 'left';
}

/** The payload that the next principal begins with: a fresh one, with what this request has set. */
function startOver<S extends SessionSchema>(session: RequestSession<S>): EncodedPayload {
  session.watch?.startOver(session.fields);
  session.state.setPending('whole'); // nothing that another request stored for the previous principal is merged into it
  return session.config.codec.encode(session.payload);
}

/** Whether the store cannot find the session by its principal, for example because it was stored before the option was set. */
function needsReindex<S extends SessionSchema>(session: RequestSession<S>, { record, decodedRecord }: Stored): boolean {
  const { codec, principal, store } = session.config;
  if (decodedRecord === undefined || !store.knowsPrincipals) return false;
  // One field is encoded, not the payload: this is asked for each request that only reads.
  const value = principal === undefined ? undefined : ownField(session.fields, principal);
  if (principal === undefined || value === undefined || value === null) return record.principal !== undefined;
  return principalText(codec.encodeField(principal, value) ?? value) !== record.principal;
}

async function create<S extends SessionSchema>(session: RequestSession<S>, encoded: EncodedPayload): Promise<void> {
  if (withholdsCookie(session)) return; // no client would ever find its record
  if (session.transport.headersSent()) {
    const error = new SessionHeadersSentError();
    tellTooLate(session, error);
    if (session.state.pending === 'always') throw error;
    return;
  }
  const written = recordOfPayload(session, encoded, { createdAt: Date.now(), revision: 1, decodedRecord: undefined });
  const stored = await createRecord(session, written);
  wasStored(session, stored, encoded, 'created');
  await enforceSessionLimit(session.config, stored.record.principal);
}

async function update<S extends SessionSchema>(
  session: RequestSession<S>,
  from: Stored,
  encoded: EncodedPayload,
): Promise<void> {
  const { codec, store } = session.config;
  const attemptOf = (stored: Stored, mine: EncodedPayload) => {
    const { record, decodedRecord } = stored;
    const about = { createdAt: record.createdAt, revision: record.revision + 1, from: record, decodedRecord };
    return { from: record, stored, mine, ...recordOfPayload(session, mine, about) };
  };
  const done = await swap(store, from.key, attemptOf(from, encoded), (found, failed) => {
    const { encoded: theirs, ...latest } = interpret(session, failed.stored, found);
    const mine = mergeInto(session, failed.mine, theirs);
    const stored = { ...failed.stored, ...latest };
    if (!codec.same(mine, theirs) || latest.decodedRecord.migrated || session.cookie.isChanged)
      return attemptOf(stored, mine);
    session.state.reread(latest, theirs); // the other request has stored exactly this
    return undefined;
  });
  if (done === undefined) return;
  const { stored, record, decodedRecord, mine } = done;
  wasStored(session, { ...stored, record, decodedRecord }, mine, 'updated');
}
