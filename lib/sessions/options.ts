import type { CookieOptions } from '../cookie/cookie-attributes.js';
import type { Secret } from '../cookie/secrets.js';
import type { SessionIssue } from '../errors.js';
import type { EncryptionKey } from '../schema/encryption.js';
import type { Migrations } from '../schema/migrations.js';
import type { ReservedField } from '../schema/reserved.js';
import type { RefuseNoObject, RefuseOneWay, StrictNullAdvice } from '../schema/refusals.js';
import type { RefuseExcess } from '../schema/refusals.js';
import type { AcceptsEmpty, InitialNeeded } from '../schema/required-fields.js';
import type { FieldValue, Payload, SessionField, SessionSchema } from '../schema/types.js';
import type { ExpressSessionStore } from '../stores/express-session-store.js';
import type { SessionStore } from '../stores/store.js';

/** What a function given as `onInvalid` is told. */
export interface InvalidSession {
  /**
   * What the store held, parsed but not validated, as near to today's version as the migrations brought it;
   * `undefined` where it was not even JSON.
   */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Where it does not fit the schema. */
  readonly issues: readonly SessionIssue[];
  /** The version of the schema that had encoded it. */
  readonly schemaVersion: number;
  /** What a migration threw, where that is why. */
  readonly cause?: unknown;
}

/** Brings two changes of one field together. */
export type FieldMerge<T> = (base: T, mine: T, theirs: T) => T;

/** The payload that new sessions begin with, or a function that makes it. */
export type InitialPayload<S extends SessionSchema> = Payload<S> | (() => Payload<S>);

/** Any first payload, where none is given that could be looked into. */
type OrAnyInitial<Initial, S extends SessionSchema> = [Initial] extends [never] ? InitialPayload<S> : never;

/** The options of `session(…)`; `Request` and `OnMissing` are the framework's, `Initial` is what is given as `initial`. */
export interface CommonOptions<
  S extends SessionSchema,
  Request,
  OnMissing = unknown,
  Initial extends InitialPayload<S> = never,
