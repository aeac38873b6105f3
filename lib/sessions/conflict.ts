import { SessionConflictError, SessionEndedError, type SessionEnd } from '../errors.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionRecord } from '../stores/store-contract.js';
import { mergeField, mergeEncoded } from './merge.js';
import { principalOf, type Written } from './session-records.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './status.js';
import { hasGoneOn, rebase } from './rebase.js';

/**
 * Reads the record again after a compare-and-swap has failed.
 * @throws SessionEndedError if the session no longer exists
 */
export async function reread<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
): Promise<Written & { readonly encoded: EncodedPayload }> {
  return interpret(session, stored, await session.config.store.read(stored.key));
}

/**
 * Interprets the record that was found in place of the one that was loaded.
 * @throws SessionEndedError if the session no longer exists
 */
export function interpret<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  record: SessionRecord | undefined,
): Written & { readonly encoded: EncodedPayload } {
  const { codec, serializer, deadlines } = session.config;
  const now = Date.now();
  let end: SessionEnd | undefined;
  if (record === undefined) end = stored.record.expiresAt <= now ? 'expired' : 'gone';
  else if (record.forwardTo !== undefined) end = 'rotated';
  else if (deadlines.passed(record, now, session.cookie.life)) end = 'expired';
  if (record === undefined || end !== undefined) {
    session.state.ended(end ?? 'gone');
    throw new SessionEndedError(end ?? 'gone');
  }
  const read = serializer.read(record.data, record.schemaVersion, stored.key);
  if (!read.ok) throw new SessionConflictError([]); // another release of the app wrote a payload that this one cannot read
  return { record, decodedRecord: read.decodedRecord, encoded: codec.encode(read.payload) };
}

/**
 * Refuses a payload that another request has stored for another principal than this request's: a change made for Alice must not
 * end up in Bob's session. This library gives a session a new id when its principal changes, so this only happens if another
 * app uses the same store and keeps the id.
 * @throws SessionEndedError
 */
export function refuseOther<S extends SessionSchema>(
  session: RequestSession<S>,
  theirs: EncodedPayload,
  mine?: EncodedPayload,
): void {
  const of = (encoded: EncodedPayload): string | undefined => principalOf(session.config, encoded);
  const [before, now] = [of(session.state.base.exact), of(theirs)];
  if (now === before) return;
  const isSignedInElse = mine !== undefined && of(mine) !== before && of(mine) !== now;
  if (before === undefined && !isSignedInElse) return; // the visitor has signed in
  session.state.ended('rotated');
  throw new SessionEndedError('rotated');
}

/**
 * Merges this request's change with what is stored now. The handler's payload is updated too, except for fields that the
 * handler has changed since.
 * @param mine - the payload when the commit began, or the result of the last merge
 */
export function mergeInto<S extends SessionSchema>(
  session: RequestSession<S>,
  mine: EncodedPayload,
  theirs: EncodedPayload,
): EncodedPayload {
  const { codec, merge } = session.config;
  refuseOther(session, theirs, mine);
  const { payload, fields } =
    session.state.pending === 'whole'
      ? { payload: codec.decodeOrThrow(mine), fields: [] }
      : mergeEncoded(session.config, session.exactBase(), mine, theirs);
  const encoded = codec.encode(payload);
  report(session, 'conflict', { fields });
  const isOtherState = codec.stateOf(encoded) !== codec.stateOf(mine);
  // As in mergeTrees: changes to a state that another request has left would be lost.
  if (isOtherState && hasGoneOn(session, mine)) throw new SessionConflictError(fields);
  for (const field of rebase(session, mine, encoded, payload)) {
    if (!Object.hasOwn(merge, field)) continue;
    const [before, after] = [mine, encoded].map((side) => ownField(codec.decodeOrThrow(side), field));
    session.fields[field] = mergeField(session.config, field, before, ownField(session.fields, field), after);
  }
  session.state.setBase(theirs);
  return encoded;
}
