import { check } from '../express/require.js';
import type { BesideOthers } from '../express/types.js';
import type { Session } from '../lifecycle/session.js';
import type { FieldValue, Present, RegisteredSchema, SessionField } from '../schema/types.js';
import { methodDecorator, type Method } from './method.js';

type Registered = RegisteredSchema;
type Field = SessionField<Registered>;

/** The session that a method's request type promises; `unknown` where its first parameter says nothing of one. */
type PromisedSession<M> = M extends (this: never, request: infer Request, ...rest: never[]) => unknown
  ? Request extends { session: infer S }
    ? S
    : unknown
  : unknown;

/** The fields that a session type takes for granted though the schema does not, and the decorator has not checked. */
type Unchecked<Promised, Checked extends string> = {
  [F in Field]: F extends Checked
    ? never
    : Promised extends Readonly<Record<F, infer Value>>
      ? [Extract<Value, undefined | null>] extends [never]
        ? [Extract<FieldValue<Registered, F>, undefined | null>] extends [never]
          ? never
          : F
        : never
      : never;
}[Field];

/** `unknown` where the decorator has checked what the method's request type promises; else what to do, as a type. */
type Fits<M, Checked extends string> =
  BesideOthers<Session<Registered>> & Present<Registered, Checked & Field> extends PromisedSession<M>
    ? unknown
    : [Unchecked<PromisedSession<M>, Checked>] extends [never]
      ? `The type of this method's request promises a session that the registered schema does not have`
      : `This method's request promises session.${Unchecked<PromisedSession<M>, Checked>}: let @RequireSession check that field too`;

/** What `@RequireSession(…)` returns: a method decorator for both dialects. */
export interface RequireSessionDecorator<Checked extends string> {
  /** The standard (TC39) dialect. */
  <M extends Method>(method: M & Fits<M, Checked>, context: ClassMethodDecoratorContext): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M extends Method>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M & Fits<M, Checked>>,
  ): void;
}

/**
 * Guards a controller's method: it runs for requests whose session is stored and has these fields; any other gets
 * `SessionRequiredError`, status 401, through `next` (or thrown, where the method is not called with one). Without
 * fields, any stored session will do.
 *
 * Works as a standard and as a legacy decorator. The method is bound, keeps its name and length and may be async. The
 * compiler refuses a method whose request type promises fields that the decorator does not check.
 *
 * @param fields - fields of the registered schema that must be neither `undefined` nor `null`
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
export function RequireSession<Checked extends Field = never>(...fields: Checked[]): RequireSessionDecorator<Checked> {
  const decorate = methodDecorator((method) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [request, , next] = args;
      const refuse = (error: unknown): unknown => {
        if (typeof next !== 'function') throw error;
        return (next as (error: unknown) => unknown)(error); // Express's third argument
      };
      let waiting: Promise<void> | undefined;
      try {
        waiting = check(request as object, fields);
      } catch (error) {
        return refuse(error);
      }
      if (waiting === undefined) return method.apply(this, args);
      return waiting.then(() => method.apply(this, args), refuse);
    };
  });
  return decorate as RequireSessionDecorator<Checked>; // it takes the arguments of both dialects
}
