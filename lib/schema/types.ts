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

/** What a schema of any library has that follows [Standard Schema v1](https://standardschema.dev), as far as it is used here. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The standard's one property. */
  readonly '~standard': {
    /** The version of the standard. */
    readonly version: 1;
    /** The library's name. */
    readonly vendor: string;
    /** Validates a value; must not return a promise. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** There for the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a {@link StandardSchema} makes of a value. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** Why a {@link StandardSchema} refuses a value. */
export interface StandardIssue {
  /** The path into the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type TypesOf<S extends StandardSchema<object, object>> = NonNullable<S['~standard']['types']>;

/**
 * Any zod 4 schema, of `zod` or `zod/mini`, whose values are objects; or a schema without codecs of any other library
 * that follows [Standard Schema v1](https://standardschema.dev), such as valibot or arktype.
 */
export type SessionSchema = $ZodType<object, object> | StandardSchema<object, object>;

/**
 * Stands in for the payload until an app has registered its schema; see {@link Register}. Its one field is what the
 * compiler prints where a handler or a guard names another.
 */
export type SchemaNotRegistered<
  Advice extends string =
    "Register your schema: declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }",
  // eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- the compiler would print Partial<Record<…>>
> = { readonly [K in Advice]?: never };

/** The schema that the app registered. */
export type RegisteredSchema = Register extends { schema: infer S extends SessionSchema }
  ? S
  : $ZodType<SchemaNotRegistered, SchemaNotRegistered>;

/** The typed data of a session: what the schema's `z.output` is. */
export type Payload<S extends SessionSchema> =
  S extends $ZodType<object, object>
    ? output<S>
    : S extends StandardSchema<object, object>
      ? TypesOf<S>['output']
      : never;

/** What the schema makes a payload of: its `z.input`. */
type PayloadInput<S extends SessionSchema> =
  S extends $ZodType<object, object>
    ? input<S>
    : S extends StandardSchema<object, object>
      ? TypesOf<S>['input']
      : never;

/** Every key of an object type, or of all members of a union of them. */
type KeysOf<T> = T extends unknown ? Extract<keyof T, string> : never;

/** A field of the payload. */
export type SessionField<S extends SessionSchema> = KeysOf<Payload<S>>;

/** The fields that may be absent or have a default, so that `take` has something to put them back to. */
export type TakeableField<S extends SessionSchema> = KeysOfEmpty<PayloadInput<S>> & SessionField<S>;

type KeysOfEmpty<T> = T extends unknown
  ? { [K in Extract<keyof T, string>]-?: undefined extends T[K] ? K : never }[Extract<keyof T, string>]
  : never;

/** What a field of the payload may hold; `undefined` too, where only some members of a union have the field. */
export type FieldValue<S extends SessionSchema, F extends SessionField<S>> = FieldType<Payload<S>, F>;

type FieldType<T, F extends string> = T extends unknown ? (F extends keyof T ? T[F] : undefined) : never;

/** Fields of the payload with the value that each must have: a role, the tag of a state. */
export type FieldValues<S extends SessionSchema> = {
  readonly [F in SessionField<S>]?: Extract<FieldValue<S, F>, string | number | boolean | bigint | null>;
};

/** {@link FieldValues} of the registered schema, under a name that prints short in an error. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the name is all it adds
export interface RegisteredValues extends FieldValues<RegisteredSchema> {}

/** A question to a session that TypeScript may learn from: a type predicate narrows what is behind the guard. */
export type SessionPredicate<S extends SessionSchema> = (session: Payload<S>) => boolean;

/** {@link SessionPredicate} of the registered schema. */
export type RegisteredPredicate = SessionPredicate<RegisteredSchema>;

/** What a guard can ask of a session: a field by its name, fields with certain values, or a question of your own. */
export type Requirement<S extends SessionSchema> = SessionField<S> | FieldValues<S> | SessionPredicate<S>;

/** Of what a guard was asked, the objects of values. */
type ValuesIn<R> = Exclude<R, string | AnyFunction | Options>;

/** What else a guard may be given: how to answer those who lack something. */
interface Options {
  /** The answer. */
  readonly onMissing: AnyFunction;
}

type AnyFunction = (...args: never[]) => unknown;

/** Refuses, among what a guard is asked, fields that the payload does not have, and requirements that nobody can meet. */
export type KnownFields<S extends SessionSchema, R> = [Exclude<KeysOf<ValuesIn<R>>, SessionField<S>>] extends [never]
  ? [Values<R>] extends [never]
    ? readonly 'No session can have both of these values'[]
    : unknown
  : readonly `The session has no field '${Exclude<KeysOf<ValuesIn<R>>, SessionField<S>>}'`[];

/** The fields `K` of the payload, as they are behind a guard that found them present; `unknown` where it looked for none. */
export type Present<S extends SessionSchema, K extends string> = [K] extends [never]
  ? unknown
  : { [F in K & SessionField<S>]: NonNullable<FieldValue<S, F>> };

/** What is known of a session behind a guard that asked for `R`. */
export type Narrowed<S extends SessionSchema, R> = Present<S, Extract<R, string>> &
  Values<R> &
  Learnt<Extract<R, AnyFunction>>;

/** The values that were asked for, all at once. */
type Values<R> = All<ValuesIn<R>>;

/** What type predicates say; `unknown` where there are none. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a predicate's type has to be assignable to its parameter's
type Learnt<P> = All<P extends (session: any) => session is infer T ? T : never>;

/** Every member of a union at once. */
type All<T> = (T extends unknown ? (member: T) => void : never) extends (all: infer I) => void ? I : never;

/** Whether the schema makes a payload of `{}`, which is a record of nothing: every field is optional or has a default. */
export type AcceptsEmpty<S extends SessionSchema> =
  Record<string, never> extends Expected<PayloadInput<S>> ? true : false;

/** What a payload must have, but for optional fields that every object inherits: the compiler would find those in `{}`. */
type Expected<T> = T extends unknown
  ? string extends keyof T
    ? T
    : Omit<T, { [K in keyof T & Inherited]: undefined extends T[K] ? K : never }[keyof T & Inherited]>
  : never;

type Inherited = 'constructor' | 'toString' | 'toLocaleString' | 'valueOf' | 'hasOwnProperty';

/** What the compiler prints where `initial` is missing. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- it is there to be printed
export interface InitialNeeded<Advice extends string> {
  /** The payload that new sessions begin with, or a function that makes it. */
  readonly initial: unknown;
}
