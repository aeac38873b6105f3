import type { $ZodCheck, $ZodType } from 'zod/v4/core';
import { defOf } from './zod-def.js';

/**
 * Whether a schema does the same in both directions: it returns each value as it was given, or refuses it. Then a payload can
 * be encoded by decoding it, which zod's `compile()` makes much faster, and what the schema has once kept it keeps again.
 *
 * The only values that such a schema fills in are the defaults of the payload's own fields. Encoding refuses a payload that
 * lacks one of them, but decoding fills it in.
 * @returns the names of the fields with defaults; `undefined` if the schema does not do the same in both directions
 */
export function sameBothWays(schema: $ZodType): readonly string[] | undefined {
  const withDefault: string[] = [];
  const around = new Set<$ZodType>();
  const isSame = (node: $ZodType, field?: string): boolean => {
    if (around.has(node) || changesValues(node)) return false; // zod does not compile what is recursive
    around.add(node);
    const isSameInside = inside(node, field);
    around.delete(node);
    return isSameInside;
  };
  const inside = (node: $ZodType, field: string | undefined): boolean => {
    const def = defOf(node);
    switch (def.type) {
      case 'object':
        return (
          Object.entries(def.shape).every(([name, one]) => isSame(one, node === schema ? name : undefined)) &&
          (def.catchall === undefined || isSame(def.catchall))
        );
      case 'array':
        return isSame(def.element);
      case 'tuple':
        return def.items.every((item) => isSame(item)) && (def.rest == null || isSame(def.rest));
      case 'record':
        return isSame(def.keyType) && isSame(def.valueType);
      case 'union':
        return def.options.every((option) => isSame(option));
      case 'optional':
      case 'nullable':
      case 'nonoptional':
        return isSame(def.innerType, field);
      case 'default':
        if (field === undefined) return false;
        withDefault.push(field);
        return isSame(def.innerType, field);
      default:
        return PLAIN.has(def.type);
    }
  };
  return isSame(schema) ? withDefault : undefined;
}

/** Types of schemas without parts, which return what they are given. */
const PLAIN: ReadonlySet<string> = new Set([
  'string',
  'number',
  'boolean',
  'null',
  'undefined',
  'void',
  'never',
  'literal',
  'enum',
  'template_literal',
]);

/** Formats of strings that return another text than they are given, such as a URL without spaces around it. */
const CHANGED_FORMATS: ReadonlySet<string> = new Set(['url', 'ipv6']);

/** Whether a schema converts its values by itself (`z.coerce`), or has a check that may replace them. */
function changesValues(node: $ZodType): boolean {
  const {
    coerce,
    format,
    checks = [],
  } = defOf(node) as {
    readonly coerce?: boolean;
    readonly format?: string;
    readonly checks?: readonly $ZodCheck[];
  };
  if (coerce === true || (format !== undefined && CHANGED_FORMATS.has(format))) return true;
  return checks.some(({ _zod: { def } }) => {
    const { check, fn, format } = def as { readonly check: string; readonly fn?: unknown; readonly format?: string };
    if (check === 'custom') return fn === undefined; // `.refine(…)` has a function, `.check(…)` has none
    return check === 'overwrite' || (check === 'string_format' && CHANGED_FORMATS.has(format ?? ''));
  });
}
