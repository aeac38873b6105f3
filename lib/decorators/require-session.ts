import { sessionStep } from '../express/require.js';
import type { GuardOptions } from '../express/requirements.js';
import type { BesideOthers, NarrowedOf, ReadonlySession } from '../express/types.js';
import type { Session } from '../lifecycle/session.js';
import type {
  FieldValue,
  KnownFields,
  Narrowed,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
  SessionSchema,
} from '../schema/types.js';
import { decorate } from './decorate.js';
import type { AnyClass, ContextOf, Method } from './types.js';

/** The session that a method's request type promises; `unknown` where its first parameter says nothing of one. */
type PromisedSession<M> = M extends (this: never, request: infer Request, ...rest: never[]) => unknown
  ? [Request] extends [never] // of `Method` itself, which the compiler names where it tells of the other dialect
    ? unknown
    : Request extends { session: infer S }
      ? S
      : unknown
  : unknown;

/** The fields that a session type takes for granted though neither the schema nor the decorator sees to it. */
type Unchecked<S extends SessionSchema, Promised, R> = {
  [F in SessionField<S>]: F extends R
    ? never
    : Promised extends Readonly<Record<F, infer Value>>
      ? FieldOf<Session<S> & Narrowed<S, R>, F> extends Value
        ? never
        : FieldValue<S, F> & Value extends never
          ? never
          : F
      : never;
}[SessionField<S>];

type FieldOf<T, F> = T extends unknown ? (F extends keyof T ? T[F] : undefined) : never;

/** `unknown` where the decorator has checked what the method's request type promises; else what to do, as a type. */
type Fits<S extends SessionSchema, Promised, R> = BesideOthers<Session<S>> & Narrowed<S, R> extends Promised
  ? unknown
  : [Unchecked<S, Promised, R>] extends [never]
    ? `The type of this method's request promises a session that the registered schema does not have`
    : `This method's request promises session.${Unchecked<S, Promised, R>}: let @RequireSession check that field too`;

/** {@link Fits} where the session is only read. */
type FitsReadonly<M, R> = [ChangeableSession<ParametersOf<M>>] extends [never]
  ? FitsReadonlyRequest<PromisedSession<M>, R>
  : 'This method only reads its session: let the parameter be a ReadonlySession';

type FitsReadonlyRequest<Promised, R> =
  ReadonlySession<Narrowed<RegisteredSchema, R>> extends Promised
    ? unknown
    : Session & Narrowed<RegisteredSchema, R> extends Promised
      ? 'This method only reads its session: let its request be a ReadonlySessionRequest'
      : Fits<RegisteredSchema, Promised, R>;

type ParametersOf<M> = M extends (this: never, ...args: infer Args) => unknown ? Args : [];

/** The parameters that are a session with all its members; one by one, for an `any` among them would hide the others. */
type ChangeableSession<Args extends readonly unknown[]> = {
  [I in keyof Args]: Args[I] extends infer P
    ? P extends Session
      ? ReadonlySession extends P
        ? never
        : P
      : never
    : never;
}[number];

/** The public methods of a class that rely on more than its decorator checks. */
type Unfit<C extends AnyClass, R> = {
  [K in keyof InstanceType<C>]: InstanceType<C>[K] extends Method
    ? unknown extends Fits<RegisteredSchema, PromisedSession<InstanceType<C>[K]>, R>
      ? never
      : K
    : never;
}[keyof InstanceType<C>];

/** {@link Fits} for a whole class. */
type FitsClass<C extends AnyClass, R> = [Unfit<C, R>] extends [never]
  ? unknown
  : `${Unfit<C, R> & string}() relies on more of the session than this class's decorator checks: let it check that too, or give the method a class of its own`;

/** `unknown` where a class or a method relies on no more than a decorator checks. */
type FitsTarget<T, R> = T extends AnyClass ? FitsClass<T, R> : Fits<RegisteredSchema, PromisedSession<T>, R>;

