import { optional, type ZodOptional } from 'zod';
import type { SomeType } from 'zod/v4/core';
import { SessionOptionsError } from '../errors.js';
import { setLife } from './field-options.js';

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
  const after = (life as Partial<typeof life> | undefined)?.after; // the caller may be plain JavaScript
  if (typeof after !== 'number' || !Number.isFinite(after) || after <= 0) {
    throw new SessionOptionsError(
      'expiring',
      'after must be a number of milliseconds above 0: expiring(schema, { after: 600_000 })',
    );
  }
  const field = optional(schema);
  setLife(field, after);
  return field;
}
