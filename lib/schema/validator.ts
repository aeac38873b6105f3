import { SessionOptionsError, type SessionIssue } from '../errors.js';
import type { SchemaTraits } from './inspect.js';
import type { Isolate } from './isolate.js';
import { standardValidator } from './standard-validator.js';
import type { SessionSchema } from './payload-types.js';
import { isZod, zodValidator } from './zod-validator.js';

/** What came of a validation. */
export type Validated =
  | { readonly ok: true; readonly value: object }
  | {
      readonly ok: false;
      /** Paths and codes, without keys that a client may have chosen. */
      readonly issues: readonly SessionIssue[];
      /** The top-level fields that do not fit, by their real names. */
      readonly refused: readonly string[];
      /** What a codec or a check of the app threw, if that is why. */
      readonly cause?: unknown;
    };

/** A schema, whichever library it is of: what the rest of this folder works with. */
export interface Validator {
  /** What was found out about the schema at start-up. */
  readonly traits: SchemaTraits;
  /** Makes the values of a decoded payload belong to one session alone; `undefined` if they always do. */
  readonly isolate: Isolate | undefined;
  /** Validates a tree and makes the payload of it. */
  decode(encoded: object): Validated;
  /** Validates a payload and makes the tree of it. */
  encode(payload: object): Validated;
  /** What the store holds for this value of a field; `undefined` where nobody can tell, or the schema refuses it there. */
  encodeField(field: string, value: unknown): unknown;
  /** The field that names the member of a discriminated union; `undefined` if the schema is none. */
  readonly discriminator: string | undefined;
  /** Whether the store holds something else than text or a number of this field, so that no session is found by it. */
  refusesPrincipal(field: string): boolean;
  /** Which member of a union a tree is, as something to compare by `===`; `undefined` where the schema is no union. */
  stateOf(encoded: object): unknown;
  /** The payload without what is sensitive. */
  show(payload: object): object;
  /** A path without the keys that the schema does not name. */
  publicPath(path: readonly PropertyKey[]): readonly PropertyKey[];
}

/** @throws SessionOptionsError where it is no schema, or one that cannot serve */
export function validatorOf(schema: SessionSchema | undefined): Validator {
  if (isZod(schema)) return zodValidator(schema);
  // A schema of arktype is a function.
  if ((typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema) {
    return standardValidator(schema);
  }
  throw new SessionOptionsError('schema', 'pass a zod 4 schema, such as z.object({ … }), or one of Standard Schema v1');
}
