import { SessionValidationError } from '../errors.js';
import type { Tree } from '../schema/codec.js';
import { ownField } from '../schema/tree.js';
import type { SessionSchema } from '../schema/types.js';
import { putField } from './fields.js';
import type { RequestSession } from './request-session.js';

/**
 * Gives the handler what became of his payload in a piece of work with the store. He may have gone on meanwhile: a field
 * that is no longer as the work found it stays his, differs from what is stored, and so is stored by the next commit.
 *
 * @param before - the payload as the work found it; shares nothing with it, so that deep changes are seen
 * @param after - what became of it
 * @param payload - `after`, decoded
 * @returns the fields that both the work and the handler have changed
 */
export function rebase<S extends SessionSchema>(
  session: RequestSession<S>,
  before: Tree,
  after: Tree,
  payload: object,
): string[] {
  const { codec } = session.settings;
  // The handler has another principal by now, to whom nothing of this one's must come.
  if (session.watch?.hasStartedOver === true && session.state.pending !== 'whole') return [];
  // The others stay the very objects that the handler may hold.
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !codec.same(ownField(before, field), ownField(after, field)),
  );
  if (fields.length === 0) return [];
  if (Object.isFrozen(session.session)) {
    session.assign(payload); // it was handed out to be read, and nobody has changed it
    return [];
  }
  const valueNow = handlersValues(session);
  return fields.filter((field) => {
    if (!codec.same(valueNow(field), ownField(before, field))) return true;
    const value = ownField(payload, field);
    session.watch?.hand(field, value);
    putField(session.fields, field, value);
    return false;
  });
}

/** Whether the handler has changed anything since a piece of work has found his payload so. */
export function hasGoneOn<S extends SessionSchema>(session: RequestSession<S>, before: Tree): boolean {
  const valueNow = handlersValues(session);
  const fields = [...Object.keys(before), ...Object.keys(session.session)];
  return fields.some((field) => !session.settings.codec.same(valueNow(field), ownField(before, field)));
}

/** What the fields of the handler's payload are now, comparable with a tree's. */
function handlersValues<S extends SessionSchema>(session: RequestSession<S>): (field: string) => unknown {
  const { codec } = session.settings;
  const { payload } = session;
  try {
    const now = codec.comparable(payload);
    return (field) => ownField(now, field);
  } catch (error) {
    if (!(error instanceof SessionValidationError)) throw error;
    // One that does not fit is refused by the commit, unless the handler mends it: the others must be right by then.
    return (field) => codec.encodeField(field, ownField(payload, field)) ?? ownField(payload, field);
  }
}
