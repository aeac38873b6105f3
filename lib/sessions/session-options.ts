import type { CookieOptions } from '../cookie/cookie-attributes.js';
import type { Secret } from '../cookie/cookie-secrets.js';
import type { SessionIssue } from '../errors.js';
import type { EncryptionKey } from '../schema/encryption.js';
import type { Migrations } from '../schema/migrations.js';
import type { FieldValue, Payload, SessionField, SessionSchema } from '../schema/payload-types.js';
import type { ExpressSessionStore } from '../stores/express-session-store.js';
import type { SessionStore } from '../stores/store-contract.js';

/**
 * The argument of the function that you pass as `onInvalid`.
 *
 * @group Sessions
 */
export interface InvalidSession {
  /**
   * The stored data, parsed but not validated, and migrated as far as the migrations succeeded; `undefined` if it was not JSON.
   */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Where the payload does not fit the schema. */
  readonly issues: readonly SessionIssue[];
  /** The version of the schema that encoded it. */
  readonly schemaVersion: number;
  /** The error that a migration threw, if that is the reason. */
  readonly cause?: unknown;
}

/**
 * Merges two changes of one field.
 *
 * @group Types
 */
export type FieldMerge<T> = (base: T, mine: T, theirs: T) => T;

/** The payload that new sessions begin with, or a function that returns it. */
export type InitialPayload<S extends SessionSchema> = Payload<S> | (() => Payload<S>);

/** Any first payload, if the type of the given one is not inferred. */
type OrAnyInitial<Initial, S extends SessionSchema> = [Initial] extends [never] ? InitialPayload<S> : never;

/**
 * The options of `session(…)`. `Request` and `OnMissing` are the types of the host, and `Initial` is the type of the option
 * `initial`. `OPTION_TABLE` has a row for each option.
 */
export interface CommonOptions<
  S extends SessionSchema,
  Request,
  OnMissing = unknown,
  Initial extends InitialPayload<S> = never,