> {
  /**
   * The zod schema of the payload. It must accept `{}` (every field optional or with a default), or `initial` is
   * needed, and none of its fields may be named like a member of `req.session`.
   */
  readonly schema: S;
  /**
   * The payload that new sessions begin with, or a function that makes it. A must where the schema refuses `{}`.
   * @defaultValue what the schema makes of `{}`
   */
  readonly initial?: Initial | OrAnyInitial<Initial, S> | undefined;
  /**
   * How often the payload has changed its shape; see {@link defineSession}. A record of a newer version, as a rolling
   * deploy has them, is read if it validates, and what this version does not know of it is kept when it is stored.
   * @defaultValue 0
   */
  readonly version?: number | undefined;
  /**
   * The step that leads to each version, by its number; made with {@link migration}. The last one leads to `schema`;
   * the first ones may be left out when no session is as old. A session is brought along at the first look at it, and
   * stored so by the same request.
   * @defaultValue none
   */
  readonly migrations?: Migrations | undefined;
  /**
   * The key that encrypts the fields marked `sensitive: 'encrypted'` in the store, by AES-256-GCM: 32 bytes, as bytes,
   * a `KeyObject`, or text in base64 or hex. Of an array the first encrypts and all decrypt, so a new key goes to the
   * front, and the old one leaves when no session is as old.
   * @defaultValue none; a must where a field is so marked
   */
  readonly encryption?: EncryptionKey | readonly EncryptionKey[] | undefined;
  /**
   * What signs the session cookie: a string, bytes or a `KeyObject`. In an array the first signs and all of them
   * verify, so a new secret goes to the front and the old one leaves when its cookies have. A cookie verified by an
   * older secret is signed anew. Whoever knows a secret can make no session of his own, but can probe ids: keep it out
   * of the code.
   *
   * Use at least 32 random bytes. A first secret that is shorter, well known ("keyboard cat"), or repeats itself is refused
   * if `NODE_ENV` is `production`, and causes a process warning otherwise. An older one causes the warning only, so that
   * the cookies which it signed remain valid while you replace it.
   */
  readonly secret: Secret | readonly Secret[];
  /**
   * Where sessions live: a store of this library, or one that was made for express-session (connect-redis,
   * connect-mongo, connect-pg-simple, …), whose sessions go on.
   * @defaultValue a new `MemoryStore`: gone with the process, and warned about in production
   */
  readonly store?: SessionStore | ExpressSessionStore | undefined;
  /**
   * The cookie's name, or a list of names: the cookie is set under the first name, and the others are still read. A session
   * that is found under one of them moves to the first name, and the old cookie is cleared.
   *
   * Middlewares whose lists have no name in common do not accept each other's cookies, keys, and principals, even if they
   * share a store and a secret. Stores made for express-session cannot keep them apart, so there it is an error, unless
   * each has its own secret. The prefixes `__Host-`, `__Secure-`, `__Http-`, and `__Host-Http-` are checked against their
   * rules (RFC 6265bis, section 4.1.3).
   * @defaultValue `['__Host-sid', 'connect.sid']` if the option `cookie` is no function and resolves to `secure: true`, the
   *   path `/`, and no domain; otherwise `['sid', 'connect.sid']`. So sessions of express-session go on.
   */
  readonly name?: string | readonly string[] | undefined;
  /**
   * The cookie's attributes, or a function of the request that returns them and is asked once a request.
   * @defaultValue see {@link CookieOptions}
   */
  readonly cookie?: CookieOptions | ((request: Request) => CookieOptions) | undefined;
  /**
   * How long a session may lie unused, in milliseconds.
   * @defaultValue `cookie.maxAge`, else 24 hours
   */
  readonly idleTimeout?: number | undefined;
  /**
   * How long a session may live however busy it is, in milliseconds; `Infinity` for no end (OWASP Session Management
   * Cheat Sheet, "Absolute Timeout").
   * @defaultValue 30 days, or `idleTimeout` where that is longer
   */
  readonly absoluteTimeout?: number | undefined;
  /**
   * How far a deadline must have moved before a request that changed nothing pushes it out, in milliseconds; 0 for
   * every request. Each push is one store command and, with `cookie.maxAge`, one Set-Cookie.
   * @defaultValue a tenth of the idle timeout, or of the cookie's life where that is shorter
   */
  readonly touchAfter?: number | undefined;
  /**
   * How long the store may take for one command, in milliseconds, before the request fails with `SessionStoreError`;
   * `Infinity` to wait for ever.
   * @defaultValue 10 seconds
   */
  readonly storeTimeout?: number | undefined;
  /**
   * When the session is fetched: `'eager'`, before the next middleware runs, so that `req.session` is there at once;
   * or `'demand'`, by the first guard, decorator or `await sessions.load(req)`, so that requests which need no session
   * cost no store command.
   * @defaultValue `'eager'`
   */
  readonly load?: 'eager' | 'demand' | undefined;
  /**
   * What to do with a stored payload that the schema refuses: `'reset'` begins a new session, `'error'` throws
   * `SessionValidationError`, `'repair'` keeps the fields that fit and gives the others their defaults; a function
   * returns the payload to go on with, or `undefined` for a new session.
   * @defaultValue `'reset'`
   */
  readonly onInvalid?: 'reset' | 'error' | 'repair' | ((invalid: InvalidSession) => Payload<S> | undefined) | undefined;
  /**
   * What happens to stored fields that the schema does not know, in the payload and inside its objects and lists:
   * `'keep'` leaves them in the store when the session is stored again, so that nothing is lost while two releases of the
   * app run side by side, with a schema that leaves out a field by mistake, or in a rollback; `'drop'` removes them. The
   * event `typed-session:unknown-fields` names them.
   * @defaultValue `'keep'`
   */
  readonly unknownFields?: 'keep' | 'drop' | undefined;
  /**
   * What to do when another request changed the session meanwhile: `'merge'` field by field, `'error'` throws
   * `SessionConflictError`, `'overwrite'` lets this request's payload win whole.
   * @defaultValue `'merge'`
   */
  readonly conflict?: 'merge' | 'error' | 'overwrite' | undefined;
  /**
   * How to bring a field together that two requests changed, be it to the same value. Without one, the later request's
   * value stands.
   * @defaultValue none
   */
  readonly merge?: { readonly [F in SessionField<S>]?: FieldMerge<FieldValue<S, F>> } | undefined;
  /**
   * What to do with a change of a session that ended meanwhile: `'error'` throws `SessionEndedError`, `'drop'` loses
   * the change and answers as usual.
   * @defaultValue `'error'`
   */
  readonly onEnded?: 'error' | 'drop' | undefined;
  /**
   * The field that names who the session belongs to. When its value changes, the session gets a new id by itself, so
   * that an id planted before the login is worth nothing (session fixation, CWE-384). `sessions.list(principal)` and
   * `sessions.revoke(principal)` find sessions by it. A session without a principal keeps its payload at a login. If one
   * principal is replaced by another, or leaves, the payload starts fresh with what this request has set; see `carryOver`.
   * Either way the absolute deadline starts again, and a `cookie.maxAge` of an earlier request ends.
   * @defaultValue none
   */
  readonly principal?: SessionField<S> | undefined;
  /**
   * The fields that survive a change from one principal to another, or a principal's leaving: such as a language. Every
   * other field starts fresh then, unless this request has set it. Needs `principal`.
   * @defaultValue none
   */
  readonly carryOver?: readonly SessionField<S>[] | undefined;
  /**
   * How many sessions a principal may have: a login above that ends the ones that began longest ago. A whole number from 1.
   * Needs `principal`, and a store that finds sessions by it, as those of this library do; costs a login one command.
   * @defaultValue none
   */
  readonly maxSessionsPerPrincipal?: number | undefined;
  /**
   * Makes the id of a new session, where something else asks for a form of its own: text of at most 512 characters, at
   * least 64 bits of it unguessable (OWASP Session Management Cheat Sheet, "Session ID Entropy").
   * @defaultValue 24 random bytes as base64url
   */
  readonly genid?: ((request: Request) => string) | undefined;
  /**
   * Whether to believe the first value of `X-Forwarded-Proto` when asking if a request came over TLS: `true` always,
   * `false` never; left out, Express's `trust proxy` decides.
   * @defaultValue what `req.secure` says
   */
  readonly proxy?: boolean | undefined;
  /**
   * Sets the cookie and pushes the deadline out with every response of a stored session, a cookie without `maxAge` too;
   * where `touchAfter` is given as well, whenever the deadline has moved by that. The session of a slow response may have
   * got another id or have ended meanwhile: then that response sets no cookie.
   * @defaultValue `false`
   */
  readonly rolling?: boolean | undefined;
  /**
   * Stores a session at every request, changed or not. Of no use here but to go on as express-session did: deadlines
   * are pushed out without it.
   * @defaultValue `false`
   */
  readonly resave?: boolean | undefined;
  /**
   * Stores a new session, and sets its cookie, even where nobody has put anything into it.
   * @defaultValue `false`
   */
  readonly saveUninitialized?: boolean | undefined;
  /**
   * What `req.session = null` and `delete req.session` mean at the end of the request: `'destroy'` ends the session,
   * `'keep'` leaves it as it is stored.
   * @defaultValue `'keep'`
   */
  readonly unset?: 'keep' | 'destroy' | undefined;
  /**
   * Responds to a request that a guard or decorator refuses because nobody is signed in or a named field is absent (401),
   * unless the guard has its own `onMissing`: an Express error handler, such as `redirect('/login')`, `problem`, or
   * `byAccept(…)`, which chooses between the two.
   * @defaultValue none: `SessionRequiredError`, status 401, goes to the app's error handlers
   */
  readonly onMissing?: OnMissing | undefined;
  /**
   * Responds to a request that a guard or decorator refuses although somebody is signed in, because a value or a predicate
   * does not match (403), unless the guard has its own `onForbidden`. A handler of the same kind as `onMissing`; do not
   * redirect to the login page here, because signing in again does not help.
   * @defaultValue none: `SessionForbiddenError`, status 403, goes to the app's error handlers
   */
  readonly onForbidden?: OnMissing | undefined;
  /**
   * Told of failures that no error response could tell any more, because the response had begun.
   * @defaultValue none; the `typed-session:error` event is published all the same
   */
  readonly onError?: ((error: Error, request: Request) => void) | undefined;
}

