import type { KeysOf, PayloadInput, SessionField, SessionSchema } from './payload-types.js';

/** What a schema of zod was made of; `never` for a schema of another library. */
export type DefOf<S> = S extends { readonly _zod: { readonly def: infer Def } } ? Def : never;

/** The layers around a schema that leave its values what they are. */
export interface LayerDef<Inner> {
  readonly type: 'readonly' | 'default' | 'prefault' | 'catch' | 'nonoptional' | 'nullable';
  readonly innerType: Inner;
}

/** Whether a field's schema has a value for a field that is absent because of `.catch(…)`, which its input type hides. */
type Catches<Def> = Def extends { readonly type: 'catch' }
  ? true
  : Def extends { readonly type: 'readonly' | 'nullable'; readonly innerType: infer Inner }
    ? Catches<DefOf<Inner>>
    : Def extends { readonly type: 'lazy'; readonly getter: () => infer Inner }
      ? Catches<DefOf<Inner>>
      : Def extends { readonly type: 'pipe'; readonly in: infer In }
        ? Catches<DefOf<In>>
        : false;

/** The keys that an object type, or some member of a union of them, cannot do without. */
type RequiredKeys<T> = T extends unknown
  ? Extract<
      keyof { [K in keyof T as string extends K ? never : T extends Record<K, T[K]> ? K : never]: unknown },
      string
    >
  : never;

/** Of the required keys of an object schema, those that no `.catch(…)` fills in. */
type NotCaught<Shape, K extends string> = K extends keyof Shape
  ? Catches<DefOf<Shape[K]>> extends true
    ? never
    : K
  : K;

/** {@link RequiredFields} of one state, or of several. */
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

/** The fields that a payload must have in some state: neither optional, nor with a default or `.catch(…)`. */
export type RequiredFields<S extends SessionSchema> = [RequiredKeys<PayloadInput<S>>] extends [never]
  ? never
  : [DefOf<S>] extends [never]
    ? RequiredKeys<PayloadInput<S>>
    : RequiredBySchema<S>;

/** The fields that may be absent or have a default in every state, so that `take` has something to put them back to. */
export type TakeableField<S extends SessionSchema> = Exclude<SessionField<S>, RequiredFields<S>>;

/** Refuses a required field of a payload that may have any field; of another one {@link TakeableField} does. */
export type Takeable<S extends SessionSchema, F> =
  string extends SessionField<S>
    ? F extends RequiredFields<S>
      ? `The field '${F}' has nothing to go back to: make it optional, or give it a default`
      : unknown
    : unknown;

/** Whether the schema makes a payload of `{}`, which is a record of nothing: every field is optional or has a default. */
export type AcceptsEmpty<S extends SessionSchema> =
  Record<string, never> extends Expected<NonNullable<PayloadInput<S>>> ? true : CatchesAll<S>;

/** The same, if what is required has a `.catch(…)`. */
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

/**
 * The fields that are there only in some payloads, although their type does not say so: those of a record.
 * @internal
 */
export type MayBeAbsent<T, F> =
  F extends KeysOf<{ [K in keyof T as string extends K ? never : K]: unknown }> ? never : undefined;
