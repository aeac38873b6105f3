import type { SessionIssue } from '../errors.js';
import { asyncSchema } from './inspect.js';
import type { StandardIssue, StandardSchema } from './types.js';
import type { Validated, Validator } from './validator.js';

/**
 * A schema of any library that follows Standard Schema v1 (https://standardschema.dev), such as valibot or arktype.
 * These can validate, and not encode: what is stored is what the schema makes of the payload, so a schema that
 * transforms has to accept its own output.
 */
export function standardValidator(schema: StandardSchema<object, object>): Validator {
  const { validate } = schema['~standard'];
  const run = (value: object): Validated => {
    const result = validate(value);
    if (result instanceof Promise) {
      result.catch(() => undefined); // it is refused whatever comes of it
      throw asyncSchema();
    }
    if (result.issues !== undefined) return { ok: false, issues: result.issues.map(issueOf) };
    return { ok: true, value: result.value };
  };
  return {
    decode: run,
    encode: run,
    encodeField: () => undefined,
    stateOf: () => undefined,
    show: (payload) => payload,
    traits: {
      hasCodec: false,
      sharesInput: true,
      sharesDefaults: true,
      mayHoldMore: true,
      namedLikeMembers: false,
      fields: undefined,
      hasSensitive: false,
      marks: new Map(),
    },
  };
}

function issueOf({ path }: StandardIssue): SessionIssue {
  const keys = (path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  return { path: keys, code: 'invalid' }; // the standard has no codes, and its messages may quote values
}