/** Makes `initial` a must where the schema refuses `{}`. */
export type RequireInitial<S extends SessionSchema> =
  AcceptsEmpty<S> extends true
    ? unknown
    : InitialNeeded<'The schema refuses {}: pass the payload that new sessions begin with, or give every field .default(…) or .optional()'>;

/** Refuses schemas with a field that `req.session` has itself; the error names it. */
export type RefuseReserved<S extends SessionSchema> =
  Extract<SessionField<S>, ReservedField> extends infer F extends string
    ? [F] extends [never]
      ? unknown
      : { readonly schema: `Rename the field '${F}': req.session has a member of that name` }
    : never;

/** The first thing that is wrong with a schema, so that the compiler prints one piece of advice. */
type CheckSchema<S extends SessionSchema> = undefined extends string
  ? { readonly schema: StrictNullAdvice }
  : unknown extends RefuseNoObject<S>
    ? unknown extends RefuseOneWay<S>
      ? RequireInitial<S> & RefuseReserved<S>
      : RefuseOneWay<S>
    : RefuseNoObject<S>;

/** {@link CommonOptions} of a schema that can be one. */
export type CheckedOptions<
  S extends SessionSchema,
  Request,
  OnMissing,
  Initial extends InitialPayload<S> = never,
> = CommonOptions<S, Request, OnMissing, Initial> & CheckSchema<S>;

/** Refuses a first payload with fields that the schema does not have. */
export type ExcessInitial<Initial, S extends SessionSchema> = [Initial] extends [never]
  ? unknown
  : { readonly initial?: RefuseExcess<Made<Initial>, S> };

type Made<Initial> = Initial extends () => infer T ? T : Initial;
