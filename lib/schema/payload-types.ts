import type { $ZodType, input, output } from 'zod/v4/core';

/**
 * Tells the library which schema `req.session` has, by declaration merging, once per app. TypeScript finds the module only
 * if some file of the program imports it. A file that imports nothing else of typed-session has the line
 * `import type {} from 'typed-session'`, so that it also compiles by itself.
 *
 * @example
 * ```ts
 * import type {} from 'typed-session';
 * import { z } from 'zod';
 *
 * export const sessionSchema = z.object({ userId: z.uuid().optional() });
 *
 * declare module 'typed-session' {
 *   interface Register { schema: typeof sessionSchema }
 * }
 * ```
 *
 * If the option `name` of its middleware is set, add the name: `interface Register { schema: typeof sessionSchema; name:
 * 'shop.sid' }`. Then the compiler knows that the guards of that middleware check `req.session`.
 * @group Schema
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- users merge their schema into it
export interface Register {}

/**
 * A schema of any library that follows [Standard Schema v1](https://standardschema.dev), reduced to what is used here.
 *
 * @group Types
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The only property of the standard. */
  readonly '~standard': {
    /** The version of the standard. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Validates a value; must not return a promise. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** The types for the compiler; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The result of validating a value with a {@link StandardSchema}. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** Why a {@link StandardSchema} refuses a value. */
export interface StandardIssue {
  /** The path into the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type TypesOf<S extends StandardSchema<object | undefined, object>> = NonNullable<S['~standard']['types']>;

/**
 * Any schema of zod 4 (`zod` or `zod/mini`) whose values are objects, or a schema of any other library that follows
 * [Standard Schema v1](https://standardschema.dev), such as valibot or arktype. Schemas of other libraries cannot have
 * codecs.
 *
 * @group Schema
 */
export type SessionSchema<Advice extends string = string> =
  // The conditional makes the compiler print the advice.
  $ZodType<object, object | undefined> | (Advice extends string ? StandardSchema<object | undefined, object> : never);

/** What the compiler prints if a schema is not a {@link SessionSchema}. */
export type SchemaAdvice = 'A session has fields: make its schema z.object({ … }) or a union of objects';

/** What the compiler prints if a session is used before a schema is registered, or if it is registered wrongly. */
export type RegisterAdvice = [UnknownKey] extends [never]
  ? 'schema' extends keyof Register
    ? 'Register the schema of the session, an object: interface Register { schema: typeof sessionSchema }'
    : "Register your schema: declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }"
  : `Register has no key '${UnknownKey}': write interface Register { schema: typeof sessionSchema }`;

type UnknownKey = Exclude<Extract<keyof Register, string>, 'schema' | 'name'>;

/**
 * Takes the place of the payload until an app has registered its schema; see {@link Register}. The name of its only field
 * is what the compiler prints if a handler or a guard uses another field.
 */
export type SchemaNotRegistered<
  Advice extends string = RegisterAdvice,
  // eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- the compiler would print Partial<Record<…>>
> = { readonly [K in Advice]?: never };

/**
 * The schema that the app registered.
 *
 * @group Schema
 */
export type RegisteredSchema = [UnknownKey] extends [never]
  ? Register extends { schema: infer S extends SessionSchema }
    ? S
    : $ZodType<SchemaNotRegistered, SchemaNotRegistered>
  : $ZodType<SchemaNotRegistered, SchemaNotRegistered>;

/** The name of a middleware that does not set the option `name`. */
export type DefaultName = 'the default name';

/** The first name of the option `name` if it is a list, otherwise the name itself. */
export type FirstName<Name> = Name extends string
  ? Name
  : Name extends readonly [infer First extends string, ...unknown[]]
    ? First
    : string;

/** The name of the middleware whose session is `req.session`: the one in {@link Register}, otherwise the default. */
export type RegisteredName = Register extends { name: infer Name extends string | readonly string[] }
  ? FirstName<Name>
  : DefaultName;

/**
 * The typed data of a session: the `z.output` of the schema.
 *
 * @group Schema
 */
export type Payload<S extends SessionSchema> =
  S extends $ZodType<object, object | undefined>
    ? output<S>
    : S extends StandardSchema<object | undefined, object>
      ? TypesOf<S>['output']
      : never;

/** The input that the schema decodes to a payload: its `z.input`, without the `undefined` of a schema with a default. */
export type PayloadInput<S extends SessionSchema> =
  S extends $ZodType<object, object | undefined>
    ? NonNullable<input<S>>
    : S extends StandardSchema<object | undefined, object>
      ? NonNullable<TypesOf<S>['input']>
      : never;

/** Every key of an object type, or of all members of a union of them. */
export type KeysOf<T> = T extends unknown ? Extract<keyof T, string> : never;

/**
 * A field of the payload.
 *
 * @group Types
 */
export type SessionField<S extends SessionSchema> = KeysOf<Payload<S>>;

/** The type of a field of the payload. It includes `undefined` if only some members of a union have the field. */
export type FieldValue<S extends SessionSchema, F extends SessionField<S>> = FieldType<Payload<S>, F>;

export type FieldType<T, F extends string> = T extends unknown ? (F extends keyof T ? T[F] : undefined) : never;

/** Fields of the payload with the value that each must have, such as a role or the tag of a state. */
export type FieldValues<S extends SessionSchema> =
  string extends SessionField<S>
    ? LooseValues<S, KnownKeys<Payload<S>> & SessionField<S>>
    : { readonly [F in SessionField<S>]?: Comparable<FieldValue<S, F>> };

/** {@link FieldValues} of a payload that may have fields that its schema does not name. */
type LooseValues<S extends SessionSchema, Known extends SessionField<S>> = {
  readonly [F in Known]?: Comparable<FieldValue<S, F>>;
} & Readonly<Record<string, GuardedValue | undefined>>;

type KnownKeys<T> = T extends unknown
  ? Extract<keyof { [K in keyof T as string extends K ? never : number extends K ? never : K]: unknown }, string>
  : never;

type Scalar = string | number | boolean | bigint | null;

/** The values of a field that a guard can compare. */
type Comparable<V> = unknown extends V
  ? GuardedValue
  : [Extract<V, Scalar>] extends [never]
    ? NotCompared
    : Extract<V, Scalar>;

/** The values that a guard can compare if a field may hold anything. */
type GuardedValue<Advice extends string = CompareAdvice> =
  string | number | boolean | bigint | (Advice extends string ? null : never);

/** The type of a required value if a guard can compare none of the field's values. */
interface NotCompared<Advice extends string = CompareAdvice> {
  readonly advice: Advice;
}

type CompareAdvice =
  'A guard compares text, numbers, booleans, bigints, and null: for anything else, pass a predicate, (session) => …';

/** {@link FieldValues} of the registered schema, under a name that keeps compiler errors short. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the name is all it adds
export interface RegisteredValues extends FieldValues<RegisteredSchema> {}

/** A function that checks a session. If it is a type predicate, it narrows the session behind the guard. */
export type SessionPredicate<S extends SessionSchema> = (session: Payload<S>) => boolean;

/** {@link SessionPredicate} of the registered schema. */
export type RegisteredPredicate = SessionPredicate<RegisteredSchema>;

/**
 * What a guard can require of a session: a field by its name, fields with certain values, or your own predicate.
 * @internal
 */
export type Requirement<S extends SessionSchema> = SessionField<S> | FieldValues<S> | SessionPredicate<S>;

/** The requirements of a guard that are objects of values. */
type ValuesIn<R> = Exclude<R, string | AnyFunction | Options>;

/** The options of a guard: the functions that respond to a request that does not pass. */
type Options = { readonly onMissing: AnyFunction } | { readonly onForbidden: AnyFunction };

type AnyFunction = (...args: never[]) => unknown;

/** Requirements whose own type is check enough. This lets a guard compile in a function that is generic over a field. */
type Plain = readonly (string | { readonly bind: unknown })[];

/**
 * Refuses fields that the payload does not have, and requirements that no session can meet. `R` is the tuple of a guard's
 * requirements.
 * @internal
 */
export type KnownFields<S extends SessionSchema, R extends readonly unknown[]> =
  | Plain
  | ([Exclude<KeysOf<ValuesIn<R[number]>>, SessionField<S>>] extends [never]
      ? [Found<S, R>] extends [never]
        ? readonly 'No session can have both of these values'[]
        : unknown
      : readonly `The session has no field '${Exclude<KeysOf<ValuesIn<R[number]>>, SessionField<S>>}'`[]);

/** The fields `K` of the payload behind a guard that required them; `unknown` if it required none. */
export type Present<S extends SessionSchema, K extends string> = [Uncertain<S, K>] extends [never]
  ? unknown
  : { [F in Uncertain<S, K>]: NonNullable<FieldValue<S, F>> };

/** The fields that may be absent. All others, such as those with a default, are always present. */
type Uncertain<S extends SessionSchema, K extends string> =
  K extends SessionField<S>
    ? unknown extends FieldValue<S, K>
      ? K
      : [Extract<FieldValue<S, K>, null | undefined>] extends [never]
        ? never
        : K
    : never;

/** What is known about a session that meets every requirement in the union `R`, such as `'userId' | { role: 'admin' }`. */
export type Narrowed<S extends SessionSchema, R> = Present<S, Extract<R, string>> &
  All<ValuesIn<R>> &
  Learnt<Extract<R, AnyFunction>>;

/**
 * What is known about a session behind a guard that required the tuple `R`. If an element is a union, only one of its
 * members is checked, so only what they have in common is known. An optional element, or an element of an array, may be
 * absent.
 * @internal
 */
export type Found<S extends SessionSchema, R extends readonly unknown[]> = R extends readonly [
  infer First,
  ...infer Rest,
]
  ? OneOf<S, First> & Found<S, Rest>
  : R extends readonly [...infer Rest, infer Last]
    ? Found<S, Rest> & OneOf<S, Last>
    : unknown;

/** What one element checks: the union of what each of its members checks. */
type OneOf<S extends SessionSchema, R> = R extends string
  ? Present<S, R>
  : R extends AnyFunction
    ? Learnt<R>
    : R extends Options
      ? unknown
      : Certain<R>;

/** An object of values without its optional properties. */
type Certain<R> = Partial<R> extends R ? unknown : { [K in keyof R as R extends Record<K, R[K]> ? K : never]: R[K] };

/** The types that type predicates assert; `unknown` if there are none. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a predicate's type has to be assignable to its parameter's
type Learnt<P> = All<P extends (session: any) => session is infer T ? T : never>;

/** The intersection of all members of a union. */
type All<T> = (T extends unknown ? (member: T) => void : never) extends (all: infer I) => void ? I : never;
