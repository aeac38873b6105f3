import { checkPrefix, cookieNames, type CookieNames } from '../cookie/names.js';
import { resolveCookieOptions, type CookieAttributes } from '../cookie/options.js';
import { reportWeakSecrets } from '../cookie/secrets.js';
import { Signer } from '../cookie/signature.js';
import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import { PayloadCodec } from '../schema/codec.js';
import { encryptionKeys } from '../schema/encryption.js';
import { checkMigrations } from '../schema/migrations.js';
import { StoredText } from '../schema/stored-text.js';
import type { Payload, SessionSchema } from '../schema/types.js';
import type { ExpressSessionStore } from '../stores/express-session-store.js';
import type { SessionStore } from '../stores/store.js';
import { Deadlines } from './deadlines.js';
import { newId } from './ids.js';
import type { CommonOptions, FieldMerge, InvalidSession } from './options.js';
import { principalOf } from './records.js';
import { refuseSharedStore } from './shared-store.js';
import { GuardedStore } from './guarded-store.js';

/** The options, checked, with every default in its place. */
export interface Settings<S extends SessionSchema> {
  readonly codec: PayloadCodec<S>;
  readonly text: StoredText<S>;
  readonly signer: Signer;
  readonly store: GuardedStore;
  /** The store as the app gave it. */
  readonly givenStore: SessionStore | ExpressSessionStore;
  /** The names of the cookie: it is set under the first, and all are read. */
  readonly names: CookieNames;
  readonly cookie: CookieAttributes | ((request: object) => CookieAttributes);
  readonly deadlines: Deadlines;
  readonly onDemand: boolean;
  readonly onInvalid: 'reset' | 'error' | 'repair' | ((invalid: InvalidSession) => Payload<S> | undefined);
  readonly conflict: 'merge' | 'error' | 'overwrite';
  readonly merge: Readonly<Record<string, FieldMerge<unknown> | undefined>>;
  readonly dropsEnded: boolean;
  readonly principal: string | undefined;
  readonly carryOver: readonly string[];
  readonly maxSessionsPerPrincipal: number | undefined;
  readonly newId: (request: object) => string;
  readonly proxy: boolean | undefined;
  readonly rolling: boolean;
  readonly resave: boolean;
  readonly saveUninitialized: boolean;
  readonly unset: 'keep' | 'destroy';
  /** The framework's own kind of handler. */
  readonly onMissing: unknown;
  /** The same, for a request that is refused though somebody is signed in. */
  readonly onForbidden: unknown;
  readonly onError: ((error: Error, request: object) => void) | undefined;
}

/** What Node's timers can wait for, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

// prettier-ignore
const KNOWN = {
  schema: 1, initial: 1, version: 1, migrations: 1, encryption: 1, secret: 1, store: 1, name: 1, cookie: 1, idleTimeout: 1, absoluteTimeout: 1, touchAfter: 1,
  storeTimeout: 1, load: 1, onInvalid: 1, unknownFields: 1, conflict: 1, merge: 1, onEnded: 1, principal: 1, carryOver: 1, maxSessionsPerPrincipal: 1, genid: 1,
  proxy: 1, rolling: 1, resave: 1, saveUninitialized: 1, unset: 1, onMissing: 1, onForbidden: 1, onError: 1,
} satisfies Record<keyof CommonOptions<SessionSchema, unknown>, 1>;

/** What became of options that express-session has under another name. */
const RENAMED: Readonly<Record<string, string>> = {
  key: 'is called name',
  maxAge: 'is an option of the cookie: cookie: { maxAge }',
  ttl: 'is called idleTimeout',
  cookieName: 'is called name',
};

/**
 * Checks all options and fills in the defaults.
 * @param storeOf - makes a store of what was given as `store`, or a default one of nothing
 * @throws SessionOptionsError, which names the option
 */
