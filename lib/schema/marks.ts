import { optional, type ZodOptional } from 'zod';
import { globalRegistry, registry, type $ZodType, type SomeType } from 'zod/v4/core';
import { SessionOptionsError } from '../errors.js';
import { defOf, innerOf } from './zod-def.js';

declare module 'zod/v4/core' {
  interface GlobalMeta {
    /**
     * Keeps a field of a session out of logs and responses: `util.inspect`, `JSON.stringify` and what lists sessions leave
     * it out. `'encrypted'` also keeps it from anyone who reads the store; see the option `encryption`.
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

/** What a field's schema says of it, on whichever of its layers (`.optional()`, `.default(…)`) or side of a codec it was said. */
export function marksOf(field: $ZodType): Marks {
  const sensitive = globalRegistry.get(field)?.sensitive;
  if (sensitive !== undefined && typeof sensitive !== 'boolean' && sensitive !== 'encrypted') {
    throw new SessionOptionsError('schema', "sensitive in a field's metadata must be true, false or 'encrypted'");
  }
  let marks: Marks = {
    sensitive: sensitive !== undefined && sensitive !== false,
    encrypted: sensitive === 'encrypted',
    expiresAfter: lives.get(field)?.after,
  };
  for (const layer of layersBelow(field)) {
    const below = marksOf(layer);
    marks = {
      sensitive: marks.sensitive || below.sensitive,
      encrypted: marks.encrypted || below.encrypted,
      expiresAfter: marks.expiresAfter ?? below.expiresAfter,
    };
  }
  return marks;
}

function layersBelow(schema: $ZodType): readonly $ZodType[] {
  const def = defOf(schema);
  if (def.type === 'pipe') return [def.in, def.out];
  const inner = def.type === 'lazy' ? undefined : innerOf(schema);
  return inner === undefined ? [] : [inner];
}