/** What `@RequireSession(…)` returns: a decorator of methods and of classes, for both dialects. */
export interface RequireSessionDecorator<R> {
  /** The standard (TC39) dialect; a class in the legacy dialect (`experimentalDecorators`), which has no context. */
  <T extends Method | AnyClass>(target: T & FitsTarget<T, R>, context?: ContextOf<T>): T;
  /** A method in the legacy dialect (`experimentalDecorators`). */
  <M extends Method>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & Fits<RegisteredSchema, PromisedSession<M>, R>>,
  ): void;
}

/** What `@RequireSession.readonly(…)` returns: a decorator of methods, for both dialects. */
export interface ReadonlySessionDecorator<R> {
  /** The standard (TC39) dialect. */
  <M extends Method>(method: M & FitsReadonly<M, R>, context: ClassMethodDecoratorContext): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M extends Method>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & FitsReadonly<M, R>>,
  ): void;
}

/** What a method's request type promises of the session with this schema, through {@link OwnSessionRequest} or `req.session`. */
type PromisedOwn<S extends SessionSchema, M> = (M extends (this: never, request: infer Q, ...rest: never[]) => unknown
  ? NarrowedOf<S, Q>
  : unknown) &
  (S extends RegisteredSchema ? (RegisteredSchema extends S ? PromisedSession<M> : unknown) : unknown);

/** {@link RequireSessionDecorator} for the session of one middleware; a decorator of methods. */
export interface OwnDecorator<S extends SessionSchema, R> {
  /** The standard (TC39) dialect. */
  <M extends Method>(method: M & Fits<S, PromisedOwn<S, M>, R>, context: ClassMethodDecoratorContext): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M extends Method>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & Fits<S, PromisedOwn<S, M>, R>>,
  ): void;
}

/** {@link RequireSession}, which is also an object. */
export interface RequireSessionDecorators {
  /**
   * Guards a controller's method, or every public method of a class and of its subclasses: it runs for requests whose
   * session is stored and has what is asked for; any other gets `SessionRequiredError`, status 401, through `next` (or
   * thrown, where the method is not called with one), or what `onMissing` says. Asked for nothing, any stored session
   * will do.
   *
   * @param required - names of fields that must be neither `undefined` nor `null`; objects of fields with the values
   *   that they must have, such as the tag of a state; functions of the session; and `{ onMissing }`, an object of its own
   * @throws SessionOptionsError, where the class is defined, for anything else
   */
  <const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[]>(
    ...required: R & KnownFields<RegisteredSchema, R[number]>
  ): RequireSessionDecorator<R[number]>;
  /**
   * The same for methods that only read: their session is readonly, however deep, and frozen outside of
   * `NODE_ENV=production`. No change is looked for, and none is stored.
   * @throws SessionOptionsError
   */
  readonly<
    const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
  >(
    ...required: R & KnownFields<RegisteredSchema, R[number]>
  ): ReadonlySessionDecorator<R[number]>;
}

/**
 * A decorator of controllers: `@RequireSession('userId')`, `@RequireSession({ role: 'admin' })`,
 * `@RequireSession((s) => s.cart.length > 0)`, before a method or before a class; see {@link RequireSessionDecorators}.
 *
 * Works as a standard and as a legacy decorator. Methods are bound, keep their name and length and may be async. The
 * compiler refuses a method whose request type promises what the decorator does not check.
 *
 * @example
 * ```ts
 * import express, { type Response } from 'express';
 * import { RequireSession, type SessionRequest } from 'typed-session';
 *
 * class AccountController {
 *   @RequireSession('userId')
 *   me(req: SessionRequest<'userId'>, res: Response) {
 *     res.json({ id: req.session.userId });
 *   }
 * }
 *
 * express().get('/me', new AccountController().me);
 * ```
 */
export const RequireSession: RequireSessionDecorators = Object.assign(
  (...required: unknown[]) => decorate(sessionStep(required)),
  { readonly: (...required: unknown[]) => decorate(sessionStep(required, { readonly: true }), { classes: false }) },
) as RequireSessionDecorators; // it takes the arguments of both dialects
