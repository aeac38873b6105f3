import { SessionValidationError, type SessionIssue } from '../errors.js';
import { withoutInherited } from './inherited.js';
import { isReserved } from './reserved.js';
import { copyEncoded, type EncodedPayload } from './encoded-payload.js';
import type { Validator } from './validator.js';

/** Why a payload could not be decoded. */
export interface NotDecoded {
  readonly ok: false;
  /** Paths and codes, without keys that a client may have chosen. */
  readonly issues: readonly SessionIssue[];
  /** The top-level fields that do not fit, by their real names. */
  readonly refused: readonly string[];
  /** What a codec or a check of the app threw, if that is the reason. */
  readonly cause?: unknown;
}

/** A decoded payload, or the reason why it could not be decoded. */
export type Decoded<P> = { readonly ok: true; readonly payload: P } | NotDecoded;

interface Attempt {
  readonly ok: true;
  readonly payload: object;
  /** The objects in the payload that only their own class could copy. */
  readonly foreign: readonly object[];
}

/**
 * Validates an encoded payload and decodes it. The decoded payload shares no object with the encoded one, nor with the
 * payload of another session.
 * @throws SessionValidationError if a codec or a default returns the same object for every session
 */
export function decodePayload(validator: Validator, encoded: EncodedPayload): Decoded<object> {
  const result = attempt(validator, encoded);
  if (!result.ok) return result;
  const payload = result.foreign.length === 0 ? result.payload : unshared(validator, encoded, result);
  for (const field in payload) {
    if (isReserved(field)) {
      return { ok: false, issues: [{ path: [field], code: 'reserved_field' }], refused: [field] };
    }
  }
  return { ok: true, payload };
}

/** The `cause` of an error about a result, if something was thrown. */
export function causeOf(result: { readonly cause?: unknown }): ErrorOptions | undefined {
  return 'cause' in result ? { cause: result.cause } : undefined;
}

function attempt(validator: Validator, encoded: EncodedPayload): Attempt | NotDecoded {
  const { traits, isolate } = validator;
  const source = traits.sharesInput ? copyEncoded(encoded) : encoded;
  const result = validator.decode(traits.namedLikeMembers ? withoutInherited(source) : source);
  if (!result.ok) return result;
  const foreign: object[] = [];
  // The isolated copy of an object is an object.
  const payload = isolate === undefined ? result.value : (isolate(result.value, encoded, foreign) as object);
  return { ok: true, payload, foreign };
}

/**
 * Returns a payload whose foreign objects belong to it alone. To find out, it decodes again: an object that appears in
 * both results belongs to the schema. If the payload contains such an object, it is encoded and decoded once more. The
 * shared object of a default does not appear in that result, because the field then has an encoded value.
 */
function unshared(validator: Validator, encoded: EncodedPayload, first: Attempt): object {
  if (isUnshared(validator, encoded, first)) return first.payload;
  const result = validator.encode(first.payload);
  if (result.ok) {
    const whole = result.value as EncodedPayload; // an object has fields
    const again = attempt(validator, whole);
    if (again.ok && isUnshared(validator, whole, again)) return again.payload;
  }
  throw new SessionValidationError(
    'A codec or a default of the schema returns the same object for every session: return a new one each time, or freeze it',
    [{ path: [], code: 'shared_object' }],
  );
}

function isUnshared(validator: Validator, encoded: EncodedPayload, { foreign }: Attempt): boolean {
  const other = attempt(validator, encoded);
  const theirs = new Set(other.ok ? other.foreign : foreign);
  return !foreign.some((object) => theirs.has(object));
}
