import { stringifySetCookie } from 'cookie';
import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import { isDate } from '../realms.js';

/** How the session cookie is set: express-session's options, with safer defaults. */
export interface CookieOptions {
  /**
   * The cookie's life in milliseconds, counted anew whenever the session's deadline moves. Left out, it is a
   * browser-session cookie: gone when the browser closes (or when it pleases; browsers that restore tabs keep it).
   * `idleTimeout` follows it unless given. More than a thousand years are a thousand years; browsers keep a cookie for some
   * 400 days at most (RFC 6265bis, section 5.5).
   * @defaultValue none
   */
  readonly maxAge?: number | null | undefined;
  /**
   * A fixed moment at which the cookie ends, instead of `maxAge`. Sessions that begin after it end at once.
   * @defaultValue none
   */
  readonly expires?: Date | null | undefined;
  /**
   * Keeps the cookie from scripts in the page, so that a script smuggled in cannot take the session away (OWASP
   * Session Management Cheat Sheet, "HttpOnly Attribute").
   * @defaultValue `true`
   */
  readonly httpOnly?: boolean | undefined;
  /**
   * Sends the cookie over TLS only. `'auto'`: as the request came. Behind a proxy that terminates TLS, Express must be
   * told to believe it: `app.set('trust proxy', 1)`; else the request looks insecure and the cookie is withheld.
   * @defaultValue `true` under `NODE_ENV=production`, `'auto'` elsewhere
   */
  readonly secure?: boolean | 'auto' | undefined;
  /**
   * Whether the cookie travels with requests from other sites: `'strict'` or `true` never, `'lax'` on top-level
   * navigation only, `'none'` always (needs `secure: true`), `false` leaves it to the browser; `'auto'`: `'none'` on a
   * request over TLS, `'lax'` on any other.
   * @defaultValue `'lax'`
   */
  readonly sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined;
  /**
   * The paths that the cookie is for. A request outside of them passes as if the middleware were not there.
   * @defaultValue `'/'`
   */
  readonly path?: string | undefined;
  /**
   * The domain that the cookie is for, subdomains included. Left out, it is the host alone, which is safer.
   * @defaultValue none
   */
  readonly domain?: string | undefined;
  /**
   * Which cookies Chromium evicts last when there are too many.
   * @defaultValue none
   */
  readonly priority?: 'low' | 'medium' | 'high' | undefined;
  /**
   * Keeps one cookie jar for each top-level site (CHIPS), for apps embedded in others. Needs `secure: true`.
   * @defaultValue `false`
   */
  readonly partitioned?: boolean | undefined;
  /**
   * Makes the cookie's value of the signed id. What it makes must be undone by `decodeURIComponent`.
   * @defaultValue `encodeURIComponent`
   */
  readonly encode?: ((value: string) => string) | undefined;
}

/** The attributes with every default in its place. */
export interface CookieAttributes {
  readonly maxAge: number | undefined;
  readonly expires: Date | undefined;
  readonly httpOnly: boolean;
  readonly secure: boolean | 'auto';
  readonly sameSite: 'lax' | 'strict' | 'none' | 'auto' | undefined;
  readonly path: string;
  readonly domain: string | undefined;
  readonly priority: 'low' | 'medium' | 'high' | undefined;
  readonly partitioned: boolean;
  readonly encode: ((value: string) => string) | undefined;
}

// prettier-ignore
const KNOWN: ReadonlySet<string> = new Set<keyof CookieOptions>([
  'maxAge', 'expires', 'httpOnly', 'secure', 'sameSite', 'path', 'domain', 'priority', 'partitioned',
  'encode',
]);

/**
 * Checks cookie options and fills in the defaults.
 * @throws SessionOptionsError for an option that is unknown, wrong, or that browsers would refuse
 */
