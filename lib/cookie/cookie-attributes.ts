import { stringifySetCookie } from 'cookie';
import { SessionOptionsError } from '../errors.js';
import { isDate } from '../realms.js';

/**
 * The attributes of the session cookie: express-session's options, with safer defaults.
 *
 * @group Sessions
 */
export interface CookieOptions {
  /**
   * The cookie's lifetime in milliseconds. It starts again whenever the session's deadline moves. If you leave it out, the
   * cookie is a browser-session cookie, which ends when the browser closes; a browser that restores its tabs keeps it.
   * `idleTimeout` defaults to this value. More than a thousand years count as a thousand years. Browsers keep a cookie for
   * about 400 days at most (RFC 6265bis, section 5.5).
   * @defaultValue none
   */
  readonly maxAge?: number | null | undefined;
  /**
   * A fixed moment at which the cookie ends, instead of `maxAge`. A session that begins after that moment ends immediately.
   * @defaultValue none
   */
  readonly expires?: Date | null | undefined;
  /**
   * Whether the cookie is hidden from scripts in the page, so that an injected script cannot steal the session (OWASP
   * Session Management Cheat Sheet, "HttpOnly Attribute").
   * @defaultValue `true`
   */
  readonly httpOnly?: boolean | undefined;
  /**
   * Whether the cookie is sent over TLS only. `'auto'`: only over TLS if the request came over TLS. If it is `true` and the
   * request looks insecure, the cookie is withheld. Behind a proxy that terminates TLS, set `app.set('trust proxy', 1)` on
   * Express, and the option `proxy` on the fetch API.
   * @defaultValue `true` under `NODE_ENV=production`, `'auto'` elsewhere
   */
  readonly secure?: boolean | 'auto' | undefined;
  /**
   * Whether requests from other sites carry the cookie. `'strict'` or `true`: never. `'lax'`: on top-level navigation only.
   * `'none'`: always (needs `secure: true`). `false`: the browser decides. `'auto'`: `'none'` if the request came over TLS,
   * otherwise `'lax'`.
   * @defaultValue `'lax'`
   */
  readonly sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined;
  /**
   * The path that a request's path must begin with. A request outside it has no session.
   * @defaultValue `'/'`
   */
  readonly path?: string | undefined;
  /**
   * The domain that the cookie is sent to, including its subdomains. If you leave it out, the cookie is sent to this host
   * only, which is safer.
   * @defaultValue none
   */
  readonly domain?: string | undefined;
  /**
   * Which cookies Chromium evicts last if there are too many.
   * @defaultValue none
   */
  readonly priority?: 'low' | 'medium' | 'high' | undefined;
  /**
   * Whether the browser keeps one cookie jar for each top-level site (CHIPS), for apps that are embedded in others. Needs
   * `secure: true`.
   * @defaultValue `false`
   */
  readonly partitioned?: boolean | undefined;
  /**
   * Encodes the signed id as the cookie's value. `decodeURIComponent` must reverse the result, which is checked at start-up.
   * @defaultValue `encodeURIComponent`
   */
  readonly encode?: ((value: string) => string) | undefined;
}

interface Row {
  /** Checks the given value, which may come from plain JavaScript, and fills in the default. */
  readonly check: (value: unknown) => unknown;
  /**
   * Whether the attribute is a plain value: it has the same name in Set-Cookie and in the description that express-session
   * stores, and can be read on `req.session.cookie`. The cookie's lifetime has rules of its own.
   */
  readonly isPlain?: true;
}

/**
 * The table of the cookie's attributes, in the order of express-session's description. A new attribute is a row here and a
 * line in {@link CookieOptions}.
 */
export const COOKIE_ATTRIBUTES = {
  maxAge: { check: checkMaxAge },
  partitioned: { check: (value) => trueOrFalse('partitioned', value ?? false), isPlain: true },
  priority: { check: checkPriority, isPlain: true },
  expires: { check: checkExpires },
  secure: { check: checkSecure, isPlain: true },
  httpOnly: { check: (value) => trueOrFalse('httpOnly', value ?? true), isPlain: true },
  domain: { check: (value) => (value === undefined ? undefined : checkPart('domain', value)), isPlain: true },
  path: { check: checkPath, isPlain: true },
  sameSite: { check: checkSameSite, isPlain: true },
  encode: { check: checkEncode },
} satisfies Record<keyof CookieOptions, Row>;