> {
  /**
   * The zod schema of the payload, or another Standard Schema. It must accept `{}`, which means that every field is optional
   * or has a default. Otherwise `initial` is required. A field must not have the name of a member of `req.session`.
   */
  readonly schema: S;
  /**
   * The payload that new sessions begin with, or a function that returns it. Required if the schema refuses `{}`. It must be
   * complete, because defaults of the schema are not filled in. Leave out the `principal`, because a new session belongs to
   * nobody. In a function, write a literal of an enum with `as const`; otherwise TypeScript widens it to `string`.
   * @defaultValue what the schema returns for `{}`
   */
  readonly initial?: Initial | OrAnyInitial<Initial, S> | undefined;
  /**
   * How often the shape of the payload has changed; see {@link defineSession}. During a rolling deploy, a record may have a
   * newer version. It is read if the schema accepts it, and data that this version does not know is kept when it is stored
   * again.
   * @defaultValue 0
   */
  readonly version?: number | undefined;
  /**
   * The steps that lead to each version, by its number; see {@link migration}. The last step leads to `schema`. The first
   * steps may be missing if no session is that old. The first request that reads a session migrates and stores it.
   * @defaultValue none
   */
  readonly migrations?: Migrations | undefined;
  /**
   * The key that encrypts the fields marked `sensitive: 'encrypted'` in the store, with AES-256-GCM: 32 bytes, as bytes, a
   * `KeyObject`, or text in base64 or hex. In an array, the first key encrypts and all keys decrypt. To replace a key, add
   * the new one at the front, and remove the old one when no session is that old.
   * @defaultValue none; required if a field is marked `sensitive: 'encrypted'`
   */
  readonly encryption?: EncryptionKey | readonly EncryptionKey[] | undefined;
  /**
   * Signs the session cookie: a string, bytes, or a `KeyObject`. In an array, the first secret signs and all of them verify.
   * To replace a secret, add the new one at the front, and remove the old one when its cookies have expired. A cookie that an
   * older secret verified is signed again with the first one. Keep secrets out of the code: anyone who knows one can probe
   * ids, but cannot create a session.
   *
   * Use at least 32 random bytes. A first secret that is shorter, well known ("keyboard cat"), or repeats itself is refused
   * if `NODE_ENV` is `production`, and causes a process warning otherwise. An older one causes the warning only, so that
   * the cookies that it signed remain valid while you replace it.
   */
  readonly secret: Secret | readonly Secret[];
  /**
   * Where sessions are stored: a store of this library, or one that was made for express-session (connect-redis,
   * connect-mongo, connect-pg-simple, …), whose sessions remain valid.
   * @defaultValue a new `MemoryStore`: lost when the process restarts, which causes a warning in production
   */
  readonly store?: SessionStore | ExpressSessionStore | undefined;
  /**
   * The cookie's name, or a list of names. The cookie is set under the first name, and the others are still read. A session
   * that is found under one of them moves to the first name, and the old cookie is cleared.
   *
   * Middlewares whose lists have no name in common do not accept each other's cookies, keys, and principals, even if they
   * share a store and a secret. A store made for express-session cannot keep them apart, so there it is an error, unless
   * each has its own secret. Prefixes such as `__Host-` are checked against their rules (RFC 6265bis, section 4.1.3).
   * @defaultValue `['__Host-sid', 'connect.sid']` if the option `cookie` is not a function and resolves to `secure: true`, the
   *   path `/`, and no domain; otherwise `['sid', 'connect.sid']`. `connect.sid` keeps sessions of express-session valid.
   */
  readonly name?: string | readonly string[] | undefined;
  /**
   * The cookie's attributes, or a function of the request that returns them. It is called once for each request.
   * @defaultValue see {@link CookieOptions}
   */
  readonly cookie?: CookieOptions | ((request: Request) => CookieOptions) | undefined;
  /**
   * How long a session may stay unused before it expires, in milliseconds.
   * @defaultValue `cookie.maxAge`, otherwise 24 hours
   */
  readonly idleTimeout?: number | undefined;
  /**
   * How long a session may last, however often it is used, in milliseconds; `Infinity` for no end (OWASP Session Management
   * Cheat Sheet, "Absolute Timeout").
   * @defaultValue 30 days, or `idleTimeout` if that is longer
   */
  readonly absoluteTimeout?: number | undefined;
  /**
   * How far the deadline must have moved before a request that changed nothing extends it, in milliseconds; 0 for every
   * request. Each extension (a touch) costs one store command and, with `cookie.maxAge`, one Set-Cookie.
   * @defaultValue a tenth of the idle timeout, or of the cookie's lifetime if that is shorter
   */
  readonly touchAfter?: number | undefined;
  /**
   * How long one command of the store may take, in milliseconds, before the request fails with `SessionStoreError`;
   * `Infinity` to wait forever.
   * @defaultValue 10 seconds
   */
  readonly storeTimeout?: number | undefined;
  /**
   * Express only. When the session is fetched: before the next middleware runs (`'eager'`), or by the first guard, decorator,
   * or `await sessions.load(req)` (`'demand'`), so that a request that needs no session costs no store command.
   * @defaultValue `'eager'`
   */
  readonly load?: 'eager' | 'demand' | undefined;
  /**
   * What happens if the schema refuses a stored payload. `'reset'` begins a new session. `'error'` throws
   * `SessionValidationError`. `'repair'` keeps the fields that fit and resets the others to their defaults. A function returns
   * the payload to use, or `undefined` for a new session.
   * @defaultValue `'reset'`
   */
  readonly onInvalid?: 'reset' | 'error' | 'repair' | ((invalid: InvalidSession) => Payload<S> | undefined) | undefined;
  /**
   * What happens to stored fields that the schema does not know, in the payload and inside its objects and lists. `'keep'`
   * leaves them in the store when the session is stored again, so that nothing is lost while two releases of the app run
   * side by side, if a schema leaves out a field by mistake, or in a rollback. `'drop'` removes them. The event
   * `typed-session:unknown-fields` names them.
   * @defaultValue `'keep'`
   */
  readonly unknownFields?: 'keep' | 'drop' | undefined;
  /**
   * What happens if another request changed the session at the same time. `'merge'` merges both changes field by field. `'error'`
   * throws `SessionConflictError`. `'overwrite'` stores the whole payload of this request.
   * @defaultValue `'merge'`
   */
  readonly conflict?: 'merge' | 'error' | 'overwrite' | undefined;
  /**
   * How to merge a field that two requests changed, even if both changed it to the same value. Without a function, the value
   * of the request that commits later is kept.
   * @defaultValue none
   */
  readonly merge?: { readonly [F in SessionField<S>]?: FieldMerge<FieldValue<S, F>> } | undefined;
  /**
   * What happens if a request changed a session that has since ended. `'error'` throws `SessionEndedError`. `'drop'` loses
   * the change and sends the response as usual.
   * @defaultValue `'error'`
   */
  readonly onEnded?: 'error' | 'drop' | undefined;
  /**
   * The field that identifies who the session belongs to. It must be absent from a new session, which belongs to nobody: give
   * it no default, and leave it out of `initial`. If its value changes, the session gets a new id automatically, so that an id
   * that was planted before the login is useless (session fixation, CWE-384). `sessions.list(principal)` and
   * `sessions.revoke(principal)` find sessions by it.
   *
   * At a login, a session without a principal keeps its payload. If the principal is replaced or removed, the payload starts
   * fresh, except for what this request has set; see `carryOver`. In both cases the absolute deadline starts again, and a
   * `cookie.maxAge` that an earlier request set no longer applies.
   * @defaultValue none
   */
  readonly principal?: SessionField<S> | undefined;
  /**
   * The fields that are kept if the principal is replaced or removed, such as a language. All other fields start fresh, unless
   * this request has set them. Needs `principal`.
   * @defaultValue none
   */
  readonly carryOver?: readonly SessionField<S>[] | undefined;
  /**
   * How many sessions a principal may have at the same time: a whole number from 1. A login that exceeds the limit ends the
   * oldest sessions. Needs `principal`, and a store that finds sessions by it, as those of this library do. Costs one store
   * command for each login.
   * @defaultValue none
   */
  readonly maxSessionsPerPrincipal?: number | undefined;
  /**
   * Generates the id of a new session, if another system requires ids of a certain form: text of at most 512 characters, of
   * which at least 64 bits are random (OWASP Session Management Cheat Sheet, "Session ID Entropy").
   * @defaultValue 24 random bytes as base64url
   */
  readonly genid?: ((request: Request) => string) | undefined;
  /**
   * Whether the first value of `X-Forwarded-Proto` decides if a request came over TLS. `true` trusts the header, and `false`
   * ignores it. On the fetch API, a request always counts as TLS if its URL begins with `https:`.
   * @defaultValue on Express, `trust proxy` decides (`req.secure`); on the fetch API, `false`
   */
  readonly proxy?: boolean | undefined;
  /**
   * Sets the cookie and extends the deadline with every response of a stored session, even without a `cookie.maxAge`. If
   * `touchAfter` is set as well, this happens when the deadline has moved by that time. A slow response whose session has
   * ended or has another id by then sets no cookie.
   * @defaultValue `false`
   */
  readonly rolling?: boolean | undefined;
  /**
   * Stores a session at every request, changed or not. Only useful to keep the behaviour of express-session: deadlines are
   * extended without it.
   * @defaultValue `false`
   */
  readonly resave?: boolean | undefined;
  /**
   * Stores a new session, and sets its cookie, even if nothing was put into it.
   * @defaultValue `false`
   */
  readonly saveUninitialized?: boolean | undefined;
  /**
   * Express only. What `req.session = null` and `delete req.session` mean at the end of the request: `'destroy'` ends the
   * session, and `'keep'` leaves it as it is stored.
   * @defaultValue `'keep'`
   */
  readonly unset?: 'keep' | 'destroy' | undefined;
  /**
   * Responds if a guard or decorator refuses a request because nobody is signed in or a named field is absent (401). An
   * `onMissing` of the guard itself comes first. On Express, it is an error handler, such as `redirect('/login')`, `problem`,
   * or `byAccept(…)`, which chooses between the two. On the fetch API, it returns a `Response`.
   * @defaultValue on Express, `SessionRequiredError` goes to the app's error handlers; on the fetch API, `handle()` responds
   *   with 401 as `application/problem+json`
   */
  readonly onMissing?: OnMissing | undefined;
  /**
   * Responds if a guard or decorator refuses a request although somebody is signed in, because a value or a predicate does
   * not match (403). An `onForbidden` of the guard itself comes first. It is a handler like `onMissing`. Do not redirect to the
   * login page, because signing in again does not help.
   * @defaultValue on Express, `SessionForbiddenError` goes to the app's error handlers; on the fetch API, `handle()` responds
   *   with 403 as `application/problem+json`
   */
  readonly onForbidden?: OnMissing | undefined;
  /**
   * Express only. Called with an error that no error response can report, because the response had already begun. On the
   * fetch API, `handle()` turns a 401, 403, or 409 into a response and rejects with any other error.
   * @defaultValue none; the event `typed-session:error` is published in any case
   */
  readonly onError?: ((error: Error, request: Request) => void) | undefined;
}

/** The options that only Express has. */
export type ExpressOption = 'load' | 'unset' | 'onError';
