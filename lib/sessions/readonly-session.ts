import { SessionReadonlyError } from '../errors.js';
import type { PayloadCodec, EncodedPayload } from '../schema/payload-codec.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';

/**
 * Refuses a session that was changed behind a readonly guard. The change is not stored, so a handler that believes it was must
 * not respond with a 200.
 * @param before - the payload as the guard handed it out
 * @throws SessionReadonlyError with the changed fields that the schema knows; a client may have chosen other names
 */
export function refuseChanges<S extends SessionSchema>(
  codec: PayloadCodec<S>,
  current: EncodedPayload,
  before: EncodedPayload,
): void {
  if (codec.same(current, before)) return;
  const fields = [...new Set([...Object.keys(current), ...Object.keys(before)])];
  const changed = fields.filter((field) => !codec.same(ownField(current, field), ownField(before, field)));
  throw new SessionReadonlyError(codec.publicFields(changed), 'The session was changed');
}
