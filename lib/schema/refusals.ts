import type { DeepReadonly } from './deep-readonly.js';
import type { DefOf, LayerDef } from './required-fields.js';
import type { ReservedField } from './reserved.js';
import type { FieldType, KeysOf, Payload, PayloadInput, SessionField, SessionSchema } from './payload-types.js';

/** What the compiler prints for a refused option or argument. It is an object, because for a string it prints `never`. */
export interface Refusal<Advice extends string> {
  /** What to do. */
  readonly advice: Advice;
}

/** What the compiler prints in a program in which every type includes `undefined`. */
export type StrictNullAdvice =
  "Set 'strict' or 'strictNullChecks' in tsconfig.json: without it, TypeScript does not tell a field that is there from one that is not";

/** Refuses schemas whose values are not objects with fields, because a session is one. Start-up checks the same. */
export type RefuseNoObject<S extends SessionSchema> = [NoObject<S>] extends [never]
  ? unknown
  : {
      readonly schema: `A session has fields: make its schema z.object({ … }) or a union of objects; this one is of the kind ${NoObject<S>}`;
    };

/** The kind of a schema that is not an object; `never` if it is an object. */
type NoObject<S> = [DefOf<S>] extends [never]
  ? NoObjectType<S extends SessionSchema ? Payload<S> : never>
  : NoObjectDef<DefOf<S>>;

type NoObjectDef<Def> = Def extends { readonly type: infer Kind extends string }
  ? Extract<'object' | 'record', Kind> extends never
    ? Def extends { readonly type: 'union'; readonly options: readonly (infer Option)[] }
      ? NoObjectIn<Option>
      : Def extends { readonly type: 'intersection'; readonly left: infer Left; readonly right: infer Right }
        ? NoObjectIn<Left | Right>
        : Def extends { readonly type: 'pipe'; readonly in: infer In; readonly out: infer Out }
          ? NoObjectIn<In | Out>
          : Def extends { readonly type: 'lazy'; readonly getter: () => infer Inner }
            ? NoObjectIn<Inner>
            : Def extends Exclude<LayerDef<unknown>, { readonly type: 'nullable' }> & LayerDef<infer Inner>
              ? NoObjectIn<Inner>
              : Kind
    : never
  : never;

type NoObjectIn<S> = S extends unknown ? NoObjectDef<DefOf<S>> : never;

type NoObjectType<T> = 0 extends 1 & T
  ? 'any'
  : T extends readonly unknown[]
    ? 'array'
    : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Date | ((...args: never[]) => unknown)
      ? 'class'
      : Same<T, object> extends true
        ? 'object without fields'
        : never;

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- A and B are equal if these two are
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Refuses fields of a Standard Schema that can be validated but not stored. The standard has no encode, so the output must
 * be JSON, and the schema must accept it as input.
 */
export type RefuseOneWay<S extends SessionSchema> = [DefOf<S>] extends [never]
  ? [NotJson<Payload<S>>] extends [never]
    ? [OneWay<Payload<S>, PayloadInput<S>>] extends [never]
      ? unknown
      : {
          readonly schema: `The field '${OneWay<Payload<S>, PayloadInput<S>>}' is transformed one way only, so it could be loaded and never stored: validate it as what is stored, or make the whole schema with zod, and use a codec`;
        }
    : {
        readonly schema: `The field '${NotJson<Payload<S>>}' holds what JSON cannot: declare it as text or a number, or make the whole schema with zod, and use a codec`;
      }
  : unknown;

type NotJson<T> = {
  [K in KeysOf<T>]: true extends HoldsNotJson<FieldType<T, K>> ? K : never;
}[KeysOf<T>];

/** Whether a type, or a part of it on the first levels, is something that JSON cannot represent. */
type HoldsNotJson<T, Deeper extends readonly unknown[] = Levels> = unknown extends T
  ? false
  : T extends string | number | boolean | null | undefined
    ? false
    : T extends object
      ? T extends (...args: never[]) => unknown
        ? true
        : Deeper extends readonly [unknown, ...infer Rest]
          ? HoldsNotJson<T extends readonly unknown[] ? T[number] : T[keyof T], Rest>
          : false
      : true;

type OneWay<Out, In> = {
  [K in KeysOf<Out>]: [FieldType<Out, K>] extends [FieldType<In, K>]
    ? never
    : [FieldType<Out, K>] extends [DeepReadonly<FieldType<In, K>>]
      ? never
      : K;
}[KeysOf<Out>];

