import { SessionEndedError, SessionHeadersSentError } from '../errors.js';
import { emit } from '../events.js';
import type { Tree } from '../schema/codec.js';
import type { SessionSchema } from '../schema/types.js';
import { mergeInto, interpret } from './conflict.js';
import { move, type PrincipalChange } from './move.js';
import { enforceSessionLimit } from './principals.js';
import { plan, type PlanFacts } from './plan.js';
import { principalOf, recordOf } from './records.js';
import type { RequestSession } from './request-session.js';
import { tellTooLate, withholdsCookie } from './response-cookie.js';
import { createRecord, wasStored, type Stored } from './stored.js';
import { swap } from './swap.js';
import { touchIfDue } from './touch.js';

/**
 * Stores what the request did to its session. Called before the first byte of the response, and again at its end where
 * more was changed after that. Returns nothing where there is nothing to wait for.
 *
 * @param status - the response's status: one of 500 or above commits no change of the payload
 * @param streamed - whether it is a streamed response, which a touch does not delay
 * @throws SessionValidationError where the changed payload does not fit the schema; what the promise rejects with is
 *   named at `save()`
 */
export function commit<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  if (!session.loaded) return undefined;
  // A save() that nobody awaited goes first; what is left to do is seen when it is done.
  if (session.busy) return session.serialize(() => Promise.resolve(commitNow(session, status, streamed)));
  const work = commitNow(session, status, streamed);
  return work && session.serialize(() => work);
}

/** The commit before the response; a change that came too late is an error, or dropped where the app said so. */
function commitNow<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  session.considered = status >= 500 ? undefined : session.changes();
  const work = settle(session, session.considered, (stored) => touchIfDue(session, stored, streamed));
  if (!session.settings.dropsEnded) return work;
  return work?.catch((error: unknown) => {
    if (!(error instanceof SessionEndedError)) throw error;
    session.rollBack();
    emit('error', { request: session.request, error, consequence: 'dropped', ended: error.reason });
  });
}

/**
 * Brings the store to what the session is now; `tree` is the changed payload, encoded.
 * @param whenUnchanged - called if nothing has to be stored: the commit touches the session then
 */
export function settle<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: Tree | undefined,
  whenUnchanged?: (stored: Stored) => Promise<void> | undefined,
): Promise<void> | undefined {
  const { settings, stored } = session;
  // What is stored again has to be read, or the fields that the schema does not know would be left behind.
  if ((settings.resave || session.move === 'rotate') && stored !== undefined) session.peek();
  const principal = principalChange(session, changed);
  if (principal !== 'none') session.beginAnew();
  switch (plan(factsOf(session, changed, principal))) {
    case 'nothing':
      return undefined;
    case 'refuse-ended':
      return Promise.reject(new SessionEndedError(session.ended ?? 'destroyed'));
    case 'refuse-late':
      return Promise.reject(new SessionHeadersSentError());
    case 'create':
      return create(session, changed ?? session.exactBase());
    case 'move':
      return moveFor(session, changed, principal);
    case 'update':
      return session.stored && update(session, session.stored, changed ?? session.exactBase());
    case 'touch':
      return session.stored && whenUnchanged?.(session.stored);
  }
}

function factsOf<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: Tree | undefined,
  principal: PrincipalChange,
): PlanFacts {
  const { settings, stored } = session;
  return {
    isEnded: session.ended !== undefined,
    isStored: stored !== undefined,
    isChanged: changed !== undefined,
    storesUnchanged: session.saveNew || (stored === undefined && settings.saveUninitialized),
    principal,
    move: session.move === undefined ? 'none' : session.moveWaits ? 'waiting' : 'now',
    isOutdated:
      session.cookieChanged ||
      settings.resave ||
      stored?.source?.migrated === true ||
      (stored !== undefined && needsReindex(session, stored)),
    isLate: principal !== 'none' && session.transport.headersSent(),
  };
}

/** Moves the session to a new id, because it was asked for or because its principal has changed. */
function moveFor<S extends SessionSchema>(
  session: RequestSession<S>,
  changed: Tree | undefined,
  principal: PrincipalChange,
): Promise<void> | undefined {
  if (principal !== 'none') session.forgetMaxAge();
  const tree = principal === 'left' ? startOver(session) : changed;
  if (session.move === undefined) {
    session.move = 'rotate';
    session.id = session.newId();
  }
  return session.stored && move(session, session.stored, tree, principal);
}

/** What a change does to whose the session is. */
function principalChange<S extends SessionSchema>(session: RequestSession<S>, tree: Tree | undefined): PrincipalChange {
  if (tree === undefined) return 'none';
  const before = principalOf(session.settings, session.base);
  if (principalOf(session.settings, tree) === before) return 'none';
  return before === undefined ? 'began' : 'left';
}

/** The payload with which the next principal begins: a fresh one, with what this request has set. */
function startOver<S extends SessionSchema>(session: RequestSession<S>): Tree {
  session.watch?.startOver(session.fields);
  session.replaced = true; // nothing that another request stored for the principal before is merged into it
  return session.settings.codec.encode(session.payload);
}

/** Whether the store would not find the session by its principal: it was stored before the option was set, say. */
function needsReindex<S extends SessionSchema>(session: RequestSession<S>, { record, source }: Stored): boolean {
  const { settings, base } = session;
  return source !== undefined && settings.store.knowsPrincipals && principalOf(settings, base) !== record.principal;
}

async function create<S extends SessionSchema>(session: RequestSession<S>, tree: Tree): Promise<void> {
  if (withholdsCookie(session)) return; // nobody would ever find its record
  if (session.transport.headersSent()) {
    const error = new SessionHeadersSentError();
    tellTooLate(session, error);
    if (session.saveNew) throw error;
    return;
  }
  const written = recordOf(session, tree, { createdAt: Date.now(), revision: 1, source: undefined });
  const stored = await createRecord(session, written);
  wasStored(session, stored, tree, true);
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
    if (!codec.same(mine, theirs) || latest.source.migrated || session.cookieChanged) return attemptOf(stored, mine);
    session.stored = stored; // the other request stored just this
    return undefined;
  });
  if (done === undefined) return;
  const { stored, record, source, mine } = done;
  wasStored(session, { ...stored, record, source }, mine, false);
}
