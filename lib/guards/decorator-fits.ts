import type { Session } from '../sessions/session.js';
import type { DeepReadonly } from '../schema/deep-readonly.js';
import type { StrictNullAdvice } from '../schema/refusals.js';
import type { FieldValue, Found, Payload, RegisteredSchema, SessionField } from '../schema/payload-types.js';
import type { BesideOthers, RequestLocals } from './express-types.js';
import type { OtherSessions, ReadonlySession } from './narrowing.js';

/** Any method at all. */
export type Method = (this: never, ...args: never[]) => unknown;

/** Any class whose constructor can be called. */
export type AnyClass = abstract new (...args: never[]) => object;

/** Any class, even if its constructor is private or protected. */
export interface ClassLike {
  /** What its instances inherit. */
  readonly prototype: object;
}

/**
 * `unknown` if the decorated member is of `Kind`, according to the context of the standard dialect; otherwise advice. The
 * legacy dialect passes the name of a property instead.
 */
export type ContextOf<C, Kind extends string> = C extends { readonly kind: Kind }
  ? unknown
  : Refused<'A session decorator is for methods: make this property or accessor a method'>;

/** A context of the standard dialect, or the name of a property in the legacy one. */
export type AnyContext = { readonly kind: string } | string | symbol;

/**
 * What the compiler prints instead of a type that it refuses. It is an object, because the compiler turns an index with a plain
 * string type into `never`.
 */
export interface Refused<Advice extends string> {
  /** The advice to the developer. */
  readonly advice: Advice;
}

/** `Fitting` for a descriptor of the legacy dialect that holds a method. */
export type MethodOf<M, Fitting> = M extends Method
  ? Fitting
  : Refused<'A session decorator is for methods: make this property or accessor a method'>;

/**
 * Where a decorated method gets its request: `'first'` as the first argument, `'any'` wherever its parameter decorators say.
 */
export type Place = 'first' | 'after decorated' | 'any';

/**
 * What a decorator ensures before the method runs: the registered session and, by their brands, the others.
 * `required` is the tuple of its arguments, if it is about the registered session.
 */
export interface Ensures<Required extends readonly unknown[], Others = unknown> {
  readonly required: Required;
  readonly others: Others;
}

type AnyEnsures = Ensures<readonly unknown[]>;

type Ensured<E extends AnyEnsures> = BesideOthers<Session> & Found<RegisteredSchema, E['required']>;

type ParametersOf<M> = M extends (this: never, ...args: infer Args) => unknown ? Args : [];

/** Whether a parameter is typed as a request with a session. `any` and `unknown` do not count. */
type IsRequest<P> = 0 extends P & 1
  ? false
  : [NonNullable<P>] extends [never]
    ? false
    : [NonNullable<P>] extends [{ session: unknown }]
      ? true
      : false;

/** `unknown` if a decorator ensures what the method relies on; otherwise advice, as a type. */
export type Fits<M, E extends AnyEnsures, At extends Place> = [AdviceOf<M, E, At>] extends [never]
  ? unknown
  : AdviceOf<M, E, At>;

type AdviceOf<M, E extends AnyEnsures, At extends Place> =
  ParametersOf<M> extends infer Args extends readonly unknown[]
    ? PlaceAdvice<Args, At> extends infer Advice
      ? [Advice] extends [never]
        ? { [I in keyof Args]-?: IsRequest<Args[I]> extends true ? RequestAdvice<Args[I], E> : never }[number]
        : Advice
      : never
    : never;

type RequestAdvice<P, E extends AnyEnsures> = undefined extends string
  ? StrictNullAdvice
  : undefined extends P
    ? 'A guarded method always gets a request: make the parameter required, and leave out undefined'
    : null extends P
      ? 'A guarded method always gets a request: make the parameter required, and leave out null'
      : [P] extends [{ session: infer Promised }]
        ? [Ensured<E>] extends [Promised]
          ? OthersAdvice<P, E>
          : [Unchecked<Promised, E>] extends [never]
            ? `The type of this method's request promises a session that the registered schema does not have`
            : `This method's request promises session.${Unchecked<Promised, E>}: let @RequireSession check that field too`
        : never;

/** The sessions of other middlewares that a request's type promises. */
type OthersAdvice<P, E extends AnyEnsures> =
  E['others'] extends OtherSessions<RequestLocals<P>>
    ? never
    : "This method's request promises the session of another middleware: let the decorator of that middleware check it, on a method of its own";

/** The fields that a session type relies on although neither the schema nor the decorator ensures them. */
type Unchecked<Promised, E extends AnyEnsures> = {
  [F in SessionField<RegisteredSchema>]: Promised extends Readonly<Record<F, infer Value>>
    ? [FieldOf<Ensured<E>, F>] extends [Value]
      ? never
      : [FieldValue<RegisteredSchema, F> & Value] extends [never]
        ? never
        : F
    : never;
}[SessionField<RegisteredSchema>];

type FieldOf<T, F> = T extends unknown ? (F extends keyof T ? T[F] : undefined) : never;

/** The position of the request. Types cannot see parameter decorators, so only what no order of them allows is refused. */
type PlaceAdvice<Args extends readonly unknown[], At extends Place> = At extends 'any'
  ? never
  : Args extends readonly [infer First, infer Second, ...infer Rest]
    ? IsRequest<First> extends true
      ? never
      : IsRequest<Second> extends true
        ? Rest extends readonly [unknown, unknown]
          ? unknown extends First
            ? ErrorHandlerAdvice
            : First extends Error
              ? ErrorHandlerAdvice
              : RestAdvice<[First], [Second, ...Rest], At>
          : RestAdvice<[First], [Second, ...Rest], At>
        : RestAdvice<[First], [Second, ...Rest], At>
    : never;

