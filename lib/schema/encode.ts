import { didYouMean } from '../did-you-mean.js';
import { SessionValidationError, formatPath } from '../errors.js';
import { causeOf } from './decode.js';
import { withoutInherited } from './inherited.js';
import { findNotJson } from './json-values.js';
import { isReserved } from './reserved.js';
import { MAX_DEPTH, isDeeper, ownField, type EncodedPayload } from './encoded-payload.js';
import type { Validator } from './validator.js';

const MISFIT = 'The session does not fit its schema and was not stored';
const THREW = 'A codec or a check of the schema threw an error, see the cause; the session was not stored';
const TOO_DEEP = `The session has more than ${String(MAX_DEPTH)} levels, or holds itself, and was not stored`;

/**
 * Validates a payload and encodes it. The result may share objects with the payload.
 * @throws SessionValidationError if the schema refuses the payload or does not have one of its fields, if JSON cannot
 *   represent the encoded payload, or if it has more than {@link MAX_DEPTH} levels
 */
export function encodePayload(validator: Validator, payload: object): EncodedPayload {
  const { traits } = validator;
  if (traits.mayBeDeep) refuseTooDeep(validator, payload);
  const result = validator.encode(traits.namedLikeMembers ? withoutInherited(payload) : payload);
  if (!result.ok) {
    throw new SessionValidationError('cause' in result ? THREW : MISFIT, result.issues, causeOf(result));
  }
  const encoded = result.value as EncodedPayload; // an object has fields
  refuseUnknown(validator, payload, encoded);
  if (traits.mayHoldMore) refuseNotJson(validator, encoded);
  else if (traits.mayBeDeep && traits.hasCodec) refuseTooDeep(validator, encoded);
  return encoded;
}

function refuseUnknown({ traits }: Validator, payload: object, encoded: EncodedPayload): void {
  const unknown = Object.keys(payload).filter(
    (field) => isReserved(field) || (!Object.hasOwn(encoded, field) && ownField(payload, field) !== undefined),
  );
  const [first] = unknown;
  if (first === undefined) return;
  const isNamedLikeMember = unknown.every(isReserved);
  throw new SessionValidationError(
    isNamedLikeMember
      ? 'A field cannot have the name of a member of req.session, and the session was not stored'
      : 'The session has fields that its schema does not have, or not in this state, and was not stored' +
          (didYouMean(first, traits.named) || ' (add them to the schema)'),
    unknown.map((field) => ({ path: [field], code: isReserved(field) ? 'reserved_field' : 'unrecognized_keys' })),
  );
}

/** Runs before the schema traverses a payload, and before anything traverses the result of the schema. */
function refuseTooDeep(validator: Validator, value: object): void {
  if (!isDeeper(value)) return;
  const field = Object.keys(value).find((name) => isDeeper(ownField(value, name), MAX_DEPTH - 1));
  const path = validator.publicPath(field === undefined ? [] : [field]);
  throw new SessionValidationError(TOO_DEEP, [{ path, code: 'too_deep' }]);
}

function refuseNotJson(validator: Validator, encoded: EncodedPayload): void {
  const found = findNotJson(encoded);
  if (found === undefined) return;
  const { code, what, advice } = found;
  const path = validator.publicPath(found.path);
  if (code === 'too_deep') throw new SessionValidationError(TOO_DEEP, [{ path, code }]);
  const message = `The session holds what JSON cannot, and was not stored (${formatPath(path)} ${what}: ${advice})`;
  throw new SessionValidationError(message, [{ path, code }]);
}
