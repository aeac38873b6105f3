import type { $ZodRawIssue, $ZodType } from 'zod/v4/core';
import { compiled } from './compiled-schema.js';
import { asyncSchema, inspectSchema } from './inspect.js';
import { isolatorOf } from './isolate.js';
import { publicPath } from './issue-paths.js';
import { withoutSensitive } from './without-sensitive.js';
import { pathOfThrow } from './path-of-throw.js';
import { isTooDeep, ownField } from './encoded-payload.js';
import type { Validated, Validator } from './validator.js';
import { defOf, innerOf } from './zod-def.js';
import { AsyncSchemaError, safeDecode, safeEncode } from './zod-parse.js';

const RUN = { decode: safeDecode, encode: safeEncode };

/** Whether this is a schema of zod 4, of `zod` or of `zod/mini`. */
export function isZod(schema: unknown): schema is $ZodType<object, object | undefined> {
  return typeof schema === 'object' && schema !== null && '_zod' in schema;
}

/** Creates a validator for a zod schema. Its codecs convert between the payload and the encoded payload. */
export function zodValidator(schema: $ZodType<object, object | undefined>): Validator {
  const traits = inspectSchema(schema);
  const options = unionOf(schema);
  const hasSensitive = traits.hasSensitive;
  const decoder = compiled(schema);
  const encodesForward = (payload: object): boolean =>
    traits.sameBothWays?.every((field) => ownField(payload, field) !== undefined) === true;
  return {
    traits,
    isolate: isolatorOf(schema),
    decode: (encoded) => run(schema, encoded, 'decode', decoder),
    encode: (payload) =>
      encodesForward(payload) ? run(schema, payload, 'decode', decoder) : run(schema, payload, 'encode'),
    encodeField(field, value) {
      for (const one of fieldsOf(schema, field)) {
        try {
          const result = safeEncode(one, value);
          if (result.success) return result.data;
        } catch {
          // A codec of the app threw. The error is reported when the whole payload is encoded.
        }
      }
      return undefined;
    },
    discriminator: options?.discriminator,
    refusesPrincipal(field) {
      const states = fieldsOf(schema, field);
      const filled = states.filter((one) => !isNothing(one));
      return (states.length > 0 && filled.length === 0) || !filled.every(isIndexable);
    },
    stateOf(encoded) {
      if (options === undefined) return undefined;
      if (options.discriminator !== undefined) return ownField(encoded, options.discriminator);
      return options.members.findIndex((member) => run(member, encoded, 'decode').ok);
    },
    // The result for an object is an object.
    show: (payload) => (hasSensitive ? (withoutSensitive(schema, payload) as object) : payload),
    publicPath: (path) => publicPath(schema, path),
  };
}

interface Union {
  readonly discriminator: string | undefined;
  readonly members: readonly $ZodType<object, object | undefined>[];
}

/** Returns the union that a schema is, inside its layers; `undefined` if it is not a union. */
function unionOf(schema: $ZodType): Union | undefined {
  const def = defOf(schema);
  switch (def.type) {
    case 'union': {
      const { discriminator } = def as { readonly discriminator?: unknown }; // set for a discriminated union
      return {
        discriminator: typeof discriminator === 'string' ? discriminator : undefined,
        members: def.options as readonly $ZodType<object, object | undefined>[], // the payload is an object
      };
    }
    default: {
      const inner = innerOf(schema);
      return inner && unionOf(inner);
    }
  }
}

/** Returns the schemas of a field: one for each member of a union that has the field. */
function fieldsOf(schema: $ZodType, field: string): $ZodType[] {
  const def = defOf(schema);
  switch (def.type) {
    case 'object':
      return Object.hasOwn(def.shape, field) && def.shape[field] !== undefined ? [def.shape[field]] : [];
    case 'union':
      return def.options.flatMap((option) => fieldsOf(option, field));
    case 'intersection':
      return [def.left, def.right].flatMap((side) => fieldsOf(side, field));
    default: {
      const inner = innerOf(schema);
      return inner ? fieldsOf(inner, field) : [];
    }
  }
}

/** Whether a field can only be absent or null, for example in the state of a visitor. */
function isNothing(schema: $ZodType): boolean {
  const def = defOf(schema);
  if (def.type === 'union') return def.options.every(isNothing);
  if (def.type === 'literal') return def.values.every((value) => value === null || value === undefined);
  const inner = innerOf(schema);
  return inner === undefined ? NOTHING.has(def.type) : isNothing(inner);
}

/** Whether the encoded value of a field is text or a number. The field may also be absent or null. */
function isIndexable(schema: $ZodType): boolean {
  const def = defOf(schema);
  switch (def.type) {
    case 'union':
      return def.options.every((option) => isNothing(option) || isIndexable(option));
    case 'intersection':
      return isIndexable(def.left) && isIndexable(def.right);
    case 'pipe':
      return isIndexable(def.in);
    case 'literal':
      return def.values.every((value) => typeof value !== 'boolean');
    default: {
      const inner = innerOf(schema);
      return inner === undefined ? INDEXABLE.has(def.type) : isIndexable(inner);
    }
  }
}

const NOTHING: ReadonlySet<string> = new Set(['null', 'undefined', 'void', 'never']);
const INDEXABLE: ReadonlySet<string> = new Set([
  'string',
  'number',
  'int',
  'bigint',
  'enum',
  'template_literal',
  'custom',
]);

/** @param runner - a schema that does the same as `schema`, and runs in its place */
function run(
  schema: $ZodType<object, object | undefined>,
  value: object,
  direction: 'decode' | 'encode',
  runner = schema,
): Validated {
  try {
    const result = RUN[direction](runner, value);
    if (result.success) return { ok: true, value: result.data };
    return { ok: false, ...issuesOf(schema, result.issues) };
  } catch (error) {
    if (error instanceof AsyncSchemaError) throw asyncSchema();
    if (isTooDeep(error)) return { ok: false, issues: [{ path: [], code: 'too_deep' }], refused: [] };
    // A codec, a check, or a default of the app threw.
    const path = pathOfThrow(schema, value, (part, inner) => throws(part, inner, direction), direction);
    const issues = [{ path: publicPath(schema, path), code: 'codec_failed' }];
    return { ok: false, issues, refused: path.slice(0, 1).map(String), cause: error };
  }
}

function throws(schema: $ZodType, value: unknown, direction: 'decode' | 'encode'): boolean {
  try {
    RUN[direction](schema, value);
    return false;
  } catch (error) {
    return !isTooDeep(error) && !(error instanceof AsyncSchemaError);
  }
}

function issuesOf(
  schema: $ZodType,
  issues: readonly $ZodRawIssue[],
): Pick<Validated & { ok: false }, 'issues' | 'refused'> {
  return {
    issues: issues.map(({ path, code }) => ({ path: publicPath(schema, path ?? []), code })),
    refused: issues.flatMap(refusedBy),
  };
}

function refusedBy(issue: $ZodRawIssue): readonly string[] {
  const [field] = issue.path ?? [];
  if (field !== undefined) return [String(field)];
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}
