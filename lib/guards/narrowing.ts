import type { SessionCallback, SessionMembers } from '../sessions/session.js';
import type { DeepReadonly } from '../schema/deep-readonly.js';
import type { Payload, RegisteredName, RegisteredSchema, SessionSchema } from '../schema/payload-types.js';
import type { RefuseExcess } from '../schema/refusals.js';

/**
 * Marks the `Locals` of a request whose session was checked. It exists for the compiler alone, which prints this name if the
 * mark is missing.
 */
declare const requireSessionDoesNotReachThisHandler: unique symbol;
/** Marks the `Locals` of a request whose session is readonly. */
declare const onlyRead: unique symbol;
/** Marks what was checked of a session that is not the registered one, by the name of its middleware. */
declare const checkedByName: unique symbol;
/** The same, identified by its schema, for requests whose type names only a schema. */
declare const checkedBySchema: unique symbol;
/** Marks the type of a middleware with its schema and its name. */
declare const identity: unique symbol;

/**
 * What guards found out about the registered session. It is stored in the only type parameter of Express's `Request` that a
 * middleware can pass on to the next handler, so a handler behind `requireSession('userId')` has a `userId` without
 * annotations. It is not optional, because otherwise TypeScript would accept any request as a checked one.
 */
export interface Checked<Found> {
  readonly [requireSessionDoesNotReachThisHandler]: Found;
}

/** States, in the same place as {@link Checked}, that the session is readonly. */
export interface OnlyRead {
  readonly [onlyRead]: true;
}

/** {@link Checked} for a session that is readonly. */
export interface CheckedReadonly<Found> extends Checked<Found>, OnlyRead {}

/**
 * What the guards of a middleware other than the registered one found out about its session. The name distinguishes two
 * middlewares with the same schema; a name that is not a literal type narrows nothing.
 */
export interface CheckedByName<Name extends string, Found> {
  readonly [checkedByName]: string extends Name ? unknown : Readonly<Record<Name, Found>>;
}

/** {@link CheckedByName}, identified by the schema alone. It is a function type, so that two schemas do not mix. */
export interface CheckedBySchema<S extends SessionSchema, Found> {
  readonly [checkedBySchema]: (schema: S) => Found;
}

/** The part of `Locals` that guards add, to compare it with what a handler relies on. */
export type CheckedKey = typeof requireSessionDoesNotReachThisHandler | typeof checkedByName | typeof checkedBySchema;

/** What `Locals` promise about sessions other than the registered one. */
export type OtherSessions<Locals> = 0 extends Locals & 1
  ? unknown
  : [OtherKey & keyof Locals] extends [never]
    ? unknown
    : Pick<Locals, OtherKey & keyof Locals>;

type OtherKey = typeof checkedByName | typeof checkedBySchema;

/** What the type of a middleware states about its session. */
export interface SessionIdentity<S extends SessionSchema, Name extends string> {
  /**
   * Exists for the compiler alone.
   * @internal
   */
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
export type LocalsOf<S extends SessionSchema, Name extends string, Found> = (IsRegistered<S, Name> extends true
  ? Checked<Found>
  : unknown) &
  CheckedByName<Name, Found> &
  CheckedBySchema<S, Found>;

/** What guards found out about the session of a middleware, from the `Locals` of a request; `unknown` if no guard ran. */
export type NarrowedBy<S extends SessionSchema, Name extends string, LocalsObj> =
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

/**
 * The members of a session that remain if it is readonly.
 * @internal
 */
export type ReadonlyMembers = Pick<SessionMembers<RegisteredSchema>, 'id' | 'isNew'>;

/**
 * The registered session behind a readonly guard that found `Found`.
 *
 * @group Guards
 */
export type ReadonlySession<Found = unknown> = DeepReadonly<Payload<RegisteredSchema> & Found> & ReadonlyMembers;

/**
 * The members of `req.session`, under a name that is short when an editor shows it. For the same reason it declares two
 * methods again whose types depend on the schema.
 * @internal
 */
export interface RegisteredMembers extends SessionMembers<RegisteredSchema> {
  update(change: (payload: Payload<RegisteredSchema>) => void | Promise<void>): Promise<void>;
  update(change: (payload: Payload<RegisteredSchema>) => void | Promise<void>, callback: SessionCallback): void;
  become<T extends Payload<RegisteredSchema>>(state: T & RefuseExcess<T, RegisteredSchema>): Promise<void>;
  become<T extends Payload<RegisteredSchema>>(
    state: T & RefuseExcess<T, RegisteredSchema>,
    callback: SessionCallback,
  ): void;
}

/** The schema of a middleware's type, or the schema itself. */
export type SchemaOf<M> = M extends SessionIdentity<infer S, string> ? S : M extends SessionSchema ? M : never;

/** What the `Locals` of a request promise if its type names a middleware or a schema. */
export type PromisedLocals<M, Found> =
  M extends SessionIdentity<infer S, infer Name>
    ? IsRegistered<S, Name> extends true
      ? Checked<Found>
      : CheckedByName<Name, Found>
    : M extends SessionSchema
      ? IsRegistered<M, RegisteredName> extends true
        ? Checked<Found>
        : CheckedBySchema<M, Found>
      : never;
