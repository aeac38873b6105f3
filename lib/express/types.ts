import type { ParamsDictionary, Query, Request, Response } from 'express-serve-static-core';
import type { SessionMembers } from '../lifecycle/session.js';
import type { Payload, Present, RegisteredSchema, SessionField } from '../schema/types.js';

/** Marks the `Locals` of a request whose session was checked; it exists for the compiler alone. */
declare const checked: unique symbol;

/**
 * What a guard found out about the session, in the one type parameter of Express's `Request` that a middleware can
 * hand on to the next handler: so a handler behind `requireSession('userId')` has a `userId`, without annotations.
 * It is not optional: else TypeScript would take any request for one that was checked.
 */
export interface Checked<Narrowed> {
  readonly [checked]: Narrowed;
}

/** The members of `req.session`, under a name that prints short on a hover. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the name is all it adds
export interface RegisteredMembers extends SessionMembers<RegisteredSchema> {}

/**
 * Our type of `req.session`, beside that of `@types/express-session`, which stores bring along: Express's request must
 * have both, or the compiler refuses it. What both have is ours.
 */
export type BesideOthers<Ours> = Express.Request extends { session: infer Theirs } ? Ours & Theirs : Ours;

declare module 'express-serve-static-core' {
  // The names of the type parameters are Express's.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- all must be named to name the last
  interface Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
    /** The request's session: its fields are the registered schema's. */
    session: BesideOthers<Payload<RegisteredSchema> & RegisteredMembers> &
      (LocalsObj extends Checked<infer Narrowed> ? Narrowed : unknown);
  }
}

/**
 * A request whose session has these fields, for handlers behind a guard that checks them.
 *
 * @example
 * ```ts
 * import { RequireSession, type SessionRequest } from 'typed-session';
 * import type { Response } from 'express';
 *
 * export class AccountController {
 *   @RequireSession('userId')
 *   me(req: SessionRequest<'userId'>, res: Response) {
 *     res.json({ id: req.session.userId });
 *   }
 * }
 * ```
 */
export type SessionRequest<
  Field extends SessionField<RegisteredSchema> = never,
  Params = ParamsDictionary,
  ReqBody = unknown,
  ReqQuery = Query,
> = Request<
  Params,
  unknown,
  ReqBody,
  ReqQuery,
  [Field] extends [never] ? Response['locals'] : Response['locals'] & Checked<Present<RegisteredSchema, Field>>
>;

/** A middleware that lets a request pass whose session is as `Narrowed` says. */
export interface SessionGuard<Narrowed> {
  // What it is called with …
  (request: object, response: object, next: (error?: unknown) => void): void;
  // … and what handlers behind it may rely on: Express's types infer from a function's last signature.
  (
    request: object,
    response: Response<unknown, Response['locals'] & Checked<Narrowed>>,
    next: (error?: unknown) => void,
  ): void;
}
