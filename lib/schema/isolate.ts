import type { $ZodCheck, $ZodType } from 'zod/v4/core';
import { copyValue } from './copy-value.js';
import { ownField } from './encoded-payload.js';
import { defOf } from './zod-def.js';

/**
 * Copies everything that the schema itself may have put into a decoded value, so that no two sessions share an object.
 * Objects that cannot be copied are added to `foreign`.
 *
 * @param value - the decoded value; it has a new array or object in each place where `source` has one
 * @param source - the encoded value that `value` was decoded from
 */
export type Isolate = (value: unknown, source: unknown, foreign: object[]) => unknown;

/** Copies everything. Used for a part of a schema if it is unknown which of its values belong to the schema. */
export const copyAll: Isolate = (value, _source, foreign) => copyValue(value, foreign);

/**
 * Returns the function that makes a schema's values belong to one session. Returns `undefined` if nothing in the schema
 * contains or creates objects that sessions could share.
 *
 * zod creates new objects and arrays for those that it reads from the encoded value. Others come from a default, a
 * `catch`, a codec, or a check of the app. Depending on the version of zod and on the app, all sessions may get the same
 * object, so these are copied. If the two cannot be told apart, the value is copied as well.
 */
export function isolatorOf(schema: $ZodType): Isolate | undefined {
  const open = new Set<$ZodType>();

  function visit(node: $ZodType): Isolate | undefined {
    if (open.has(node)) return copyAll; // recursive: only a value has a known depth
    open.add(node);
    const isolate = hasOpenChecks(node) ? copyAll : inside(node);
    open.delete(node);
    return isolate;
  }

  function inside(node: $ZodType): Isolate | undefined {
    const def = defOf(node);
    switch (def.type) {
      case 'default':
      case 'prefault': {
        const inner = visit(def.innerType);
        return (value, source, foreign) =>
          source === undefined
            ? copyValue(value, foreign)
            : inner === undefined
              ? value
              : inner(value, source, foreign);
      }
      case 'optional':
      case 'nullable':
      case 'nonoptional':
        return visit(def.innerType);
      case 'lazy':
        return visit(def.getter());
      case 'object':
        return ofObject(Object.entries(def.shape), def.catchall);
      case 'array': {
        const item = visit(def.element);
        return item && ((value, source, foreign) => eachItem(value, source, (one, from) => item(one, from, foreign)));
      }
      case 'string':
      case 'number':
      case 'bigint':
      case 'boolean':
      case 'null':
      case 'undefined':
      case 'void':
      case 'never':
      case 'nan':
      case 'literal':
      case 'enum':
      case 'template_literal':
      case 'any': // the whole encoded payload is copied first, see SchemaTraits.sharesInput
      case 'unknown':
      case 'custom':
        return undefined;
      default:
        return partsOf(node).some((part) => visit(part) !== undefined) || isUnknown(def.type) ? copyAll : undefined;
    }
  }

  function ofObject(
    shape: readonly (readonly [string, $ZodType])[],
    catchall: $ZodType | undefined,
  ): Isolate | undefined {
    if (catchall !== undefined && visit(catchall) !== undefined) return copyAll;
    const fields = shape.flatMap(([name, field]) => {
      const isolate = visit(field);
      return isolate === undefined ? [] : [{ name, isolate }];
    });
    if (fields.length === 0) return undefined;
    return (value, source, foreign) => {
      if (typeof value !== 'object' || value === null || typeof source !== 'object' || source === null) return value;
      const object = value as Record<string, unknown>; // zod has created it
      for (const { name, isolate } of fields) {
        if (Object.hasOwn(object, name)) object[name] = isolate(object[name], ownField(source, name), foreign);
      }
      return object;
    };
  }

  return visit(schema);
}

function eachItem(value: unknown, source: unknown, isolate: (item: unknown, source: unknown) => unknown): unknown {
  if (!Array.isArray(value) || !Array.isArray(source)) return value;
  for (let i = 0; i < value.length; i++) value[i] = isolate(value[i], source[i]);
  return value;
}

/** Returns the parts of a composite schema. If one of them needs isolation, the whole value is copied. */
function partsOf(node: $ZodType): readonly $ZodType[] {
  const def = defOf(node);
  switch (def.type) {
    case 'tuple':
      return def.rest == null ? def.items : [...def.items, def.rest];
    case 'record':
      return [def.keyType, def.valueType];
    case 'union':
      return def.options;
    case 'intersection':
      return [def.left, def.right];
    case 'readonly':
      return [def.innerType];
    default:
      return [];
  }
}

function isUnknown(type: string): boolean {
  return !['tuple', 'record', 'union', 'intersection', 'readonly'].includes(type);
}

/** Whether a check of the app may replace the value. `.overwrite(…)` and `.check(…)` may, `.refine(…)` may not. */
function hasOpenChecks(node: $ZodType): boolean {
  const { type, checks = [] } = defOf(node) as { readonly type: string; readonly checks?: readonly $ZodCheck[] };
  if (['string', 'number', 'bigint', 'boolean'].includes(type)) return false; // these never become objects
  return checks.some(({ _zod: { def } }) => {
    const { check, fn } = def as { readonly check: string; readonly fn?: unknown };
    return check === 'overwrite' || (check === 'custom' && fn === undefined);
  });
}
