import { $ZodAsyncError, safeDecode, safeEncode, type $ZodError, type $ZodType, type $ZodTypes } from 'zod/v4/core';
import type { SessionIssue } from '../errors.js';
import { asyncSchema, inspectSchema } from './inspect.js';
import { withoutSensitive } from './marks.js';
import { isTooDeep } from './tree.js';
import type { Validated, Validator } from './validator.js';

/** Whether this is a schema of zod 4, of `zod` or of `zod/mini`. */
export function isZod(schema: unknown): schema is $ZodType<object, object> {
  return typeof schema === 'object' && schema !== null && '_zod' in schema;
}

/** A schema of zod, whose codecs make what is stored of what is used. */
export function zodValidator(schema: $ZodType<object, object>): Validator {
  const traits = inspectSchema(schema);
  const options = unionOf(schema);
  const hasSensitive = traits.hasSensitive;
  return {
    traits,
    decode: (tree) => run(() => safeDecode(schema, tree)),
    encode: (payload) => run(() => safeEncode(schema, payload)),
    encodeField(field, value) {
      for (const one of fieldsOf(schema, field)) {
        const encoded = run(() => {
          const result = safeEncode(one, value);
          return result.success ? { success: true, data: [result.data] } : result;
        });
        if (encoded.ok) return (encoded.value as [unknown])[0]; // made just above
      }
      return undefined;
    },
    stateOf(tree) {
      if (options === undefined) return undefined;
      if (options.discriminator !== undefined) return (tree as Record<string, unknown>)[options.discriminator]; // any object can be asked
      return options.members.findIndex((member) => run(() => safeDecode(member, tree)).ok);
    },
    show: (payload) => (hasSensitive ? (withoutSensitive(schema, payload) as object) : payload), // of an object it is one
  };
}

interface Union {
  readonly discriminator: string | undefined;
  readonly members: readonly $ZodType<object, object>[];
}

/** The union that a schema is, under whatever it is wrapped in. */
function unionOf(schema: $ZodType): Union | undefined {
  const { def } = (schema as $ZodTypes)._zod; // every schema that zod makes is one of $ZodTypes
  switch (def.type) {
    case 'union': {
      const { discriminator } = def as { readonly discriminator?: unknown }; // of a discriminated union
      return {
        discriminator: typeof discriminator === 'string' ? discriminator : undefined,
        members: def.options as readonly $ZodType<object, object>[], // the payload is an object
      };
    }
    case 'readonly':
    case 'nonoptional':
      return unionOf(def.innerType);
    case 'lazy':
      return unionOf(def.getter());
    default:
      return undefined;
  }
}

/** The schemas that a field has: one in each member of a union. */
function fieldsOf(schema: $ZodType, field: string): $ZodType[] {
  const { def } = (schema as $ZodTypes)._zod; // as above
  switch (def.type) {
    case 'object':
      return Object.hasOwn(def.shape, field) && def.shape[field] !== undefined ? [def.shape[field]] : [];
    case 'union':
      return def.options.flatMap((option) => fieldsOf(option, field));
    case 'intersection':
      return [def.left, def.right].flatMap((side) => fieldsOf(side, field));
    case 'readonly':
    case 'nonoptional':
      return fieldsOf(def.innerType, field);
    case 'lazy':
      return fieldsOf(def.getter(), field);
    default:
      return [];
  }
}

function run(
  validate: () =>
    { readonly success: true; readonly data: object } | { readonly success: false; readonly error: $ZodError },
): Validated {
  try {
    const result = validate();
    return result.success ? { ok: true, value: result.data } : { ok: false, issues: issuesOf(result.error) };
  } catch (error) {
    if (error instanceof $ZodAsyncError) throw asyncSchema();
    // What a codec of the app throws, or a value too deep to walk through: it does not fit.
    return { ok: false, issues: [{ path: [], code: isTooDeep(error) ? 'too_deep' : 'codec_failed' }] };
  }
}

function issuesOf(error: $ZodError): SessionIssue[] {
  return error.issues.map(({ path, code }) => ({ path, code }));
}
