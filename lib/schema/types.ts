import type { $ZodType, input, output } from 'zod/v4/core';

/**
 * Tells the library which schema `req.session` has, by declaration merging, once per app:
 *
 * @example
 * ```ts
 * import { z } from 'zod';
 *
 * export const sessionSchema = z.object({ userId: z.uuid().optional() });
 *
 * declare module 'typed-session' {
 *   interface Register { schema: typeof sessionSchema }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- users merge their schema into it
export interface Register {}

/** Any zod 4 schema, of `zod` or `zod/mini`, whose values are objects. */
export type SessionSchema = $ZodType<object, object>;

/** Stands in for the payload until an app has registered its schema; see {@link Register}. */
export interface SchemaNotRegistered {
  readonly __registerYourSchema?: "declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }";
}

/** The schema that the app registered. */
export type RegisteredSchema = Register extends { schema: infer S extends SessionSchema }
  ? S
  : $ZodType<SchemaNotRegistered, SchemaNotRegistered>;

/** The typed data of a session: what the schema's `z.output` is. */
export type Payload<S extends SessionSchema> = output<S>;

/** Every key of an object type, or of all members of a union of them. */
type KeysOf<T> = T extends unknown ? Extract<keyof T, string> : never;

/** A field of the payload. */
export type SessionField<S extends SessionSchema> = KeysOf<Payload<S>>;

/** The fields that may be absent or have a default, so that `take` has something to put them back to. */
export type TakeableField<S extends SessionSchema> = KeysOfEmpty<input<S>> & SessionField<S>;

type KeysOfEmpty<T> = T extends unknown
  ? { [K in Extract<keyof T, string>]-?: undefined extends T[K] ? K : never }[Extract<keyof T, string>]
  : never;

/** The fields `K` of the payload, as they are behind a guard that found them present. */
export type Present<S extends SessionSchema, K extends string> = {
  [F in K & SessionField<S>]: NonNullable<FieldType<Payload<S>, F>>;
};

type FieldType<T, K extends string> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;
