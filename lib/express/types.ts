import type { ParamsDictionary, Query, Request, Response } from 'express-serve-static-core';
import type { Session, SessionMembers } from '../sessions/session.js';
import type { DeepReadonly } from '../schema/readonly.js';
import type { BesideOthers } from './session-property.js';
import type {
  Narrowed,
  Payload,
  RegisteredName,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  Requirement,
  SessionField,
  SessionSchema,
} from '../schema/types.js';

/**
 * Marks the `Locals` of a request whose session was checked; it exists for the compiler alone, which prints its name where
 * it is missing.
 */
declare const requireSessionDoesNotReachThisHandler: unique symbol;
/** Marks the `Locals` of a request whose session is only read. */
declare const onlyRead: unique symbol;
/** Marks what was checked of a session that is not the registered one, by the name of its middleware. */
declare const checkedByName: unique symbol;
/** The same by its schema, for requests whose type names a schema alone. */
declare const checkedBySchema: unique symbol;
/** Marks the type of a middleware with its schema and its name. */
declare const identity: unique symbol;

/**
 * What guards found out about the registered session. It is in the one type parameter of Express's `Request` that a
 * middleware can hand on to the next handler, so a handler behind `requireSession('userId')` has a `userId` without
 * annotations. It is not optional: otherwise TypeScript would accept any request as one that was checked.
 */
export interface Checked<Found> {
  readonly [requireSessionDoesNotReachThisHandler]: Found;
}

/** Says, in the same place as {@link Checked}, that the session is only read. */
export interface OnlyRead {
  /** There for the compiler alone. */
  readonly [onlyRead]: true;
}

/**
 * What the guards of a middleware that is not the registered one found out about its session. The name tells two
 * middlewares with one schema apart; a name that is not a literal type narrows nothing.
 */
export interface CheckedByName<Name extends string, Found> {
  readonly [checkedByName]: string extends Name ? unknown : Readonly<Record<Name, Found>>;
}

/** {@link CheckedByName} by the schema alone. A function, so that two schemas do not mix. */
export interface CheckedBySchema<S extends SessionSchema, Found> {
  readonly [checkedBySchema]: (schema: S) => Found;
}

/** The part of `Locals` that guards add, to compare it with what a handler relies on. */
export type CheckedKey = typeof requireSessionDoesNotReachThisHandler | typeof checkedByName | typeof checkedBySchema;

/** What `Locals` promise of sessions that are not the registered one. */
export type OtherSessions<Locals> = 0 extends Locals & 1
  ? unknown
  : [OtherKey & keyof Locals] extends [never]
    ? unknown
    : Pick<Locals, OtherKey & keyof Locals>;

type OtherKey = typeof checkedByName | typeof checkedBySchema;

/** What the type of a middleware says about its session. */
export interface SessionIdentity<S extends SessionSchema, Name extends string> {
  /** There for the compiler alone. */
  readonly [identity]: { readonly schema: S; readonly name: Name };
}

/** Whether a middleware with this schema and name is the registered one, whose session is `req.session`. */
export type IsRegistered<S extends SessionSchema, Name extends string> = 0 extends Name & 1
  ? false
  : [S] extends [RegisteredSchema]
    ? [RegisteredSchema] extends [S]
      ? [Name] extends [RegisteredName]
        ? true
        : false
      : false
    : false;

/** What a guard of one middleware adds to `Locals`. */
export type OwnLocals<S extends SessionSchema, Name extends string, Found> = (IsRegistered<S, Name> extends true
  ? Checked<Found>
  : unknown) &
  CheckedByName<Name, Found> &
  CheckedBySchema<S, Found>;

/** What the guards of a middleware have found out on a request; `unknown` if there was none. */
export type NarrowedOf<S extends SessionSchema, Name extends string, R> =
  R extends Request<infer _P, infer _ResBody, infer _ReqBody, infer _ReqQuery, infer LocalsObj>
    ? NarrowedBy<S, Name, LocalsObj>
    : unknown;