/** The names of the attributes. */
export const ATTRIBUTE_NAMES = Object.keys(COOKIE_ATTRIBUTES) as readonly (keyof CookieOptions)[]; // of the object above

type Table = typeof COOKIE_ATTRIBUTES;

/** The name of an attribute that is a plain value. */
export type PlainAttribute = { [N in keyof Table]: Table[N] extends { isPlain: true } ? N : never }[keyof Table];

/** The names of the attributes that are plain values. */
export const PLAIN_ATTRIBUTES = ATTRIBUTE_NAMES.filter(
  (name): name is PlainAttribute => 'isPlain' in COOKIE_ATTRIBUTES[name],
);

/** Longer lifetimes are cut to this, in milliseconds: a thousand years. The dates of cookies have years of four digits. */
export const LONGEST_LIFE = 1000 * 365 * 24 * 60 * 60 * 1000;

/** Checks a lifetime in milliseconds, given as an option or set on `req.session.cookie`. */
export function checkMaxAge(maxAge: unknown): number | undefined {
  if (maxAge === undefined || maxAge === null) return undefined;
  if (typeof maxAge !== 'number' || !Number.isFinite(maxAge) || maxAge < 0) {
    throw wrong('maxAge', 'must be a number of milliseconds, zero or more');
  }
  return Math.min(maxAge, LONGEST_LIFE);
}

/** Checks a moment, given as an option or set on `req.session.cookie`. */
export function checkExpires(expires: unknown): Date | undefined {
  if (expires === undefined || expires === null) return undefined;
  if (!isDate(expires) || Number.isNaN(expires.getTime())) throw wrong('expires', 'must be a valid Date');
  return expires;
}

function trueOrFalse(name: keyof CookieOptions, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'must be true or false');
}

function checkSecure(value: unknown): boolean | 'auto' {
  value ??= process.env['NODE_ENV'] === 'production' ? true : 'auto';
  if (typeof value === 'boolean' || value === 'auto') return value;
  throw wrong('secure', "must be true, false or 'auto'");
}

function checkSameSite(value: unknown): 'lax' | 'strict' | 'none' | 'auto' | undefined {
  value ??= 'lax';
  if (value === true || value === 'strict') return 'strict';
  if (value === false) return undefined;
  if (value === 'lax' || value === 'none' || value === 'auto') return value;
  throw wrong('sameSite', "must be true, false, 'lax', 'strict', 'none' or 'auto'");
}

function checkPath(value: unknown): string {
  value ??= '/';
  if (typeof value !== 'string' || !value.startsWith('/')) throw wrong('path', "must begin with '/'");
  return checkPart('path', value);
}

function checkPart(name: 'path' | 'domain', value: unknown): string {
  try {
    if (typeof value !== 'string') throw new TypeError();
    stringifySetCookie({ name: 'a', value: 'b', [name]: value });
    return value;
  } catch {
    throw wrong(name, `is not a cookie's ${name} (RFC 6265)`);
  }
}

function checkPriority(value: unknown): 'low' | 'medium' | 'high' | undefined {
  if (value === undefined || value === 'low' || value === 'medium' || value === 'high') return value;
  throw wrong('priority', "must be 'low', 'medium' or 'high'");
}

function checkEncode(encode: unknown): CookieOptions['encode'] {
  if (encode === undefined) return undefined;
  if (typeof encode !== 'function') throw wrong('encode', 'must be a function of the value');
  const toValue = encode as (value: string) => string; // the result is checked here
  const value = 's:id-of_43.signature+/';
  try {
    stringifySetCookie({ name: 'a', value }, { encode: toValue });
    if (decodeURIComponent(toValue(value)) === value) return toValue;
  } catch {
    // any error is reported below
  }
  throw wrong('encode', "must return a cookie's value that decodeURIComponent turns back");
}

function wrong(name: keyof CookieOptions, advice: string): SessionOptionsError {
  return new SessionOptionsError(`cookie.${name}`, advice);
}
