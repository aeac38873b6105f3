import type { KeysOf, PayloadInput, SessionField, SessionSchema } from './payload-types.js';

/** The definition of a zod schema; `never` for a schema of another library. */
export type DefOf<S> = S extends { readonly _zod: { readonly def: infer Def } } ? Def : never;

/** The layers around a schema whose values are still values of the inner schema. */
export interface LayerDef<Inner> {
  readonly type: 'readonly' | 'default' | 'prefault' | 'catch' | 'nonoptional' | 'nullable';
  readonly innerType: Inner;
}

/** Whether `.catch(…)` gives an absent field a value. The input type of the schema does not show this. */
type Catches<Def> = Def extends { readonly type: 'catch' }
  ? true
  : Def extends { readonly type: 'readonly' | 'nullable'; readonly innerType: infer Inner }
    ? Catches<DefOf<Inner>>
    : Def extends { readonly type: 'lazy'; readonly getter: () => infer Inner }
      ? Catches<DefOf<Inner>>
      : Def extends { readonly type: 'pipe'; readonly in: infer In }
        ? Catches<DefOf<In>>
        : false;

/** The keys that are required in an object type, or in some member of a union of object types. */
type RequiredKeys<T> = T extends unknown
  ? Extract<
      keyof { [K in keyof T as string extends K ? never : T extends Record<K, T[K]> ? K : never]: unknown },
      string
    >
  : never;

/** The required keys of an object schema that no `.catch(…)` fills in. */
type NotCaught<Shape, K extends string> = K extends keyof Shape
  ? Catches<DefOf<Shape[K]>> extends true
    ? never
    : K
  : K;

/** {@link RequiredFields} of one state or of several states. */
type RequiredBy<Def, Input> = Def extends { readonly type: 'object'; readonly shape: infer Shape }
  ? NotCaught<Shape, RequiredKeys<Input>>
  : Def extends { readonly type: 'union'; readonly options: readonly (infer Option)[] }
    ? RequiredBySchema<Option>
    : Def extends { readonly type: 'intersection'; readonly left: infer Left; readonly right: infer Right }
      ? RequiredBySchema<Left> | RequiredBySchema<Right>
      : Def extends { readonly type: 'lazy'; readonly getter: () => infer Inner }
        ? RequiredBySchema<Inner>
        : Def extends { readonly type: 'pipe'; readonly in: infer In }
          ? RequiredBySchema<In>
          : Def extends LayerDef<infer Inner>
            ? RequiredBySchema<Inner>
            : RequiredKeys<NonNullable<Input>>;

type RequiredBySchema<S> = S extends SessionSchema ? RequiredBy<DefOf<S>, NonNullable<PayloadInput<S>>> : never;

/** The fields that a payload must have in some state: they are not optional and have no default or `.catch(…)`. */
export type RequiredFields<S extends SessionSchema> = [RequiredKeys<PayloadInput<S>>] extends [never]
  ? never
  : [DefOf<S>] extends [never]
    ? RequiredKeys<PayloadInput<S>>
    : RequiredBySchema<S>;

/** The fields that may be absent or have a default in every state, so that `take` can reset them. */
export type TakeableField<S extends SessionSchema> = Exclude<SessionField<S>, RequiredFields<S>>;

/** Refuses a required field if the payload may have any field. For other payloads, {@link TakeableField} does this. */
export type Takeable<S extends SessionSchema, F> =
  string extends SessionField<S>
    ? F extends RequiredFields<S>
      ? `The field '${F}' has nothing to go back to: make it optional, or give it a default`
      : unknown
    : unknown;

/** Whether the schema accepts `{}` (here `Record<string, never>`): every field is optional or has a default. */
export type AcceptsEmpty<S extends SessionSchema> =
  Record<string, never> extends Expected<NonNullable<PayloadInput<S>>> ? true : CatchesAll<S>;

/** Whether the schema accepts `{}` because every required field has a `.catch(…)`. */
type CatchesAll<S> = S extends SessionSchema
  ? DefOf<S> extends { readonly type: 'union'; readonly options: readonly (infer Option)[] }
    ? true extends CatchesAll<Option>
      ? true
      : false
    : DefOf<S> extends { readonly type: 'record' | 'custom' }
      ? false
      : [DefOf<S>] extends [never]
        ? false
        : [RequiredBySchema<S>] extends [never]
          ? true
          : false
  : false;

/** A type without its optional fields that every object inherits, because the compiler would find those in `{}`. */
type Expected<T> = T extends unknown
  ? string extends keyof T
    ? T
    : Omit<T, { [K in keyof T & Inherited]: undefined extends T[K] ? K : never }[keyof T & Inherited]>
  : never;

type Inherited = 'constructor' | 'toString' | 'toLocaleString' | 'valueOf' | 'hasOwnProperty';

/** What the compiler prints if `initial` is missing. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the compiler prints it
export interface InitialNeeded<Advice extends string> {
  /** The payload that new sessions start with, or a function that returns it. */
  readonly initial: unknown;
}

/**
 * `undefined` for fields that may be absent although their type does not show it: the fields of a record.
 * @internal
 */
export type MayBeAbsent<T, F> =
  F extends KeysOf<{ [K in keyof T as string extends K ? never : K]: unknown }> ? never : undefined;
