import { isThenable } from '../realms.js';
import { asyncSchema } from './inspect.js';
import { copyAll } from './isolate.js';
import { ANY_KEY } from './issue-paths.js';
import { namesIn } from './standard-names.js';
import { isTooDeep } from './tree.js';
import type { StandardIssue, StandardSchema } from './types.js';
import type { Validated, Validator } from './validator.js';

/**
 * A schema of any library that follows Standard Schema v1 (https://standardschema.dev), such as valibot or arktype.
 * These can validate, and not encode: what is stored is what the schema makes of the payload, so a schema that
 * transforms has to accept its own output.
 */
export function standardValidator(schema: StandardSchema<object, object>): Validator {
  const { validate } = schema['~standard'];
  const names = namesIn(schema);
  const publicPath = (path: readonly PropertyKey[]): PropertyKey[] =>
    path.map((key) => (typeof key === 'number' || (typeof key === 'string' && names.has(key)) ? key : ANY_KEY));
  const run = (value: object): Validated => {
    let result;
    try {
      result = validate(value);
    } catch (cause) {
      const code = isTooDeep(cause) ? 'too_deep' : 'codec_failed';
      return { ok: false, issues: [{ path: [], code }], refused: [], cause };
    }
    if (isThenable(result)) {
      result.then(undefined, () => undefined); // it is refused whatever comes of it
      throw asyncSchema();
    }
    if (result.issues === undefined) return { ok: true, value: result.value };
    const paths = result.issues.map(pathOf);
    return {
      ok: false,
      issues: paths.map((path) => ({ path: publicPath(path), code: 'invalid' })), // the standard has no codes
      refused: paths.flatMap((path) => path.slice(0, 1).map(String)),
    };
  };
  return {
    decode: run,
    encode: run,
    isolate: copyAll,
    encodeField: () => undefined,
    discriminator: undefined,
    stateOf: () => undefined,
    show: (payload) => payload,
    publicPath,
    traits: {
      hasCodec: false,
      sharesInput: true,
      mayHoldMore: true,
      mayBeDeep: true,
      namedLikeMembers: false,
      fields: undefined,
      named: names,
      hasSensitive: false,
      marks: new Map(),
    },
  };
}

function pathOf({ path }: StandardIssue): PropertyKey[] {
  return (path ?? []).map((part) => {
    if (typeof part !== 'object') return part;
    const { key, type } = part as { readonly key: PropertyKey; readonly type?: unknown }; // valibot says what it is a part of
    return type === 'map' ? ANY_KEY : key;
  });
}