export function resolveOptions<S extends SessionSchema>(
  given: unknown,
  storeOf: (store: SessionStore | ExpressSessionStore | undefined) => SessionStore,
): Settings<S> {
  checkNames(given);
  // The caller may be plain JavaScript: every option is checked below, or by the class that takes it.
  const options = given as Partial<CommonOptions<S, object>>;
  const { cookie = {}, merge = {}, onInvalid = 'reset', genid, onMissing, onForbidden, onError } = options;
  const fixedCookie = typeof cookie === 'function' ? undefined : resolveCookieOptions(cookie);
  const names = cookieNames(options.name, fixedCookie);
  const codec = PayloadCodec.of(options.schema, options.initial);
  const steps = checkMigrations(options.schema, options.version, options.migrations);
  const unknownFields = oneOf('unknownFields', options.unknownFields ?? 'keep', ['keep', 'drop']);
  const text = new StoredText(codec, steps, encryptionKeys(options.encryption), unknownFields);
  checkPrincipal(options, codec);
  checkFunctions(options, codec);
  if (typeof onInvalid !== 'function') oneOf('onInvalid', onInvalid, ['reset', 'error', 'repair'], ', or a function');
  const rolling = trueOrFalse('rolling', options.rolling ?? false);
  const storeTimeout =
    milliseconds('storeTimeout', options.storeTimeout, { least: 1, most: MAX_TIMER, infinite: true }) ?? 10_000;
  const store = storeOf(options.store);
  const calls = new GuardedStore(store, storeTimeout, names);
  const signer = new Signer(options.secret);
  reportWeakSecrets(signer.keys, true);
  const settings: Settings<S> = {
    codec,
    text,
    signer,
    store: calls,
    givenStore: options.store ?? store,
    names,
    cookie:
      typeof cookie === 'function'
        ? (request) => checkPrefix(names[0], resolveCookieOptions(cookie(request)))
        : checkPrefix(names[0], fixedCookie ?? resolveCookieOptions({})),
    deadlines: new Deadlines({
      idleTimeout: milliseconds('idleTimeout', options.idleTimeout, { least: 1 }),
      absoluteTimeout: milliseconds('absoluteTimeout', options.absoluteTimeout, { least: 1, infinite: true }),
      touchAfter:
        milliseconds('touchAfter', options.touchAfter, { least: 0, infinite: true }) ?? (rolling ? 0 : undefined),
    }),
    onDemand: oneOf('load', options.load ?? 'eager', ['eager', 'demand']) === 'demand',
    onInvalid,
    conflict: oneOf('conflict', options.conflict ?? 'merge', ['merge', 'error', 'overwrite']),
    // Each function is only ever called with values of its own field.
    merge: merge,
    dropsEnded: oneOf('onEnded', options.onEnded ?? 'error', ['error', 'drop']) === 'drop',
    principal: options.principal,
    carryOver: checkCarryOver(options, codec),
    maxSessionsPerPrincipal: checkCap(options, calls),
    newId: genid === undefined ? newId : (request) => checkId(genid(request)),
    proxy: options.proxy === undefined ? undefined : trueOrFalse('proxy', options.proxy),
    rolling,
    resave: trueOrFalse('resave', options.resave ?? false),
    saveUninitialized: trueOrFalse('saveUninitialized', options.saveUninitialized ?? false),
    unset: oneOf('unset', options.unset ?? 'keep', ['keep', 'destroy']),
    onMissing,
    onForbidden,
    onError,
  };
  refuseSharedStore(store, names, signer); // the last check: a middleware that was refused uses no store
  return settings;
}

/** The caller may be plain JavaScript, or have called the middleware's maker in the place of the middleware. */
function checkNames(given: unknown): asserts given is object {
  if (typeof given !== 'object' || given === null) {
    throw new SessionOptionsError('options', 'pass an object: session({ schema, secret })');
  }
  if ('_zod' in given || '~standard' in given) {
    throw new SessionOptionsError('options', 'is a schema: session({ schema, secret })');
  }
  if ('headers' in given && 'method' in given) {
    throw new SessionOptionsError(
      'options',
      'session() was called with a request: app.use(session({ schema, secret }))',
    );
  }
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(KNOWN, option))
      throw new SessionOptionsError(
        option,
        RENAMED[option] ?? `is not an option of session()${didYouMean(option, Object.keys(KNOWN))}`,
      );
  }
}

