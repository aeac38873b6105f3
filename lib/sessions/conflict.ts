import { SessionConflictError, SessionEndedError, type SessionEnd } from '../errors.js';
import { emit } from '../events.js';
import type { Tree } from '../schema/codec.js';
import { ownField } from '../schema/tree.js';
import type { SessionSchema } from '../schema/types.js';
import type { SessionRecord } from '../stores/store.js';
import { mergeField, mergeTrees } from './merge.js';
import { principalOf, type Written } from './records.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './state.js';
import { hasGoneOn, rebase } from './rebase.js';

/**
 * What is stored now, where a compare-and-swap has failed.
 * @throws SessionEndedError where the session is no more
 */
export async function reread<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
): Promise<Written & { readonly tree: Tree }> {
  return interpret(session, stored, await session.settings.store.read(stored.key));
}

/**
 * What a record says that was found in the place of the one that was loaded.
 * @throws SessionEndedError where the session is no more
 */
export function interpret<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  record: SessionRecord | undefined,
): Written & { readonly tree: Tree } {
  const { codec, text, deadlines } = session.settings;
  const now = Date.now();
  let end: SessionEnd | undefined;
  if (record === undefined) end = stored.record.expiresAt <= now ? 'expired' : 'gone';
  else if (record.forwardTo !== undefined) end = 'rotated';
  else if (deadlines.passed(record, now, session.cookie.life)) end = 'expired';
  if (record === undefined || end !== undefined) {
    session.state.ended(end ?? 'gone');
    throw new SessionEndedError(end ?? 'gone');
  }
  const read = text.read(record.data, record.schemaVersion);
  if (!read.ok) throw new SessionConflictError([]); // another release of the app writes what this one cannot read
  return { record, source: read.source, tree: codec.encode(read.payload) };
}

/**
 * Refuses what another request has stored for another principal than this request's: a change of Alice's must not end up
 * in Bob's session. A principal of this library comes with a new id, so this is met only beside an app that keeps the id.
 * @throws SessionEndedError
 */
export function refuseOther<S extends SessionSchema>(session: RequestSession<S>, theirs: Tree, mine?: Tree): void {
  const of = (tree: Tree): string | undefined => principalOf(session.settings, tree);
  const [before, now] = [of(session.state.base.tree), of(theirs)];
  if (now === before) return;
  const isSignedInElse = mine !== undefined && of(mine) !== before && of(mine) !== now;
  if (before === undefined && !isSignedInElse) return; // the visitor has signed in
  session.state.ended('rotated');
  throw new SessionEndedError('rotated');
}

/**
 * Brings this request's change together with what is stored now; the handler's payload follows, but for what he has
 * changed since.
 * @param mine - the payload as the commit found it, or as the last merge left it
 */
export function mergeInto<S extends SessionSchema>(session: RequestSession<S>, mine: Tree, theirs: Tree): Tree {
  const { codec, merge } = session.settings;
  refuseOther(session, theirs, mine);
  const { payload, fields } =
    session.state.pending === 'whole'
      ? { payload: codec.decodeOrThrow(mine), fields: [] }
      : mergeTrees(session.settings, session.exactBase(), mine, theirs);
  const tree = codec.encode(payload);
  emit('conflict', { request: session.request, fields });
  const isOtherState = codec.stateOf(tree) !== codec.stateOf(mine);
  // As in the merge: what was done to a state that another request has left would end up nowhere.
  if (isOtherState && hasGoneOn(session, mine)) throw new SessionConflictError(fields);
  for (const field of rebase(session, mine, tree, payload)) {
    if (!Object.hasOwn(merge, field)) continue;
    const [before, after] = [mine, tree].map((side) => ownField(codec.decodeOrThrow(side), field));
    session.fields[field] = mergeField(session.settings, field, before, ownField(session.fields, field), after);
  }
  session.state.setBase(theirs);
  return tree;
}
