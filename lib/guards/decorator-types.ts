import type { Found, KnownFields, RegisteredSchema, SessionSchema } from '../schema/payload-types.js';
import type {
  AnyContext,
  ContextOf,
  Ensures,
  Fits,
  FitsReadonly,
  FitsTarget,
  MethodOf,
  Place,
  Refused,
} from './decorator-fits.js';
import type { GuardArguments } from './express-types.js';
import type { Checked, IsRegistered, LocalsOf } from './narrowing.js';

/** Marks the type of a decorator with what it checks, so that the types of two decorators differ. */
declare const checks: unique symbol;

/**
 * The type of `@RequireSession(…)`: a decorator for methods and for classes, in both dialects.
 *
 * @group Types
 */
export interface RequireSessionDecorator<R extends readonly unknown[], At extends Place = 'first'> {
  /** The standard (TC39) dialect; a class in the legacy dialect (`experimentalDecorators`), which has no context. */
  <T extends object | undefined, C extends AnyContext>(
    target: T & FitsTarget<T, Ensures<R>, At>,
    context?: C & ContextOf<C, 'class' | 'method'>,
  ): T;
  /** A method in the legacy dialect (`experimentalDecorators`). */
  <M>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & MethodOf<M, Fits<M, Ensures<R>, Legacy<At>>>>,
  ): void;
  /** Exists for the compiler alone. */
  readonly [checks]: Checked<Found<RegisteredSchema, R>>;
}

/** A decorator for methods, in both dialects, with what it ensures and what it adds to `Locals`. */
interface MethodDecoratorOf<E extends Ensures<readonly unknown[]>, Added, At extends Place> {
  /** The standard (TC39) dialect. */
  <M extends object | undefined, C extends AnyContext>(
    method: M & Fits<M, E, At>,
    context: C & ContextOf<C, 'method'>,
  ): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & MethodOf<M, Fits<M, E, Legacy<At>>>>,
  ): void;
  /** Exists for the compiler alone. */
  readonly [checks]: Added;
}

/**
 * {@link RequireSessionDecorator} for methods only.
 *
 * @group Types
 */
export type SessionMethodDecorator<R extends readonly unknown[], At extends Place = 'first'> = MethodDecoratorOf<
  Ensures<R>,
  Checked<Found<RegisteredSchema, R>>,
  At
>;

/** In the legacy dialect, the parameters before the request may have decorators. */
export type Legacy<At extends Place> = At extends 'first' ? 'after decorated' : At;

/**
 * The type of `@RequireSession.readonly(…)`: a decorator for methods, in both dialects.
 *
 * @group Types
 */
export interface ReadonlySessionDecorator<R extends readonly unknown[], At extends Place = 'first'> {
  /** The standard (TC39) dialect. */
  <M extends object | undefined, C extends AnyContext>(
    method: M & FitsReadonly<M, Ensures<R>, At>,
    context: C & ContextOf<C, 'method'>,
  ): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & MethodOf<M, FitsReadonly<M, Ensures<R>, Legacy<At>>>>,
  ): void;
  /** Exists for the compiler alone. */
  readonly [checks]: Checked<Found<RegisteredSchema, R>>;
}

/** What the decorator of one middleware ensures. */
type EnsuresOf<S extends SessionSchema, Name extends string, R extends readonly unknown[]> =
  IsRegistered<S, Name> extends true ? Ensures<R> : Ensures<[], LocalsOf<S, Name, Found<S, R>>>;

/**
 * {@link RequireSessionDecorator} for the session of one middleware. A decorator for methods.
 *
 * @group Types
 */
export type SessionDecoratorOf<
  S extends SessionSchema,
  Name extends string,
  R extends readonly unknown[],
> = MethodDecoratorOf<EnsuresOf<S, Name, R>, LocalsOf<S, Name, Found<S, R>>, 'first'>;

/**
 * The type of {@link RequireSession}, which is a function with members.
 *
 * @group Types
 */
export interface RequireSessionDecorators<At extends Place = 'first'> {
  /**
   * Guards a controller's method, or every public method of a class and of its subclasses: it runs for requests whose
   * session is stored and has what is required. Without arguments, any stored session passes.
   *
   * A request that does not pass results in an error through `next` (or thrown, if the method is called without one), or is
   * handled by `onMissing` or `onForbidden`: `SessionRequiredError` (401) if nobody is signed in or a named field is absent;
   * `SessionForbiddenError` (403) if somebody is signed in, but a value or a predicate does not match.
   *
   * @param required - names of fields that must be neither `undefined` nor `null`; objects of fields with the values
   *   that they must have, such as the tag of a state; functions of the session; and
   *   `{ onMissing, onForbidden }`, as an object of its own
   * @throws SessionOptionsError when the class is defined, for any other argument
   */
  <const R extends GuardArguments>(...required: R & KnownFields<RegisteredSchema, R>): RequireSessionDecorator<R, At>;
  /**
   * The same for methods that only read: their session is readonly at any depth. A change is never stored, and never
   * lost silently: in strict mode code, it is an immediate `TypeError`, because the session is frozen, or under
   * `NODE_ENV=production` a `SessionReadonlyError` (500) at the commit.
   * @throws SessionOptionsError
   */
  readonly<const R extends GuardArguments>(
    ...required: R & KnownFields<RegisteredSchema, R>
  ): ReadonlySessionDecorator<R, At>;
}

/**
 * A parameter decorator of the legacy dialect that passes a value of type `T`. The compiler refuses a parameter whose type
 * promises more.
 *
 * @group Types
 */
export type SessionParameterDecorator<T> = <P extends object, K extends string | symbol, I extends number>(
  prototype: P,
  name: K,
  index: I & Takes<P, K, I, T>,
) => void;

type Takes<P, K, I extends number, T> = K extends keyof P
  ? P[K] extends (...args: infer A) => unknown
    ? [T] extends [A[I]]
      ? unknown
      : Refused<'The type of this parameter promises what its decorator does not check: ask for that too, or promise less'>
    : unknown
  : Refused<'The compiler cannot check the parameters of a private or protected method: make the method public'>;
