import { optional, type ZodOptional } from 'zod';
import type { SomeType } from 'zod/v4/core';
import { SessionOptionsError } from '../errors.js';
import { setLife } from './field-options.js';

/**
 * Declares a field that expires some time after it was set, independently of the session: a one-time code, or the time at
 * which a password was confirmed. The field's type is optional. Setting the field to another value restarts its time.
 *
 * @param schema - the schema of the field's value
 * @param life - `after`: how long the field remains, in milliseconds
 * @throws SessionOptionsError if `after` is not a number above 0
 * @example
 * ```ts
 * import { expiring } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({
 *   loginCode: expiring(z.string().length(6), { after: 10 * 60_000 }),
 * });
 * ```
 * @group Schema
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
