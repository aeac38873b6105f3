import { optional, type ZodOptional } from 'zod';
import { globalRegistry, registry, type $ZodType, type $ZodTypes, type SomeType } from 'zod/v4/core';
import { SessionOptionsError } from '../errors.js';

declare module 'zod/v4/core' {
  interface GlobalMeta {
    /**
     * Keeps a field of a session out of logs: `util.inspect` and what lists sessions leave it out. `'encrypted'`
     * also keeps it from whoever reads the store; see the option `encryption`.
     */
    sensitive?: boolean | 'encrypted' | undefined;
  }
}

/** What a schema says of one field besides its type. */
export interface Marks {
  /** The field is left out of logs and lists. */
  readonly sensitive: boolean;
  /** The field is encrypted in the store. */
  readonly encrypted: boolean;
  /** The field is gone this many milliseconds after it was set. */
  readonly expiresAfter: number | undefined;
}

const lives = registry<{ readonly after: number }>();

/**
 * A field that is gone some time after it was set, whatever else happens to the session: one-time codes, a confirmed
 * password. Its type is optional. Setting it to another value begins its time anew.
 *
 * @param schema - what the field holds while it is there
 * @param life - `after`: how long it is there, in milliseconds
 * @throws SessionOptionsError where `after` is not above 0
 * @example
 * ```ts
 * import { expiring } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({
 *   loginCode: expiring(z.string().length(6), { after: 10 * 60_000 }),
 * });
 * ```
 */
export function expiring<T extends SomeType>(schema: T, life: { readonly after: number }): ZodOptional<T> {
  const { after } = life;
  if (typeof after !== 'number' || !Number.isFinite(after) || after <= 0) {
    throw new SessionOptionsError('expiring', 'after must be a number of milliseconds above 0');
  }
  const field = optional(schema);
  lives.add(field, { after });
  return field;
}

/** What a field's schema says of it, on whichever of its layers (`.optional()`, `.default(…)`) it was said. */
export function marksOf(field: $ZodType): Marks {
  let marks: Marks = { sensitive: false, encrypted: false, expiresAfter: undefined };
  for (let at: $ZodType | undefined = field; at !== undefined; at = layerBelow(at)) {
    const sensitive = globalRegistry.get(at)?.sensitive;
    if (sensitive !== undefined && typeof sensitive !== 'boolean' && sensitive !== 'encrypted') {
      throw new SessionOptionsError('schema', "sensitive in a field's metadata must be true, false or 'encrypted'");
    }
    marks = {
      sensitive: marks.sensitive || (sensitive !== undefined && sensitive !== false),
      encrypted: marks.encrypted || sensitive === 'encrypted',
      expiresAfter: marks.expiresAfter ?? lives.get(at)?.after,
    };
  }
  return marks;
}

function layerBelow(schema: $ZodType): $ZodType | undefined {
  const { def } = (schema as $ZodTypes)._zod; // every schema that zod makes is one of $ZodTypes
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
    case 'default':
    case 'prefault':
    case 'catch':
      return def.innerType;
    case 'pipe':
      return def.in;
    default:
      return undefined;
  }
}

/** A value without what its schema marks as sensitive, however deep. */
export function withoutSensitive(schema: $ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { def } = (schema as $ZodTypes)._zod; // as above
  const below = layerBelow(schema);
  if (below !== undefined) return withoutSensitive(below, value);
  switch (def.type) {
    case 'object': {
      const shown: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(value)) {
        const known = Object.hasOwn(def.shape, name) ? def.shape[name] : def.catchall;
        if (known === undefined) shown[name] = field;
        else if (!marksOf(known).sensitive) shown[name] = withoutSensitive(known, field);
      }
      return shown;
    }
    case 'array':
      return marksOf(def.element).sensitive ? [] : listed(value, (item) => withoutSensitive(def.element, item));
    case 'tuple':
      return listed(value, (item, index) => {
        const known = def.items[index] ?? def.rest ?? undefined;
        if (known === undefined) return item;
        return marksOf(known).sensitive ? undefined : withoutSensitive(known, item);
      });
    case 'record':
      return marksOf(def.valueType).sensitive
        ? {}
        : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSensitive(def.valueType, item)]));
    case 'union':
      // Whichever member it is: what one of them hides is hidden.
      return def.options.reduce<unknown>((shown, option) => withoutSensitive(option, shown), value);
    case 'intersection':
      return withoutSensitive(def.right, withoutSensitive(def.left, value));
    case 'lazy':
      return withoutSensitive(def.getter(), value);
    default:
      return value;
  }
}

function listed(value: object, show: (item: unknown, index: number) => unknown): unknown {
  return Array.isArray(value) ? value.map(show) : value;
}
