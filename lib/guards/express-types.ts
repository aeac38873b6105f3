import type { NextFunction, ParamsDictionary, Query, Request, Response } from 'express-serve-static-core';
import type { SessionForbiddenError, SessionPresentError, SessionRequiredError } from '../errors.js';
import type {
  Narrowed,
  Payload,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  Requirement,
  SessionField,
  SessionSchema,
} from '../schema/payload-types.js';
import type { Session } from '../sessions/session.js';
import type {
  Checked,
  CheckedReadonly,
  IsRegistered,
  NarrowedBy,
  OnlyRead,
  PromisedLocals,
  ReadonlySession,
  RegisteredMembers,
  SchemaOf,
  SessionIdentity,
} from './narrowing.js';

// The types of Express that guards and decorators need. No other file in this folder imports types of Express.

/**
 * The entry points that a program uses. Each of them adds its own member. `req.session` is declared only once, here, because
 * two declarations of one property must not differ.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the entry points add members
export interface EntryPoints {}

/**
 * Combines the type of `req.session` of an entry point with the one that `@types/express-session` declares (the typings of
 * stores import it). Express's request must have both types, or the compiler rejects it.
 */
export type BesideOthers<Ours> = Express.Request extends { session: infer Theirs } ? Ours & Theirs : Ours;

/** The type of `req.session` in this program. */
export type SessionProperty<LocalsObj> = EntryPoints extends { main: true }
  ? MainSession<LocalsObj>
  : EntryPoints extends { dropIn: { session: infer DropIn } }
    ? BesideOthers<DropIn>
    : unknown;

/** {@link BesideOthers} for `req.sessionStore`. */
type StoreBesideOthers<Ours> = Express.Request extends { sessionStore: infer Theirs } ? Ours & Theirs : Ours;

/** The type of `req.sessionStore` in this program: the store that the drop-in was given. */
export type SessionStoreProperty = StoreBesideOthers<
  EntryPoints extends { dropIn: { sessionStore: infer DropIn } } ? DropIn : unknown
>;

/** The type of `req.session` as the main entry point declares it; see `SessionProperty`. */
export type MainSession<LocalsObj> =
  LocalsObj extends Checked<infer Found>
    ? LocalsObj extends OnlyRead
      ? ReadonlySession<Found>
      : BesideOthers<Payload<RegisteredSchema> & RegisteredMembers> & Found
    : BesideOthers<Payload<RegisteredSchema> & RegisteredMembers>;

/** Marks the property that makes the compiler compare requests by their sessions, and not only by `Locals`. */
declare const comparison: unique symbol;

declare module 'express-serve-static-core' {
  // The names of the type parameters are Express's.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the last one can only be used if all are named
  interface Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
    /** The request's session. Its fields are those of the registered schema; in the drop-in, those of `SessionData`. */
    session: SessionProperty<LocalsObj>;
    /** The store that was passed to the session middleware, as in express-session. */
    sessionStore: SessionStoreProperty;
    /**
     * Exists for the compiler alone. Without a type that it cannot measure, it would accept a request whose session is
     * readonly wherever any request is expected, because `Locals` allows it.
     */
    readonly [comparison]?: { [K in keyof LocalsObj]-?: unknown };
  }
}

/** The `Locals` of a request's type; `unknown` if it is not a request of Express. */
export type RequestLocals<R> = [R] extends [
  Request<infer _P, infer _ResBody, infer _ReqBody, infer _ReqQuery, infer LocalsObj>,
]
  ? LocalsObj
  : unknown;

/** What the guards of a middleware have found out about a request; `unknown` if there was no guard. */
export type NarrowedOf<S extends SessionSchema, Name extends string, R> =
  R extends Request<infer _P, infer _ResBody, infer _ReqBody, infer _ReqQuery, infer LocalsObj>
    ? NarrowedBy<S, Name, LocalsObj>
    : unknown;

/**
 * The type that `of(request)` returns: the session, narrowed to what the guards of its middleware checked.
 * @internal
 */
