import { resolveCookieOptions, type CookieAttributes } from '../cookie/cookie-options.js';
import { reportWeakSecrets, type Secret } from '../cookie/cookie-secrets.js';
import { Signer } from '../cookie/cookie-signature.js';
import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import type { PayloadCodec } from '../schema/payload-codec.js';
import { encryptionKeys, type EncryptionKey } from '../schema/encryption.js';
import { checkMigrations } from '../schema/migrations.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { newId } from './session-ids.js';
import type { CommonOptions, ExpressOption, FieldMerge, InvalidSession } from './session-options.js';
import { principalOf } from './session-records.js';

type Options = CommonOptions<SessionSchema, object>;

/** The options as the app passed them, possibly from plain JavaScript. */
export type GivenOptions = { readonly [N in keyof Options]?: unknown };

/** What a check gets besides the value. */
interface Context {
  /** The name of the option. */
  readonly option: string;
  readonly options: GivenOptions;
  readonly codec: PayloadCodec<SessionSchema>;
}

/** Checks the given value and fills in the default. */
type Check<T> = (value: unknown, context: Context) => T;

interface Row {
  readonly check: Check<unknown>;
}

/** An option that only Express has. */
interface ExpressRow extends Row {
  /** What to use instead on the fetch API. */
  readonly onFetch: string;
}

/** The longest delay of Node's timers, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * The table of the options of `session()`. A new option is a row here and a member of {@link CommonOptions}. The setting is
 * what the check returns.
 */
export const OPTION_TABLE = {
  schema: { check: together },
  initial: { check: together },
  version: { check: together },
  migrations: { check: (value, { options }) => checkMigrations(options.schema, options.version, value) },
  encryption: { check: (value) => encryptionKeys(value as EncryptionKey | undefined) }, // checks each key
  secret: { check: signerOf },
  store: { check: together },
  name: { check: together },
  cookie: { check: cookieOf },
  idleTimeout: { check: milliseconds({ least: 1 }) },
  absoluteTimeout: { check: milliseconds({ least: 1, infinite: true }) },
  touchAfter: { check: milliseconds({ least: 0, infinite: true }) },
  storeTimeout: { check: milliseconds({ least: 1, most: MAX_TIMER, infinite: true }, 10_000) },
  load: { check: oneOf('eager', 'demand'), onFetch: 'handle() and load() fetch the session' },
  onInvalid: { check: checkOnInvalid },
  unknownFields: { check: oneOf('keep', 'drop') },
  conflict: { check: oneOf('merge', 'error', 'overwrite') },
  merge: { check: checkMerge },
  onEnded: { check: oneOf('error', 'drop') },
  principal: { check: checkPrincipal },
  carryOver: { check: checkCarryOver },
  maxSessionsPerPrincipal: { check: checkCap },
  genid: { check: generatorOf },
  proxy: { check: (value, context) => (value === undefined ? undefined : trueOrFalse(value, context)) },
  rolling: { check: falseUnlessGiven },
  resave: { check: falseUnlessGiven },
  saveUninitialized: { check: falseUnlessGiven },
  unset: { check: oneOf('keep', 'destroy'), onFetch: 'await session.destroy()' },
  onMissing: { check: optionalFunction },
  onForbidden: { check: optionalFunction },
  onError: {
    check: optionalFunction,
    onFetch:
      'handle() turns a 401, 403, or 409 into a response and rejects with any other error, and the channel typed-session:error reports failed commits',
  },
} satisfies Record<Exclude<keyof Options, ExpressOption>, Row> & Record<ExpressOption, ExpressRow>;

type Table = typeof OPTION_TABLE;

/** What the checks of all options return. */
export type ResolvedOptions = { readonly [N in keyof Table]: ReturnType<Table[N]['check']> };

const NAMES = Object.keys(OPTION_TABLE) as readonly (keyof Table)[]; // of the object above

/** Advice for names that other libraries use for an option. */
const RENAMED: Readonly<Record<string, string>> = {
  key: 'is called name',
  maxAge: 'is an option of the cookie: cookie: { maxAge }',
  ttl: 'is called idleTimeout',
  cookieName: 'is called name',
};

/**
 * Checks that the options are an object with known names. The caller may be plain JavaScript, or may have mounted `session`
 * itself instead of the middleware that it returns.
 * @throws SessionOptionsError
 */
export function checkOptionNames(given: unknown, host: 'express' | 'fetch'): asserts given is GivenOptions {
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
    const row: Partial<ExpressRow> | undefined = Object.hasOwn(OPTION_TABLE, option)
      ? OPTION_TABLE[option as keyof Table]
      : undefined;
    if (row === undefined) {
      const advice = RENAMED[option] ?? `is not an option of session()${didYouMean(option, NAMES)}`;
      throw new SessionOptionsError(option, advice);
    }
    if (host === 'fetch' && row.onFetch !== undefined) {
      throw new SessionOptionsError(option, `is an option for Express: on the fetch API, ${row.onFetch}`);
    }
  }
}

/** @throws SessionOptionsError, which names the option */
export function resolveRows(options: GivenOptions, codec: PayloadCodec<SessionSchema>): ResolvedOptions {
  const checked: Partial<Record<keyof Table, unknown>> = {};
  for (const option of NAMES) checked[option] = OPTION_TABLE[option].check(options[option], { option, options, codec });
  return checked as ResolvedOptions; // what each check returns
}

/** `resolveOptions` checks this option together with others. */
function together(): undefined {
  return undefined;
}

function signerOf(secret: unknown): Signer {
  const signer = new Signer(secret as Secret | undefined); // the signer checks it
  reportWeakSecrets(signer.keys, true);
  return signer;
}

