import { SessionOptionsError, type SessionIssue } from '../errors.js';
import type { SchemaTraits } from './inspect.js';
import type { Isolate } from './isolate.js';
import { standardValidator } from './standard-validator.js';
import type { SessionSchema } from './payload-types.js';
import { isZod, zodValidator } from './zod-validator.js';

/** The result of a validation. */
export type Validated =
  | { readonly ok: true; readonly value: object }
  | {
      readonly ok: false;
      /** Paths and codes, without keys that a client may have chosen. */
      readonly issues: readonly SessionIssue[];
      /** The top-level fields that do not fit, by their real names. */
      readonly refused: readonly string[];
      /** What a codec or a check of the app threw, if that is the reason. */
      readonly cause?: unknown;
    };

/** A schema, independent of its library. The rest of this folder works with this interface. */
export interface Validator {
  /** What the inspection at start-up found out about the schema. */
  readonly traits: SchemaTraits;
  /** Makes the values of a decoded payload belong to one session alone; `undefined` if they always do. */
  readonly isolate: Isolate | undefined;
  /** Validates an encoded payload and decodes it. */
  decode(encoded: object): Validated;
  /** Validates a payload and encodes it. */
  encode(payload: object): Validated;
  /** Returns the encoded value of a field; `undefined` if it cannot be determined or the schema refuses the value. */
  encodeField(field: string, value: unknown): unknown;
  /** The field that names the member of a discriminated union; `undefined` if the schema is not one. */
  readonly discriminator: string | undefined;
  /** Whether the encoded field is something other than text or a number, so that sessions cannot be found by it. */
  refusesPrincipal(field: string): boolean;
  /**
   * Returns the member of a union that an encoded payload belongs to, as a value to compare with `===`. Returns
   * `undefined` if the schema is not a union.
   */
  stateOf(encoded: object): unknown;
  /** Returns the payload without its sensitive fields. */
  show(payload: object): object;
  /** Returns a path without the keys that the schema does not name. */
  publicPath(path: readonly PropertyKey[]): readonly PropertyKey[];
}

/**
 * Creates the validator of a schema.
 * @throws SessionOptionsError if it is not a schema, or a schema that cannot be used
 */
export function validatorOf(schema: SessionSchema | undefined): Validator {
  if (isZod(schema)) return zodValidator(schema);
  // An arktype schema is a function.
  if ((typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema) {
    return standardValidator(schema);
  }
  throw new SessionOptionsError('schema', 'pass a zod 4 schema, such as z.object({ … }), or one of Standard Schema v1');
}