function checkPrincipal<S extends SessionSchema>(
  options: Partial<CommonOptions<S, object>>,
  codec: PayloadCodec<S>,
): void {
  const { principal } = options;
  if (principal === undefined) return;
  if (typeof principal !== 'string' || !codec.hasField(principal)) {
    throw new SessionOptionsError('principal', `must be the name of a field of the schema${slipOf(principal, codec)}`);
  }
  if (codec.refusesPrincipal(principal)) {
    throw new SessionOptionsError('principal', 'must name a field that is stored as a string, a number, or a bigint');
  }
  if (codec.marks.get(principal)?.encrypted === true) {
    throw new SessionOptionsError('principal', 'must not be encrypted: the store finds sessions by it');
  }
  if (principalOf({ principal }, codec.encode(codec.initial())) !== undefined) {
    throw new SessionOptionsError(
      'principal',
      `must be absent from a new session, which belongs to nobody: give the field ${principal} no default`,
    );
  }
}

function checkFunctions<S extends SessionSchema>(
  { merge = {}, genid, onMissing, onForbidden, onError }: Partial<CommonOptions<S, object>>,
  codec: PayloadCodec<S>,
): void {
  for (const [field, fn] of Object.entries(merge)) {
    if (typeof fn !== 'function') throw new SessionOptionsError(`merge.${field}`, 'must be a function');
    if (!codec.hasField(field))
      throw new SessionOptionsError(`merge.${field}`, `is not a field of the schema${slipOf(field, codec)}`);
  }
  for (const [option, handler] of Object.entries({ genid, onMissing, onForbidden, onError })) {
    if (handler !== undefined && typeof handler !== 'function')
      throw new SessionOptionsError(option, 'must be a function');
  }
}

function checkCarryOver<S extends SessionSchema>(
  { principal, carryOver }: Partial<CommonOptions<S, object>>,
  codec: PayloadCodec<S>,
): readonly string[] {
  if (carryOver === undefined) return [];
  if (!Array.isArray(carryOver)) throw new SessionOptionsError('carryOver', 'must be an array of names of fields');
  if (principal === undefined) {
    throw new SessionOptionsError('carryOver', 'needs the option principal, whose change it is about');
  }
  for (const field of carryOver as unknown[]) {
    if (typeof field !== 'string' || !codec.hasField(field)) {
      throw new SessionOptionsError(
        'carryOver',
        `${String(field)} is not a field of the schema${slipOf(field, codec)}`,
      );
    }
    if (field === principal) throw new SessionOptionsError('carryOver', `${field} is the principal, which changes`);
  }
  return [...(carryOver as readonly string[])];
}

function checkCap(
  { principal, maxSessionsPerPrincipal: cap }: Partial<CommonOptions<SessionSchema, object>>,
  store: GuardedStore,
): number | undefined {
  if (cap === undefined) return undefined;
  const advice =
    !Number.isSafeInteger(cap) || cap < 1
      ? 'must be a whole number of at least 1'
      : principal === undefined
        ? 'needs the option principal, which says whose a session is'
        : store.knowsPrincipals
          ? undefined
          : 'needs a store that finds sessions by their principal: one with list() and revoke()';
  if (advice !== undefined) throw new SessionOptionsError('maxSessionsPerPrincipal', advice);
  return cap;
}

function oneOf<const T extends string>(option: string, value: unknown, allowed: readonly T[], or = ''): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new SessionOptionsError(option, `must be one of ${allowed.map((one) => `'${one}'`).join(', ')}${or}`);
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

function trueOrFalse(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new SessionOptionsError(option, 'must be true or false');
}

/** An id may be a store's key, which has 512 characters at most. */
function checkId(id: unknown): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= 512) return id;
  throw new SessionOptionsError('genid', 'must return text of at most 512 characters, another one at each call');
}

/** "Did you mean", if a field's name is close to one of the schema. */
function slipOf<S extends SessionSchema>(field: unknown, { fields }: PayloadCodec<S>): string {
  return typeof field === 'string' && fields !== undefined ? didYouMean(field, fields) : '';
}