export function resolveCookieOptions(options: CookieOptions): CookieAttributes {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionsError('cookie', 'must be an object, or a function of the request that returns one');
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) {
      throw new SessionOptionsError(`cookie.${key}`, `is not an option of the session cookie${didYouMean(key, KNOWN)}`);
    }
  }
  const production = process.env['NODE_ENV'] === 'production';
  const attributes: CookieAttributes = {
    maxAge: checkMaxAge(options.maxAge),
    expires: checkExpires(options.expires),
    httpOnly: checkBoolean('httpOnly', options.httpOnly ?? true),
    secure: checkSecure(options.secure ?? (production ? true : 'auto')),
    sameSite: checkSameSite(options.sameSite ?? 'lax'),
    path: options.path ?? '/',
    domain: options.domain,
    priority: checkPriority(options.priority),
    partitioned: checkBoolean('partitioned', options.partitioned ?? false),
    encode: options.encode,
  };
  if (attributes.encode !== undefined && typeof attributes.encode !== 'function') {
    throw new SessionOptionsError('cookie.encode', 'must be a function of the value');
  }
  checkEncode(attributes.encode);
  if (typeof attributes.path !== 'string' || !attributes.path.startsWith('/')) {
    throw new SessionOptionsError('cookie.path', "must begin with '/'");
  }
  if (attributes.sameSite === 'none' && attributes.secure !== true) {
    throw new SessionOptionsError('cookie.sameSite', "'none' needs secure: true, or browsers refuse the cookie");
  }
  if (attributes.partitioned && attributes.secure !== true) {
    throw new SessionOptionsError('cookie.partitioned', 'needs secure: true, or browsers refuse the cookie');
  }
  for (const part of ['path', 'domain'] as const) {
    const value = attributes[part];
    if (value === undefined) continue;
    try {
      if (typeof value !== 'string') throw new TypeError();
      stringifySetCookie({ name: 'a', value: 'b', [part]: value });
    } catch {
      throw new SessionOptionsError(`cookie.${part}`, `is not a cookie's ${part} (RFC 6265)`);
    }
  }
  return attributes;
}

/** What `'auto'` means on a request. */
export function resolveAuto(
  { secure, sameSite }: CookieAttributes,
  requestIsSecure: boolean,
): { readonly secure: boolean; readonly sameSite: 'lax' | 'strict' | 'none' | undefined } {
  const travelsOverTls = secure === 'auto' ? requestIsSecure : secure;
  return {
    secure: travelsOverTls,
    // Browsers refuse 'none' without secure.
    sameSite: sameSite !== 'auto' ? sameSite : requestIsSecure && travelsOverTls ? 'none' : 'lax',
  };
}

/** Whether a request's path is one that the cookie's `path` is for (RFC 6265, section 5.1.4). */
export function pathMatches(cookiePath: string, requestPath: string): boolean {
  return (
    requestPath === cookiePath ||
    (requestPath.startsWith(cookiePath) && (cookiePath.endsWith('/') || requestPath[cookiePath.length] === '/'))
  );
}

/** What more than that is taken for, in milliseconds: a thousand years. The dates of cookies have years of four digits. */
export const LONGEST_LIFE = 1000 * 365 * 24 * 60 * 60 * 1000;

/** Checks a life in milliseconds, given as an option or set on `req.session.cookie`. */
export function checkMaxAge(maxAge: unknown): number | undefined {
  if (maxAge === undefined || maxAge === null) return undefined;
  if (typeof maxAge !== 'number' || !Number.isFinite(maxAge) || maxAge < 0) {
    throw new SessionOptionsError('cookie.maxAge', 'must be a number of milliseconds, zero or more');
  }
  return Math.min(maxAge, LONGEST_LIFE);
}

/** Checks a moment, given as an option or set on `req.session.cookie`. */
export function checkExpires(expires: unknown): Date | undefined {
  if (expires === undefined || expires === null) return undefined;
  if (!isDate(expires) || Number.isNaN(expires.getTime())) {
    throw new SessionOptionsError('cookie.expires', 'must be a valid Date');
  }
  return expires;
}

function checkEncode(encode: CookieAttributes['encode']): void {
  if (encode === undefined) return;
  const value = 's:id-of_43.signature+/';
  try {
    stringifySetCookie({ name: 'a', value }, { encode });
    if (decodeURIComponent(encode(value)) === value) return;
  } catch {
    // told below, whatever it was
  }
  throw new SessionOptionsError('cookie.encode', "must return a cookie's value that decodeURIComponent turns back");
}

function checkBoolean(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new SessionOptionsError(`cookie.${option}`, 'must be true or false');
}

function checkSecure(value: unknown): boolean | 'auto' {
  if (typeof value === 'boolean' || value === 'auto') return value;
  throw new SessionOptionsError('cookie.secure', "must be true, false or 'auto'");
}

function checkSameSite(value: unknown): CookieAttributes['sameSite'] {
  if (value === true || value === 'strict') return 'strict';
  if (value === false) return undefined;
  if (value === 'lax' || value === 'none' || value === 'auto') return value;
  throw new SessionOptionsError('cookie.sameSite', "must be true, false, 'lax', 'strict', 'none' or 'auto'");
}

function checkPriority(value: unknown): 'low' | 'medium' | 'high' | undefined {
  if (value === undefined || value === 'low' || value === 'medium' || value === 'high') return value;
  throw new SessionOptionsError('cookie.priority', "must be 'low', 'medium' or 'high'");
}
