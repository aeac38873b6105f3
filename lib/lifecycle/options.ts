import { checkCookieName, resolveCookieOptions, type CookieAttributes, type CookieOptions } from '../cookie/options.js';
import { Signer, type Secret } from '../cookie/signature.js';
import { SessionOptionsError, type SessionIssue } from '../errors.js';
import { PayloadCodec } from '../schema/codec.js';
import type { ReservedField } from '../schema/reserved.js';
import type { AcceptsEmpty, FieldValue, InitialNeeded, Payload, SessionField, SessionSchema } from '../schema/types.js';
import { STORE_METHODS, type SessionStore } from '../stores/store.js';
import { Deadlines } from './deadlines.js';
import { StoreCalls } from './store-calls.js';

/** What a function given as `onInvalid` is told. */
export interface InvalidSession {
  /** What the store held, parsed but not validated; `undefined` where it was not even JSON. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Where it does not fit the schema. */
  readonly issues: readonly SessionIssue[];
  /** The version of the schema that had encoded it. */
  readonly schemaVersion: number;
}

/** Brings two changes of one field together. */
export type FieldMerge<T> = (base: T, mine: T, theirs: T) => T;

/** The options of `session(…)`; `Request` is the framework's. */
export interface CommonOptions<S extends SessionSchema, Request> {
  /**
   * The zod schema of the payload. It must accept `{}` (every field optional or with a default), or `initial` is
   * needed, and none of its fields may be named like a member of `req.session`.
   */
  readonly schema: S;
  /**
   * The payload that new sessions begin with, or a function that makes it. A must where the schema refuses `{}`.
   * @defaultValue what the schema makes of `{}`
   */
  readonly initial?: NoInfer<Payload<S> | (() => Payload<S>)> | undefined;
  /**
   * What signs the session cookie: a string, bytes or a `KeyObject`. In an array the first signs and all of them
   * verify, so a new secret goes to the front and the old one leaves when its cookies have. A cookie verified by an
   * older secret is signed anew. Whoever knows a secret can make no session of his own, but can probe ids: keep it out
   * of the code.
   */
  readonly secret: Secret | readonly Secret[];
  /**
   * Where sessions live.
   * @defaultValue a new `MemoryStore`: gone with the process, and warned about in production
   */
  readonly store?: SessionStore | undefined;
  /**
   * The cookie's name. `__Host-` and `__Secure-` names are checked against their rules.
   * @defaultValue `'connect.sid'`, so that sessions of express-session go on
   */
  readonly name?: string | undefined;
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
   * What to do when another request changed the session meanwhile: `'merge'` field by field, `'error'` throws
   * `SessionConflictError`, `'overwrite'` lets this request's payload win whole.
   * @defaultValue `'merge'`
   */
  readonly conflict?: 'merge' | 'error' | 'overwrite' | undefined;
  /**
   * How to bring a field together that two requests changed. Without one, the later request's value stands.
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
   * that an id planted before the login is worth nothing (session fixation, CWE-384).
   * @defaultValue none
   */
  readonly principal?: SessionField<S> | undefined;
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

/** The options of `session(…)`. */
export type SessionOptions<S extends SessionSchema, Request = unknown> = CommonOptions<S, Request> &
  RequireInitial<S> &
  RefuseReserved<S>;

/** The options, checked, with every default in its place. */
export interface Settings<S extends SessionSchema> {
  readonly codec: PayloadCodec<S>;
  readonly signer: Signer;
  readonly store: StoreCalls;
  readonly name: string;
  readonly cookie: CookieAttributes | ((request: object) => CookieAttributes);
  readonly deadlines: Deadlines;
  readonly onDemand: boolean;
  readonly onInvalid: 'reset' | 'error' | 'repair' | ((invalid: InvalidSession) => Payload<S> | undefined);
  readonly conflict: 'merge' | 'error' | 'overwrite';
  readonly merge: Readonly<Record<string, FieldMerge<unknown> | undefined>>;
  readonly dropsEnded: boolean;
  readonly principal: string | undefined;
  readonly onError: ((error: Error, request: object) => void) | undefined;
}

/** What Node's timers can wait for, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

// prettier-ignore
const KNOWN = {
  schema: 1, initial: 1, secret: 1, store: 1, name: 1, cookie: 1, idleTimeout: 1, absoluteTimeout: 1, touchAfter: 1,
  storeTimeout: 1, load: 1, onInvalid: 1, conflict: 1, merge: 1, onEnded: 1, principal: 1, onError: 1,
} satisfies Record<keyof CommonOptions<SessionSchema, unknown>, 1>;

/**
 * Checks all options and fills in the defaults.
 * @throws SessionOptionsError, which names the option
 */
export function resolveOptions<S extends SessionSchema>(given: unknown, defaultStore: () => SessionStore): Settings<S> {
  if (typeof given !== 'object' || given === null) {
    throw new SessionOptionsError('options', 'pass an object: session({ schema, secret })');
  }
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(KNOWN, option)) throw new SessionOptionsError(option, 'is not an option of session()');
  }
  // The caller may be plain JavaScript: every option is checked below, or by the class that takes it.
  const options = given as Partial<CommonOptions<S, object>>;
  const name = checkCookieName(options.name ?? 'connect.sid');
  const { cookie = {}, merge = {}, onInvalid = 'reset', onError } = options;
  const codec = new PayloadCodec(options.schema, options.initial);
  if (
    options.principal !== undefined &&
    (typeof options.principal !== 'string' || !codec.hasField(options.principal))
  ) {
    throw new SessionOptionsError('principal', 'must be the name of a field of the schema');
  }
  for (const [field, fn] of Object.entries(merge)) {
    if (typeof fn !== 'function') throw new SessionOptionsError(`merge.${field}`, 'must be a function');
    if (!codec.hasField(field)) throw new SessionOptionsError(`merge.${field}`, 'is not a field of the schema');
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw new SessionOptionsError('onError', 'must be a function');
  }
  if (typeof onInvalid !== 'function') oneOf('onInvalid', onInvalid, ['reset', 'error', 'repair']);
  const storeTimeout =
    milliseconds('storeTimeout', options.storeTimeout, { least: 1, most: MAX_TIMER, infinite: true }) ?? 10_000;
  return {
    codec,
    signer: new Signer(options.secret),
    store: new StoreCalls(checkStore(options.store ?? defaultStore()), storeTimeout),
    name,
    cookie:
      typeof cookie === 'function'
        ? (request) => resolveCookieOptions(cookie(request), name)
        : resolveCookieOptions(cookie, name),
    deadlines: new Deadlines({
      idleTimeout: milliseconds('idleTimeout', options.idleTimeout, { least: 1 }),
      absoluteTimeout: milliseconds('absoluteTimeout', options.absoluteTimeout, { least: 1, infinite: true }),
      touchAfter: milliseconds('touchAfter', options.touchAfter, { least: 0, infinite: true }),
    }),
    onDemand: oneOf('load', options.load ?? 'eager', ['eager', 'demand']) === 'demand',
    onInvalid,
    conflict: oneOf('conflict', options.conflict ?? 'merge', ['merge', 'error', 'overwrite']),
    // Each function is only ever called with values of its own field.
    merge: merge,
    dropsEnded: oneOf('onEnded', options.onEnded ?? 'error', ['error', 'drop']) === 'drop',
    principal: options.principal,
    onError,
  };
}

function oneOf<const T extends string>(option: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new SessionOptionsError(option, `must be one of ${allowed.map((one) => `'${one}'`).join(', ')}`);
}

function milliseconds(
  option: string,
  value: unknown,
  range: { readonly least: number; readonly most?: number; readonly infinite?: boolean },
): number | undefined {
  if (value === undefined) return undefined;
  const finite = Number.isFinite(value) || (range.infinite === true && value === Infinity);
  const { least, most = Number.MAX_SAFE_INTEGER } = range;
  if (typeof value !== 'number' || !finite || value < least || (value > most && value !== Infinity)) {
    throw new SessionOptionsError(
      option,
      `must be a number of milliseconds from ${String(least)} to ${String(most)}${range.infinite === true ? ', or Infinity' : ''}`,
    );
  }
  return value;
}

function checkStore(store: unknown): SessionStore {
  const missing = STORE_METHODS.filter(
    (method) =>
      typeof store !== 'object' || store === null || typeof (store as Partial<SessionStore>)[method] !== 'function', // any object can be asked
  );
  if (missing.length === 0) return store as SessionStore; // it has the methods
  throw new SessionOptionsError(
    'store',
    `has no method ${missing.join(', ')}: pass a SessionStore, such as new MemoryStore()`,
  );
}