type ErrorHandlerAdvice =
  'A session decorator is not for error handlers, which Express calls with an error first: guard the routes before it';

/** Advice if a request comes after a parameter that can only be a response or a next function. */
type RestAdvice<
  Before extends readonly unknown[],
  After extends readonly unknown[],
  At extends Place,
> = After extends readonly [infer First, ...infer Rest]
  ? IsRequest<First> extends true
    ? At extends 'first'
      ? RequestFirst
      : true extends IsUndecorated<Before[number]>
        ? RequestFirst
        : never
    : RestAdvice<[...Before, First], Rest, At>
  : never;

type RequestFirst = 'The request must be the first parameter, or the first one without a decorator';

/** Whether a parameter is a response or `next`, which no parameter decorator passes. */
type IsUndecorated<P> = 0 extends P & 1
  ? false
  : P extends { locals: unknown; end: unknown } | ((...args: never[]) => unknown)
    ? true
    : false;

/** {@link Fits} for a decorator that makes the session readonly. */
export type FitsReadonly<M, E extends AnyEnsures, At extends Place> = FitsReadonlyArgs<ParametersOf<M>, E, At>;

type FitsReadonlyArgs<Args extends readonly unknown[], E extends AnyEnsures, At extends Place> = [
  { [I in keyof Args]-?: ReadonlyAdvice<Args[I], E> }[number],
] extends [infer Advice]
  ? [Advice] extends [never]
    ? [PlaceAdvice<Args, At>] extends [never]
      ? unknown
      : PlaceAdvice<Args, At>
    : Advice
  : never;

type ReadonlyAdvice<P, E extends AnyEnsures> = 0 extends P & 1
  ? never
  : IsRequest<P> extends true
    ? NonNullable<P> extends { session: infer Promised }
      ? [ReadonlySession<Found<RegisteredSchema, E['required']>>] extends [Promised]
        ? undefined extends P
          ? RequestAdvice<P, E>
          : OthersAdvice<P, E>
        : [Ensured<E>] extends [Promised]
          ? 'This method only reads its session: let its request be a ReadonlySessionRequest'
          : RequestAdvice<P, E>
      : never
    : [ChangeableSession<P>] extends [never]
      ? [ChangeableField<NonNullable<P>>] extends [never]
        ? never
        : 'This method only reads its session: let the parameter be readonly, or a DeepReadonly'
      : 'This method only reads its session: let the parameter be a ReadonlySession';

/** A parameter that is a session with all its members. */
type ChangeableSession<P> = P extends Session ? (ReadonlySession extends P ? never : P) : never;

/** A parameter that accepts the value of a field, but not the readonly form of it. */
type ChangeableField<P> = unknown extends P
  ? never
  : {
      [F in SessionField<RegisteredSchema>]: ChangeableValue<
        P,
        Extract<NonNullable<FieldOf<Payload<RegisteredSchema>, F>>, object>
      >;
    }[SessionField<RegisteredSchema>];

type ChangeableValue<P, Value> = [Value] extends [never]
  ? never
  : [Value] extends [P]
    ? [DeepReadonly<Value>] extends [P]
      ? never
      : P
    : never;

/** The instances of a class, even if its constructor is private. */
type InstanceOf<C> = C extends { readonly prototype: infer I } ? I : never;

/** `unknown` if every public member of a class relies on no more than its decorator ensures; otherwise advice. */
export type FitsClass<C, E extends AnyEnsures, At extends Place> = [MemberAdvice<InstanceOf<C>, E, At>] extends [never]
  ? unknown
  : MemberAdvice<InstanceOf<C>, E, At>;

type MemberAdvice<I, E extends AnyEnsures, At extends Place> = {
  [K in keyof I]-?: I[K] extends Method
    ? IsMethod<I[K]> extends true
      ? [AdviceOf<I[K], E, At>] extends [never]
        ? never
        : AdviceOf<I[K], E, At> extends `This method's request promises${string}` | `The type of this${string}`
          ? `${K & string}() relies on more of the session than this class's decorator checks: let it check that too, or give the method a class of its own`
          : `${K & string}(): ${AdviceOf<I[K], E, At> & string}`
      : TakesRequest<I[K]> extends true
        ? `${K & string} is a property or a getter, which a constructor can hand out before this class's decorator guards it: make it a method`
        : never
    : never;
}[keyof I];

type TakesRequest<F> = ParametersOf<F> extends readonly [(infer P)?, ...infer _Rest] ? IsRequest<P> : false;

/** A method is compared with its parameters in both directions, a property that holds a function is not. */
type IsMethod<F> = [(request: never) => never] extends [F] ? true : false;

/** `unknown` if a class or a method relies on no more than a decorator ensures. */
export type FitsTarget<T, E extends AnyEnsures, At extends Place> = T extends AnyClass
  ? FitsClass<T, E, At extends 'first' ? 'after decorated' : At>
  : T extends Method
    ? Fits<T, E, At>
    : T extends ClassLike
      ? FitsClass<T, E, At extends 'first' ? 'after decorated' : At>
      : unknown; // a property or an accessor, which its context refuses