/** Refuses a `principal` whose encoded value is not text or a number. Start-up checks the same. */
export type RefusePrincipal<S extends SessionSchema, P extends string> = [P] extends [never]
  ? unknown
  : string extends P
    ? unknown
    : [P] extends [SessionField<S>]
      ? [Indexable<S, P>] extends [never]
        ? {
            readonly principal?: Refusal<`The field '${P}' cannot be the principal: name a field that is stored as a string, a number, or a bigint`>;
          }
        : unknown
      : unknown;

/** The fields in `P` that can be the principal. `P` has several fields if the options were created elsewhere. */
type Indexable<S extends SessionSchema, P extends string> = P extends unknown
  ? IsIndexable<EncodedField<S, P>> extends true
    ? P
    : never
  : never;

/** What the store holds for a field. A coercion accepts any input, and stores its output. */
type EncodedField<S extends SessionSchema, P extends string> =
  unknown extends FieldType<PayloadInput<S>, P>
    ? NonNullable<FieldType<Payload<S>, P>>
    : NonNullable<FieldType<PayloadInput<S>, P>>;

type IsIndexable<T> = [T] extends [never]
  ? false
  : unknown extends T
    ? false
    : [T] extends [string | number | bigint]
      ? true
      : false;

/** The argument of `sessions.list(…)` and `sessions.revoke(…)`: the principal's value, as in code or as it is stored. */
export type PrincipalValue<S extends SessionSchema, P extends string> = unknown extends P
  ? AnyPrincipalValue
  : OrAny<WithBigint<Extract<EncodedField<S, P> | NonNullable<FieldType<Payload<S>, P>>, AnyPrincipalValue>>>;

type AnyPrincipalValue = string | number | bigint;

/** A whole number may be passed as a number or as a bigint. */
type WithBigint<T> = T | ([Extract<T, number | bigint>] extends [never] ? never : number | bigint);

type OrAny<T> = [T] extends [never] ? AnyPrincipalValue : T;

/** How deep types are checked: the payload's own fields, and some levels of objects and arrays in them. */
type Levels = [1, 1, 1];

/**
 * The paths of the fields that a value has on its first levels, but the payload `W` does not have. Only values that are
 * stored as objects (`In`) are checked, because an instance of a class may have more members than its codec knows.
 */
export type Excess<T, W, In, Deeper extends readonly unknown[] = Levels> = unknown extends T | W | In
  ? never
  : [Extract<In, object>] extends [never]
    ? never
    : T extends NoFields
      ? never
      : T extends readonly (infer Item)[]
        ? Deeper extends readonly [unknown, ...infer Rest]
          ? W extends readonly (infer Wanted)[]
            ? Excess<Item, Wanted, ItemOf<In>, Rest>
            : never
          : never
        : ExcessOf<T, [StateOf<T, W>] extends [never] ? W : StateOf<T, W>, In, Deeper>;

type NoFields = string | number | bigint | boolean | symbol | null | undefined | ((...args: never[]) => unknown);

type ItemOf<In> = In extends readonly (infer Item)[] ? Item : never;

/** The members of a union that a value belongs to. */
type StateOf<T, W> = W extends unknown ? (T extends W ? W : never) : never;

type ExcessOf<T, W, In, Deeper extends readonly unknown[]> =
  string extends KeysOf<W>
    ? Deeper extends readonly [unknown, ...infer Rest]
      ? Under<'*', Excess<T[keyof T], ValueOf<W>, ValueOf<In>, Rest>>
      : never
    : | Exclude<FilledKeys<T>, KeysOf<W> | ReservedField>
      | (Deeper extends readonly [unknown, ...infer Rest]
          ? {
              [K in FilledKeys<T> & KeysOf<W>]: Under<
                K,
                Excess<FieldType<T, K>, Exclude<FieldType<W, K>, null | undefined>, FieldType<In, K>, Rest>
              >;
            }[FilledKeys<T> & KeysOf<W>]
          : never);

/** The values of a record. */
type ValueOf<W> = W extends unknown ? W[keyof W] : never;

/** The keys of `T` without those that the compiler adds to a union of object literals, such as `userId?: undefined`. */
type FilledKeys<T> = Extract<{ [K in keyof T]-?: [T[K]] extends [undefined] ? never : K }[keyof T], string>;

type Under<K extends string, Path> = Path extends string ? `${K}.${Path}` : never;

/**
 * Refuses a value with fields that the payload does not have, because they would be lost.
 * @internal
 */
export type RefuseExcess<T, S extends SessionSchema> = [Excess<T, Payload<S>, PayloadInput<S>>] extends [never]
  ? unknown
  : Refusal<`The schema has no field '${Excess<T, Payload<S>, PayloadInput<S>>}'`>;