function cookieOf(cookie: unknown = {}): CookieAttributes | ((request: object) => CookieAttributes) {
  if (typeof cookie !== 'function') return resolveCookieOptions(cookie as object);
  return (request) => resolveCookieOptions((cookie as (request: object) => object)(request)); // checks it
}

function checkOnInvalid(
  value: unknown = 'reset',
  { option }: Context,
): 'reset' | 'error' | 'repair' | ((invalid: InvalidSession) => unknown) {
  if (typeof value === 'function') return value as (invalid: InvalidSession) => unknown; // its result is checked later
  return pick(option, value, ['reset', 'error', 'repair'], ', or a function');
}

function checkMerge(
  merge: unknown = {},
  { codec }: Context,
): Readonly<Record<string, FieldMerge<unknown> | undefined>> {
  const functions = merge as Readonly<Record<string, FieldMerge<unknown>>>; // checked below
  for (const [field, fn] of Object.entries(functions)) {
    if (typeof fn !== 'function') throw new SessionOptionsError(`merge.${field}`, 'must be a function');
    if (!codec.hasField(field))
      throw new SessionOptionsError(`merge.${field}`, `is not a field of the schema${slipOf(field, codec)}`);
  }
  return functions;
}

function checkPrincipal(principal: unknown, { codec }: Context): string | undefined {
  if (principal === undefined) return undefined;
  if (typeof principal !== 'string' || !codec.hasField(principal)) {
    throw new SessionOptionsError('principal', `must be the name of a field of the schema${slipOf(principal, codec)}`);
  }
  if (codec.refusesPrincipal(principal)) {
    throw new SessionOptionsError('principal', 'must name a field that is stored as a string, a number, or a bigint');
  }
  if (codec.fieldOptions.get(principal)?.encrypted === true) {
    throw new SessionOptionsError('principal', 'must not be encrypted: the store finds sessions by it');
  }
  if (principalOf({ principal }, codec.encode(codec.initial())) !== undefined) {
    throw new SessionOptionsError(
      'principal',
      `must be absent from a new session, which belongs to nobody: give the field ${principal} no default, and leave it out of initial`,
    );
  }
  return principal;
}

function checkCarryOver(carryOver: unknown, { options: { principal }, codec }: Context): readonly string[] {
  if (carryOver === undefined) return [];
  if (!Array.isArray(carryOver)) throw new SessionOptionsError('carryOver', 'must be an array of names of fields');
  if (principal === undefined) {
    throw new SessionOptionsError('carryOver', 'needs the option principal, whose change it is about');
  }
  return carryOver.map((field: unknown) => {
    if (typeof field !== 'string' || !codec.hasField(field)) {
      throw new SessionOptionsError(
        'carryOver',
        `${String(field)} is not a field of the schema${slipOf(field, codec)}`,
      );
    }
    if (field === principal) throw new SessionOptionsError('carryOver', `${field} is the principal, which changes`);
    return field;
  });
}

/** Whether the store supports the limit is checked once the store exists. */
function checkCap(limit: unknown, { option, options: { principal } }: Context): number | undefined {
  if (limit === undefined) return undefined;
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1) {
    throw new SessionOptionsError(option, 'must be a whole number of at least 1');
  }
  if (principal === undefined) {
    throw new SessionOptionsError(
      option,
      'needs the option principal, the field that identifies who a session belongs to',
    );
  }
  return limit;
}

function generatorOf(genid: unknown, context: Context): (request: object) => string {
  const generate = optionalFunction(genid, context);
  if (generate === undefined) return newId;
  return (request) => {
    const id: unknown = generate(request);
    if (typeof id === 'string' && id.length > 0 && id.length <= 512) return id; // a store's key has at most 512 characters
    throw new SessionOptionsError('genid', 'must return text of at most 512 characters, another one at each call');
  };
}

function optionalFunction(value: unknown, { option }: Context): ((...args: unknown[]) => unknown) | undefined {
  if (value === undefined || typeof value === 'function') return value as ((...args: unknown[]) => unknown) | undefined;
  throw new SessionOptionsError(option, 'must be a function');
}

/** A check that accepts only these values; the first one is the default. */
function oneOf<const T extends string>(...allowed: readonly [T, ...T[]]): Check<T> {
  return (value, { option }) => pick(option, value ?? allowed[0], allowed);
}

function pick<const T extends string>(option: string, value: unknown, allowed: readonly T[], or = ''): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new SessionOptionsError(option, `must be one of ${allowed.map((one) => `'${one}'`).join(', ')}${or}`);
}

/** A check of a duration in milliseconds. Without a default, it returns `undefined` if the option is left out. */
function milliseconds<D extends number | undefined = undefined>(
  range: { readonly least: number; readonly most?: number; readonly infinite?: true },
  byDefault?: D,
): Check<number | D> {
  const { least, most = Number.MAX_SAFE_INTEGER, infinite = false } = range;
  return (value, { option }) => {
    if (value === undefined) return byDefault as D; // without a default, D is undefined
    if (typeof value === 'number' && value >= least && (value <= most || (infinite && value === Infinity)))
      return value;
    throw new SessionOptionsError(
      option,
      `must be a number of milliseconds from ${String(least)} to ${String(most)}${infinite ? ', or Infinity' : ''}`,
    );
  };
}

function falseUnlessGiven(value: unknown, context: Context): boolean {
  return trueOrFalse(value ?? false, context);
}

function trueOrFalse(value: unknown, { option }: Context): boolean {
  if (typeof value === 'boolean') return value;
  throw new SessionOptionsError(option, 'must be true or false');
}

/** "Did you mean", if the name is close to a field of the schema. */
function slipOf(field: unknown, { fields }: PayloadCodec<SessionSchema>): string {
  return typeof field === 'string' && fields !== undefined ? didYouMean(field, fields) : '';
}