type NarrowedBy<S extends SessionSchema, Name extends string, LocalsObj> =
  IsRegistered<S, Name> extends true
    ? LocalsObj extends Checked<infer Found>
      ? Found
      : unknown
    : LocalsObj extends { readonly [checkedByName]: infer Names }
      ? Names extends Readonly<Record<Name, infer Found>>
        ? Found
        : unknown
      : LocalsObj extends CheckedBySchema<S, infer Found>
        ? Found
        : unknown;

/** What `of(request)` returns: the session, narrowed to what the guards of its middleware checked. */
export type SessionOn<S extends SessionSchema, Name extends string, R> = R extends {
  readonly session: ReadonlySession;
  readonly res?: { readonly locals: OnlyRead } | undefined;
}
  ? IsRegistered<S, Name> extends true
    ? ReadonlySession<NarrowedOf<S, Name, R>>
    : Session<S>
  : Session<S> & NarrowedOf<S, Name, R>;

/** What is left of a session's members if it is only read. */
export type ReadonlyMembers = Pick<SessionMembers<RegisteredSchema>, 'id' | 'isNew'>;

/** The registered session behind a readonly guard that found `Found`. */
export type ReadonlySession<Found = unknown> = DeepReadonly<Payload<RegisteredSchema> & Found> & ReadonlyMembers;

/** The members of `req.session`, under a name that prints short on a hover. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the name is all it adds
export interface RegisteredMembers extends SessionMembers<RegisteredSchema> {}

/** `req.session` as the main entry point declares it; see `SessionProperty`. */
export type MainSession<LocalsObj> =
  LocalsObj extends Checked<infer Found>
    ? LocalsObj extends OnlyRead
      ? ReadonlySession<Found>
      : BesideOthers<Payload<RegisteredSchema> & RegisteredMembers> & Found
    : BesideOthers<Payload<RegisteredSchema> & RegisteredMembers>;

/** Marks the property that makes the compiler compare requests by their sessions, and not by `Locals` alone. */
declare const comparison: unique symbol;

declare module 'express-serve-static-core' {
  // The names of the type parameters are Express's.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- all must be named to name the last
  interface Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
    /**
     * Exists for the compiler alone. Without a type that it cannot measure, it would accept a request whose session is
     * readonly wherever any request is expected, because `Locals` allows it.
     */
    readonly [comparison]?: { [K in keyof LocalsObj]-?: unknown };
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
 * {@link SessionRequest} for the session of one middleware, which `of(request)` then returns narrowed: for apps with several
 * sessions. Name the middleware by its type. With a schema instead, it is the session of any middleware that has this
 * schema, or the registered session.
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
 *   show(req: OwnSessionRequest<typeof admin, 'clearance'>, res: Response) {
 *     const { clearance } = admin.of(req); // number
 *     res.json({ clearance });
 *   }
 * }
 * ```
 */
export type OwnSessionRequest<
  M extends SessionSchema | SessionIdentity<SessionSchema, string>,
  R extends Requirement<SchemaOf<M>> = never,
  Params = ParamsDictionary,
  ReqBody = unknown,
  ReqQuery = Query,
> = Request<Params, unknown, ReqBody, ReqQuery, Response['locals'] & LocalsOf<M, Narrowed<SchemaOf<M>, R>>>;

/** The schema of a middleware's type, or the schema itself. */
export type SchemaOf<M> = M extends SessionIdentity<infer S, string> ? S : M extends SessionSchema ? M : never;

type LocalsOf<M, Found> =
  M extends SessionIdentity<infer S, infer Name>
    ? IsRegistered<S, Name> extends true
      ? Checked<Found>
      : CheckedByName<Name, Found>
    : M extends SessionSchema
      ? IsRegistered<M, RegisteredName> extends true
        ? Checked<Found>
        : CheckedBySchema<M, Found>
      : never;