export type SessionOn<S extends SessionSchema, Name extends string, R> = R extends {
  readonly session: ReadonlySession;
  readonly res?: { readonly locals: OnlyRead } | undefined;
}
  ? IsRegistered<S, Name> extends true
    ? ReadonlySession<NarrowedOf<S, Name, R>>
    : Session<S>
  : NamedSession<S, Name> & NarrowedOf<S, Name, R>;

/** A session; the registered one is shown as `req.session` is. */
type NamedSession<S extends SessionSchema, Name extends string> =
  IsRegistered<S, Name> extends true ? Payload<S> & RegisteredMembers : Session<S>;

/**
 * A request whose session has these fields, for handlers behind a guard that checks them. Pass the names of fields, or fields
 * with their values, as in `SessionRequest<{ kind: 'admin' }>`.
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
 * @group Guards
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
 * {@link SessionRequest} behind `requireSession.readonly(…)` and `@RequireSession.readonly(…)`: the session is readonly at any
 * depth.
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
 * @group Guards
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
  Response['locals'] & CheckedReadonly<[R] extends [never] ? unknown : Narrowed<RegisteredSchema, R>>
>;

/**
 * {@link SessionRequest} for the session of one middleware, for apps with several sessions. `of(request)` then returns it
 * narrowed. Name the middleware by its type. If you pass a schema instead, it is the session of any middleware with this
 * schema, or the registered session.
 *
 * @example
 * ```ts
 * import type { Response } from 'express';
 * import { session, type SessionRequestOf } from 'typed-session';
 * import { z } from 'zod';
 *
 * const schema = z.object({ clearance: z.int().optional() });
 * const admin = session({ schema, name: 'admin.sid', secret: process.env['ADMIN_SECRET'] ?? 'only for development' });
 *
 * export class AdminController {
 *   @admin.RequireSession('clearance')
 *   show(req: SessionRequestOf<typeof admin, 'clearance'>, res: Response) {
 *     const { clearance } = admin.of(req); // number
 *     res.json({ clearance });
 *   }
 * }
 * ```
 * @group Types
 */
export type SessionRequestOf<
  M extends SessionSchema | SessionIdentity<SessionSchema, string>,
  R extends Requirement<SchemaOf<M>> = never,
  Params = ParamsDictionary,
  ReqBody = unknown,
  ReqQuery = Query,
> = Request<Params, unknown, ReqBody, ReqQuery, Response['locals'] & PromisedLocals<M, Narrowed<SchemaOf<M>, R>>>;

/**
 * Responds to a request that a guard or decorator refuses: an Express error handler, as `onMissing`, `onForbidden` or
 * `onPresent`. It sends a response, or passes the error on with `next(error)`.
 *
 * @group Guards
 */
export type MissingHandler = (
  error: SessionRequiredError | SessionForbiddenError | SessionPresentError,
  request: Request,
  response: Response,
  next: NextFunction,
) => unknown;

/** {@link GuardOptions} with a handler for 401, and perhaps one for 403. */
export interface MissingOptions {
  /** Called instead of passing `SessionRequiredError` (401) to `next`. Default: the option `onMissing` of `session()`. */
  readonly onMissing: MissingHandler;
  /** Called instead of passing `SessionForbiddenError` (403) to `next`. Default: the option `onForbidden` of `session()`. */
  readonly onForbidden?: MissingHandler;
}

/** {@link GuardOptions} with a handler for 403 alone. */
export interface ForbiddenOptions {
  /** Called instead of passing `SessionForbiddenError` (403) to `next`. Default: the option `onForbidden` of `session()`. */
  readonly onForbidden: MissingHandler;
}

/**
 * How one guard or decorator responds to a request that it refuses. Pass it as an object of its own among the arguments.
 *
 * @group Guards
 */
export type GuardOptions = MissingOptions | ForbiddenOptions;

/**
 * What guards and decorators of the registered session take: fields, values, predicates, and options.
 * @internal
 */
export type GuardArguments = readonly (
  SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions
)[];

/**
 * What {@link requireAnonymous} and {@link RequireAnonymous} take.
 *
 * @group Guards
 */
export interface AnonymousOptions {
  /** Called instead of passing `SessionPresentError` to `next`. */
  readonly onPresent?: MissingHandler | undefined;
}
