import { SessionValidationError } from '../errors.js';
import type { Read, DecodedRecord } from '../schema/payload-serializer.js';
import { withoutDeep, type EncodedPayload } from '../schema/encoded-payload.js';
import type { Payload, SessionSchema } from '../schema/payload-types.js';
import type { InvalidSession } from './session-options.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import type { SessionConfig } from './session-config.js';

/** A usable payload, and what is known about the stored text that it comes from. */
interface RepairedPayload<S extends SessionSchema> {
  readonly payload: Payload<S>;
  readonly decodedRecord: DecodedRecord;
}

type NotRead = Extract<Read<unknown>, { ok: false }>;

/**
 * Applies `onInvalid` to a stored payload that the schema refuses. Returns a payload to continue with, or `undefined` for a new
 * session. Fields that the schema does not know stay in the store.
 * @throws SessionValidationError under `onInvalid: 'error'`
 */
export function decodeInvalid<S extends SessionSchema>(
  session: RequestSession<S>,
  read: NotRead,
  schemaVersion: number,
): RepairedPayload<S> | undefined {
  const { config } = session;
  const { codec, onInvalid, serializer } = config;
  const { issues } = read;
  report(session, 'invalid', { schemaVersion, issues });
  if (onInvalid === 'reset') return undefined;
  if (onInvalid === 'error') {
    const options = 'cause' in read ? { cause: read.cause } : undefined;
    throw new SessionValidationError('The stored session does not fit the schema', issues, options);
  }
  if (onInvalid === 'repair') {
    const repaired = repair(config, read);
    if (repaired === undefined) return undefined;
    const { payload, fitting } = repaired;
    return { payload, decodedRecord: serializer.decodedInvalid(read, schemaVersion, codec.snapshot(payload), fitting) };
  }
  const invalid: InvalidSession = { data: read.encoded, issues, schemaVersion, cause: read.cause };
  const given = onInvalid(invalid);
  if (given === undefined) return undefined;
  const payload = codec.own(given); // the schema checks it; copied, because the function may return the same object each time
  return { payload, decodedRecord: serializer.decodedInvalid(read, schemaVersion, codec.snapshot(payload)) };
}

/** Keeps the fields that fit, resets the others to their defaults, and validates the result. */
function repair<S extends SessionSchema>(
  { codec }: SessionConfig<S>,
  { encoded: data = {} }: NotRead,
): { readonly payload: Payload<S>; readonly fitting: EncodedPayload } | undefined {
  const encoded: Record<string, unknown> = { ...withoutDeep(data) };
  const unknown: Record<string, unknown> = {}; // a strict schema refuses these, but they must stay in the store
  for (;;) {
    const decoded = codec.decode(encoded);
    if (decoded.ok) return { payload: decoded.payload, fitting: { ...unknown, ...encoded } };
    const before = Object.keys(encoded).length;
    for (const field of decoded.refused) {
      if (!codec.hasField(field) && Object.hasOwn(encoded, field)) unknown[field] = encoded[field];
      Reflect.deleteProperty(encoded, field);
    }
    // No issue names a field that can be left out, so nothing of this payload can be kept.
    if (Object.keys(encoded).length === before) return undefined;
  }
}
