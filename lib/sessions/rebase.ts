import { SessionValidationError } from '../errors.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { putField } from './payload-fields.js';
import type { RequestSession } from './request-session.js';

/**
 * Applies the result of a store operation to the payload that the handler holds. The handler may have changed it
 * meanwhile: a field that no longer has the value that the operation started from keeps the handler's value. It then
 * differs from what is stored, so the next commit stores it.
 *
 * @param before - the payload that the operation started from; a separate copy, so that deep changes are detected
 * @param after - the result of the operation
 * @param payload - `after`, decoded
 * @returns the fields that both the operation and the handler have changed
 */
export function rebase<S extends SessionSchema>(
  session: RequestSession<S>,
  before: EncodedPayload,
  after: EncodedPayload,
  payload: object,
): string[] {
  const { codec } = session.config;
  // The handler's payload has another principal by now, which must not get data of this one.
  if (session.watch?.hasStartedOver === true && session.state.pending !== 'whole') return [];
  // The other fields keep their objects, because the handler may hold them.
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !codec.same(ownField(before, field), ownField(after, field)),
  );
  if (fields.length === 0) return [];
  if (Object.isFrozen(session.session)) {
    session.assign(payload); // a frozen session is read-only, so the handler has not changed it
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

/** Whether the handler has changed anything since a store operation started from `before`. */
export function hasGoneOn<S extends SessionSchema>(session: RequestSession<S>, before: EncodedPayload): boolean {
  const valueNow = handlersValues(session);
  const fields = [...Object.keys(before), ...Object.keys(session.session)];
  return fields.some((field) => !session.config.codec.same(valueNow(field), ownField(before, field)));
}

/** Returns the current values of the handler's fields, in a form that can be compared with an encoded payload. */
function handlersValues<S extends SessionSchema>(session: RequestSession<S>): (field: string) => unknown {
  const { codec } = session.config;
  const { payload } = session;
  try {
    const now = codec.comparable(payload);
    return (field) => ownField(now, field);
  } catch (error) {
    if (!(error instanceof SessionValidationError)) throw error;
    // The commit refuses a payload that does not fit, unless the handler fixes it. In that case, the other fields must be
    // correct.
    return (field) => codec.encodeField(field, ownField(payload, field)) ?? ownField(payload, field);
  }
}
