import type { SessionField, SessionSchema } from '../schema/payload-types.js';
import type { RefuseExcess, RefuseNoObject, RefuseOneWay, StrictNullAdvice } from '../schema/refusals.js';
import type { AcceptsEmpty, InitialNeeded } from '../schema/required-fields.js';
import type { ReservedField } from '../schema/reserved.js';
import type { CommonOptions, InitialPayload } from './session-options.js';

/** Makes `initial` required if the schema refuses `{}`. */
export type RequireInitial<S extends SessionSchema> =
  AcceptsEmpty<S> extends true
    ? unknown
    : InitialNeeded<'The schema refuses {}: pass the payload that new sessions begin with, or give every field .default(…) or .optional()'>;

/** Refuses schemas with a field that has the name of a member of `req.session`; the error names it. */
export type RefuseReserved<S extends SessionSchema> =
  Extract<SessionField<S>, ReservedField> extends infer F extends string
    ? [F] extends [never]
      ? unknown
      : { readonly schema: `Rename the field '${F}': req.session has a member of that name` }
    : never;

/** The first problem of a schema, so that the compiler prints one piece of advice. */
type CheckSchema<S extends SessionSchema> = undefined extends string
  ? { readonly schema: StrictNullAdvice }
  : unknown extends RefuseNoObject<S>
    ? unknown extends RefuseOneWay<S>
      ? RequireInitial<S> & RefuseReserved<S>
      : RefuseOneWay<S>
    : RefuseNoObject<S>;

/** {@link CommonOptions} with a schema that is accepted. */
export type CheckedOptions<
  S extends SessionSchema,
  Request,
  OnMissing,
  Initial extends InitialPayload<S> = never,
> = CommonOptions<S, Request, OnMissing, Initial> & CheckSchema<S>;

/** Refuses a first payload with fields that the schema does not have. */
export type ExcessInitial<Initial, S extends SessionSchema> = [Initial] extends [never]
  ? unknown
  : { readonly initial?: RefuseExcess<Made<Initial>, S> };

type Made<Initial> = Initial extends () => infer T ? T : Initial;
