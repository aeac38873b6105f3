import { check, requirementsOf } from '../express/require.js';
import type { BesideOthers, NarrowedOf } from '../express/types.js';
import type { Session } from '../lifecycle/session.js';
import type { Settings } from '../lifecycle/settings.js';
import type {
  FieldValue,
  KnownFields,
  Narrowed,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
  SessionSchema,
} from '../schema/types.js';
import { methodDecorator, type Method } from './method.js';

/** The session that a method's request type promises; `unknown` where its first parameter says nothing of one. */
type PromisedSession<M> = M extends (this: never, request: infer Request, ...rest: never[]) => unknown
  ? Request extends { session: infer S }
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

/** What `@RequireSession(…)` returns: a method decorator for both dialects. */
export interface RequireSessionDecorator<R> {
  /** The standard (TC39) dialect. */
  <M extends Method>(
    method: M & Fits<RegisteredSchema, PromisedSession<M>, R>,
    context: ClassMethodDecoratorContext,
  ): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M extends Method>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & Fits<RegisteredSchema, PromisedSession<M>, R>>,
  ): void;
}

/** What a method's request type promises of the session with this schema, through {@link OwnSessionRequest} or `req.session`. */
type PromisedOwn<S extends SessionSchema, M> = (M extends (this: never, request: infer Q, ...rest: never[]) => unknown
  ? NarrowedOf<S, Q>
  : unknown) &
  (S extends RegisteredSchema ? (RegisteredSchema extends S ? PromisedSession<M> : unknown) : unknown);

/** {@link RequireSessionDecorator} for the session of one middleware. */
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

/**
 * Guards a controller's method: it runs for requests whose session is stored and has what is asked for; any other gets
 * `SessionRequiredError`, status 401, through `next` (or thrown, where the method is not called with one). Asked for
 * nothing, any stored session will do.
 *
 * Works as a standard and as a legacy decorator. The method is bound, keeps its name and length and may be async. The
 * compiler refuses a method whose request type promises what the decorator does not check.
 *
 * @param required - names of fields that must be neither `undefined` nor `null`, and objects of fields with the values
 *   that they must have, such as the tag of a state
 * @throws SessionOptionsError, where the class is defined, for anything else
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
export function RequireSession<const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues)[]>(
  ...required: R & KnownFields<RegisteredSchema, R[number]>
): RequireSessionDecorator<R[number]> {
  return guardMethod(required) as RequireSessionDecorator<R[number]>; // it takes the arguments of both dialects
}

/** {@link RequireSession} for the session of one middleware. */
export function guardMethod(required: readonly unknown[], settings?: Settings<SessionSchema>) {
  const wanted = requirementsOf(required);
  return methodDecorator((method) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [request, , next] = args;
      const refuse = (error: unknown): unknown => {
        if (typeof next !== 'function') throw error;
        return (next as (error: unknown) => unknown)(error); // Express's third argument
      };
      let waiting: Promise<void> | undefined;
      try {
        waiting = check(request as object, wanted, settings);
      } catch (error) {
        return refuse(error);
      }
      if (waiting === undefined) return method.apply(this, args);
      return waiting.then(() => method.apply(this, args), refuse);
    };
  });
}
