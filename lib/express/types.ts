import type { ParamsDictionary, Query, Request, Response } from 'express-serve-static-core';
import type { SessionMembers } from '../lifecycle/session.js';
import type {
  Narrowed,
  Payload,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  Requirement,
  SessionField,
  SessionSchema,
} from '../schema/types.js';

/** Marks the `Locals` of a request whose session was checked; it exists for the compiler alone. */
declare const checked: unique symbol;

/**
 * What a guard found out about the session, in the one type parameter of Express's `Request` that a middleware can
 * hand on to the next handler: so a handler behind `requireSession('userId')` has a `userId`, without annotations.
 * It is not optional: else TypeScript would take any request for one that was checked.
 */
export interface Checked<Found> {
  readonly [checked]: Found;
}

/** Marks what was checked of a session that is not the registered one. */
declare const ownChecked: unique symbol;

/** What the guard of one middleware found out about its session; see {@link Checked}. A function, so that two do not mix. */
export interface OwnChecked<S extends SessionSchema, Found> {
  readonly [ownChecked]: (schema: S) => Found;
}

/** {@link OwnChecked}; of the registered session also what shows on `req.session`. */
export type OwnLocals<S extends SessionSchema, Found> = OwnChecked<S, Found> &
  (S extends RegisteredSchema ? (RegisteredSchema extends S ? Checked<Found> : unknown) : unknown);

/** What the guards of a middleware with this schema have found out on a request; `unknown` where there was none. */
export type NarrowedOf<S extends SessionSchema, R> =
  R extends Request<infer _P, infer _ResBody, infer _ReqBody, infer _ReqQuery, infer LocalsObj>
    ? LocalsObj extends OwnChecked<S, infer Found>
      ? Found
      : unknown
    : unknown;

/** Marks the `Locals` of a request whose session is only read. */
declare const onlyRead: unique symbol;

/** Says, in the same place as {@link Checked}, that the session is only read. */
export interface OnlyRead {
  /** There for the compiler alone. */
  readonly [onlyRead]: true;
}

/** A value that is not to be changed, however deep. */
export type DeepReadonly<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<DeepReadonly<V>>
      : T extends Date | URL
        ? T
        : T extends object
          ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
          : T;

/** What is left of a session's members where it is only read. */
export type ReadonlyMembers = Pick<SessionMembers<RegisteredSchema>, 'id' | 'isNew'>;

/** The registered session behind a readonly guard that found `Found`. */
export type ReadonlySession<Found = unknown> = DeepReadonly<Payload<RegisteredSchema> & Found> & ReadonlyMembers;

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
    session: LocalsObj extends Checked<infer Found>
      ? LocalsObj extends OnlyRead
        ? ReadonlySession<Found>
        : BesideOthers<Payload<RegisteredSchema> & RegisteredMembers> & Found
      : BesideOthers<Payload<RegisteredSchema> & RegisteredMembers>;
  }
}

/**
 * A request whose session has these fields, for handlers behind a guard that checks them: named, or with their values,
 * as in `SessionRequest<{ kind: 'admin' }>`.
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
  R extends SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate = never,
  Params = ParamsDictionary,
  ReqBody = unknown,
  ReqQuery = Query,
> = Request<
  Params,
  unknown,
  ReqBody,
  ReqQuery,
  [R] extends [never] ? Response['locals'] : Response['locals'] & Checked<Narrowed<RegisteredSchema, R>>
>;

/**
 * {@link SessionRequest} behind `requireSession.readonly(…)` and `@RequireSession.readonly(…)`: the session is readonly,
 * however deep.
 *
 * @example
 * ```ts
 * import { RequireSession, type ReadonlySessionRequest } from 'typed-session';
 * import type { Response } from 'express';
 *
 * export class AccountController {
 *   @RequireSession.readonly('userId')
 *   me(req: ReadonlySessionRequest<'userId'>, res: Response) {
 *     res.json({ id: req.session.userId });
 *   }
 * }
 * ```
 */
export type ReadonlySessionRequest<
  R extends SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate = never,
  Params = ParamsDictionary,
  ReqBody = unknown,
  ReqQuery = Query,
> = Request<
  Params,
  unknown,
  ReqBody,
  ReqQuery,
  Response['locals'] & Checked<[R] extends [never] ? unknown : Narrowed<RegisteredSchema, R>> & OnlyRead
>;

/**
 * {@link SessionRequest} for the session of one middleware, which `of(request)` then hands out so: for apps with several
 * sessions.
 *
 * @example
 * ```ts
 * import type { Response } from 'express';
 * import { session, type OwnSessionRequest } from 'typed-session';
 * import { z } from 'zod';
 *
 * const schema = z.object({ clearance: z.int().optional() });
 * const admin = session({ schema, name: 'admin.sid', secret: process.env['ADMIN_SECRET'] ?? 'only for development' });
 *
 * export class AdminController {
 *   @admin.RequireSession('clearance')
 *   show(req: OwnSessionRequest<typeof schema, 'clearance'>, res: Response) {
 *     const { clearance } = admin.of(req); // number
 *     res.json({ clearance });
 *   }
 * }
 * ```
 */
export type OwnSessionRequest<
  S extends SessionSchema,
  R extends Requirement<S> = never,
  Params = ParamsDictionary,
  ReqBody = unknown,
  ReqQuery = Query,
> = Request<Params, unknown, ReqBody, ReqQuery, Response['locals'] & OwnLocals<S, Narrowed<S, R>>>;

/** A middleware that lets a request pass whose session is as `Found` says. */
export interface SessionGuard<Found> {
  // What it is called with …
  (request: object, response: object, next: (error?: unknown) => void): void;
  // … and what handlers behind it may rely on: Express's types infer from a function's last signature.
  (
    request: object,
    response: Response<unknown, Response['locals'] & Checked<Found>>,
    next: (error?: unknown) => void,
  ): void;
}

/** {@link SessionGuard} that hands out a readonly session. */
export interface ReadonlySessionGuard<Found> {
  /** What it is called with. */
  (request: object, response: object, next: (error?: unknown) => void): void;
  /** What handlers behind it may rely on. */
  (
    request: object,
    response: Response<unknown, Response['locals'] & Checked<Found> & OnlyRead>,
    next: (error?: unknown) => void,
  ): void;
}

/** {@link SessionGuard} for the session of one middleware. */
export interface OwnGuard<S extends SessionSchema, Found> {
  /** What it is called with. */
  (request: object, response: object, next: (error?: unknown) => void): void;
  /** What handlers behind it may rely on. */
  (
    request: object,
    response: Response<unknown, Response['locals'] & OwnLocals<S, Found>>,
    next: (error?: unknown) => void,
  ): void;
}
