import { isThenable } from '../realms.js';
import { asyncSchema } from './inspect.js';
import { copyAll } from './isolate.js';
import { ANY_KEY } from './issue-paths.js';
import { inspectStandard, refusesPrincipal } from './standard-inspect.js';
import { namesIn } from './standard-names.js';
import { findNotJson } from './json-values.js';
import { copyEncoded, isTooDeep, ownField, sameEncoded, type EncodedPayload } from './encoded-payload.js';
import type { StandardIssue, StandardSchema } from './payload-types.js';
import type { Validated, Validator } from './validator.js';

/**
 * Creates a validator for a schema of any library that follows Standard Schema v1 (https://standardschema.dev), such as
 * valibot or arktype. These schemas can validate, but they cannot encode. What is stored is the output of the schema for
 * the payload. So a schema with transforms must accept its own output without changing it again. This is checked with
 * examples at start-up, and again before anything is stored.
 * @throws SessionOptionsError if the check at start-up shows that the schema cannot be used
 */
export function standardValidator(schema: StandardSchema<object | undefined, object>): Validator {
  inspectStandard(schema);
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
      result.then(undefined, () => undefined); // async schemas are refused, so the result does not matter
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
    encode: (payload) => stored(run, payload),
    isolate: copyAll,
    encodeField: () => undefined,
    discriminator: undefined,
    refusesPrincipal: (field) => refusesPrincipal(schema, field),
    stateOf: () => undefined,
    show: (payload) => payload,
    publicPath,
    traits: {
      hasCodec: false,
      sameBothWays: undefined,
      sharesInput: true,
      mayHoldMore: true,
      mayBeDeep: true,
      namedLikeMembers: false,
      fields: undefined,
      named: names,
      hasSensitive: false,
      fieldOptions: new Map(),
    },
  };
}

/**
 * Returns what is stored for a payload: the output of the schema, if the schema accepts that output without changing it
 * again. Any other output could not be loaded, or would be transformed again at each load.
 */
function stored(run: (value: object) => Validated, payload: object): Validated {
  const result = run(payload);
  if (!result.ok || findNotJson(result.value) !== undefined) return result; // encodePayload() refuses it with its path
  const again = run(copyEncoded(result.value as EncodedPayload)); // it is JSON, as checked above
  if (again.ok && sameEncoded(again.value, result.value)) return result;
  const changed = again.ok ? changedFields(again.value, result.value) : again.refused;
  const issues = again.ok
    ? changed.map((field) => ({ path: [field], code: ONE_WAY }))
    : again.issues.map(({ path }) => ({ path, code: ONE_WAY }));
  return { ok: false, issues, refused: changed };
}

/** The code of a field that is transformed one way only. */
const ONE_WAY = 'one_way';

function changedFields(a: object, b: object): string[] {
  return Object.keys({ ...a, ...b }).filter((field) => !sameEncoded(ownField(a, field), ownField(b, field)));
}

function pathOf({ path }: StandardIssue): PropertyKey[] {
  return (path ?? []).map((part) => {
    if (typeof part !== 'object') return part;
    const { key, type } = part as { readonly key: PropertyKey; readonly type?: unknown }; // valibot adds the type
    return type === 'map' ? ANY_KEY : key;
  });
}
