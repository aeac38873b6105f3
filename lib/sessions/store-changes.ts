import { SessionEndedError, SessionHeadersSentError } from '../errors.js';
import type { Tree } from '../schema/payload-codec.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { mergeInto, interpret } from './conflict.js';
import { rotate } from './rotate.js';
import { enforceSessionLimit } from './principals.js';
import { plan, type PlanFacts, type PrincipalChange } from './plan.js';
import { principalOf, recordOf } from './session-records.js';
import type { RequestSession } from './request-session.js';
import { tellTooLate, withholdsCookie } from './response-cookie.js';
import type { Stored } from './status.js';
import { createRecord, wasStored } from './record-writes.js';
import { swap } from './swap.js';

/**
 * Plans what has to be stored, and stores it. Returns `undefined` if there is nothing to wait for.
 * @param changed - the changed payload, encoded
 * @param whenUnchanged - called if nothing has to be stored; a response then touches the session
 * @throws the promise rejects with the errors of `save()`
 */
export function storeChanges<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: Tree | undefined,
  whenUnchanged?: (stored: Stored) => Promise<void> | undefined,
): Promise<void> | undefined {
  const { settings, state } = session;
  // A payload that is stored again must be decoded first, or fields that the schema does not know would be lost.
  if ((settings.resave || state.move === 'rotate') && state.stored !== undefined) session.peek();
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
  changed: Tree | undefined,
  principal: PrincipalChange,
): PlanFacts {
  const { settings, state } = session;
  const { status, stored } = state;
  return {
    status: status.is === 'moving' && status.isWaiting ? 'waiting' : status.is,
    isChanged: changed !== undefined,
    storesUnchanged: state.pending === 'always' || (stored === undefined && settings.saveUninitialized),
    principal,
    isOutdated:
      session.cookie.isChanged ||
      settings.resave ||
      stored?.source?.migrated === true ||
      (stored !== undefined && needsReindex(session, stored)),
    isLate: principal !== 'none' && session.transport.headersSent(),
  };
}

/** Gives the session a new id, because a method asked for it or because its principal has changed. */
function rotateFor<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: Tree | undefined,
  principal: PrincipalChange,
): Promise<void> | undefined {
  const { state } = session;
  if (principal !== 'none') session.cookie.forgetLife();
  const tree = principal === 'left' ? startOver(session) : changed;
  if (state.move === undefined) state.rotate();
  return state.stored && rotate(session, state.stored, tree, principal);
}

/** Whether a change gives the session another principal. */
function principalChange<S extends SessionSchema>(session: RequestSession<S>, tree: Tree | undefined): PrincipalChange {
  if (tree === undefined) return 'none';
  const before = principalOf(session.settings, session.state.base.exact);
  if (principalOf(session.settings, tree) === before) return 'none';
  return before === undefined ? 'began' : 'left';
}

/** The payload that the next principal begins with: a fresh one, with what this request has set. */
function startOver<S extends SessionSchema>(session: RequestSession<S>): Tree {
  session.watch?.startOver(session.fields);
  session.state.setPending('whole'); // nothing that another request stored for the previous principal is merged into it
  return session.settings.codec.encode(session.payload);
}

/** Whether the store cannot find the session by its principal, for example because it was stored before the option was set. */
function needsReindex<S extends SessionSchema>(session: RequestSession<S>, { record, source }: Stored): boolean {
  const { settings, state } = session;
  const isKnown = source !== undefined && settings.store.knowsPrincipals;
  return isKnown && principalOf(settings, state.base.exact) !== record.principal;
}

async function create<S extends SessionSchema>(session: RequestSession<S>, tree: Tree): Promise<void> {
  if (withholdsCookie(session)) return; // no client would ever find its record
  if (session.transport.headersSent()) {
    const error = new SessionHeadersSentError();
    tellTooLate(session, error);
    if (session.state.pending === 'always') throw error;
    return;
  }
  const written = recordOf(session, tree, { createdAt: Date.now(), revision: 1, source: undefined });
  const stored = await createRecord(session, written);
  wasStored(session, stored, tree, 'created');
  await enforceSessionLimit(session.settings, stored.record.principal);
}

async function update<S extends SessionSchema>(session: RequestSession<S>, from: Stored, tree: Tree): Promise<void> {
  const { codec, store } = session.settings;
  const attemptOf = (stored: Stored, mine: Tree) => {
    const { record, source } = stored;
    const about = { createdAt: record.createdAt, revision: record.revision + 1, from: record, source };
    return { from: record, stored, mine, ...recordOf(session, mine, about) };
  };
  const done = await swap(store, from.key, attemptOf(from, tree), (found, failed) => {
    const { tree: theirs, ...latest } = interpret(session, failed.stored, found);
    const mine = mergeInto(session, failed.mine, theirs);
    const stored = { ...failed.stored, ...latest };
    if (!codec.same(mine, theirs) || latest.source.migrated || session.cookie.isChanged) return attemptOf(stored, mine);
    session.state.reread(latest, theirs); // the other request has stored exactly this
    return undefined;
  });
  if (done === undefined) return;
  const { stored, record, source, mine } = done;
  wasStored(session, { ...stored, record, source }, mine, 'updated');
}
