import { stringifySetCookie } from 'cookie';
import { SessionOptionsError } from '../errors.js';
import { LONGEST_LIFE, checkExpires, checkMaxAge, type PlainAttribute } from './cookie-attributes.js';
import { plainAttributes, type CookieAttributes } from './cookie-options.js';

/**
 * The cookie of one session, as `req.session.cookie`. Its attributes come from the current options, not from the stored
 * session. Only its lifetime can be set for one session ("remember me"), and is stored with it.
 *
 * @example
 * ```ts
 * import express from 'express';
 *
 * const app = express();
 * app.post('/remember-me', (req, res) => {
 *   req.session.cookie.maxAge = 30 * 24 * 60 * 60 * 1000; // thirty days, in milliseconds
 *   res.sendStatus(204);
 * });
 * ```
 * @group Sessions
 */
export class SessionCookie implements Pick<CookieAttributes, PlainAttribute> {
  readonly #attributes: CookieAttributes;
  #maxAge: number | undefined;
  #expiresAt: number | undefined;
  /** The lifetime that this session was given; stored in its record. */
  #own: number | null | undefined;
  /** Whether `#own` was set by this request. */
  #wasSet = false;

  /** @internal */
  constructor(attributes: CookieAttributes, ownMaxAge: number | null | undefined) {
    this.#attributes = attributes;
    this.#maxAge =
      ownMaxAge === undefined ? attributes.maxAge : ownMaxAge === null ? undefined : Math.min(ownMaxAge, LONGEST_LIFE);
    this.#expiresAt = ownMaxAge === undefined ? attributes.expires?.getTime() : undefined;
    this.#own = ownMaxAge;
  }

  /**
   * The cookie's lifetime in milliseconds from the moment it is set; `undefined` for a browser-session cookie. Setting it
   * also moves the session's idle deadline, unless `idleTimeout` is given, and sends the cookie again.
   */
  get maxAge(): number | undefined {
    if (this.#expiresAt === undefined) return this.#maxAge;
    return Math.min(Math.max(0, this.#expiresAt - Date.now()), LONGEST_LIFE);
  }

  set maxAge(maxAge: number | null | undefined) {
    this.#maxAge = checkMaxAge(maxAge);
    this.#expiresAt = undefined;
    this.#own = this.#maxAge ?? null;
    this.#wasSet = true;
  }

  /**
   * Returns to the lifetime of the attributes, unless this request has set another one.
   * @internal
   */
  forget(): void {
    if (this.#wasSet || this.#own === undefined) return;
    this.#maxAge = this.#attributes.maxAge;
    this.#expiresAt = this.#attributes.expires?.getTime();
    this.#own = undefined;
  }

  /** When the cookie expires if it is set now; `undefined` for a browser-session cookie. */
  get expires(): Date | undefined {
    if (this.#expiresAt !== undefined) return new Date(this.#expiresAt);
    return this.#maxAge === undefined ? undefined : new Date(Date.now() + this.#maxAge);
  }

  set expires(expires: Date | null | undefined) {
    const moment = checkExpires(expires);
    this.maxAge = moment === undefined ? undefined : Math.max(0, moment.getTime() - Date.now());
  }

  /** The `maxAge` that the session began with, in milliseconds, under express-session's name. */
  get originalMaxAge(): number | undefined {
    return this.#maxAge;
  }

  /** Whether the cookie is hidden from scripts in the page. */
  get httpOnly(): boolean {
    return this.#attributes.httpOnly;
  }

  /** Whether the cookie is sent over TLS only; `'auto'` means only if the request came over TLS. */
  get secure(): boolean | 'auto' {
    return this.#attributes.secure;
  }

  /** Whether requests from other sites carry the cookie; `'auto'` depends on whether the request came over TLS. */
  get sameSite(): 'lax' | 'strict' | 'none' | 'auto' | undefined {
    return this.#attributes.sameSite;
  }

  /** The path that a request's path must begin with. */
  get path(): string {
    return this.#attributes.path;
  }

  /** The domain that the cookie is sent to; `undefined` if it is sent to this host only. */
  get domain(): string | undefined {
    return this.#attributes.domain;
  }

  /** Which cookies Chromium evicts last. */
  get priority(): 'low' | 'medium' | 'high' | undefined {
    return this.#attributes.priority;
  }

  /** Whether the browser keeps one cookie jar for each top-level site. */
  get partitioned(): boolean {
    return this.#attributes.partitioned;
  }

  /**
   * The lifetime that this session was given, for its record; `undefined` if it was given none.
   * @internal
   */
  get ownMaxAge(): number | null | undefined {
    return this.#own;
  }
}

/**
 * A Set-Cookie header with this value, which the browser keeps for `life` milliseconds, or until it closes.
 * @throws SessionOptionsError if the value cannot be written into a cookie
 */
export function setCookieHeader(
  name: string,
  value: string,
  attributes: CookieAttributes,
  requestIsSecure: boolean,
  life: number | undefined,
): string {
  try {
    const { before, between, after } = partsOf(attributes, requestIsSecure, life !== undefined);
    const text = (attributes.encode ?? encodeURIComponent)(value);
    if (attributes.encode !== undefined) stringifySetCookie({ name, value }, { encode: () => text }); // checks the text
    // Both: Expires is what express-session sends. Browsers prefer Max-Age, which does not depend on the client's clock.
    return life === undefined
      ? `${name}=${text}${before}`
      : `${name}=${text}${before}${String(Math.floor(life / 1000))}${between}${httpDate(Date.now() + life)}${after}`;
  } catch {
    // Without a cause: the message of the package cookie quotes the id and its signature.
    throw new SessionOptionsError(
      attributes.encode === undefined ? 'genid' : 'cookie.encode',
      'returned text that a cookie cannot hold (RFC 6265, section 4.1.1), so the session cookie was not set: encode ids with encodeURIComponent, which is the default',
    );
  }
}

/** The parts of a Set-Cookie header that are the same for every session; `before` is all if the cookie has no lifetime. */
interface HeaderParts {
  /** What follows the value. */
  readonly before: string;
  /** What is between Max-Age and Expires. */
  readonly between: string;
  readonly after: string;
}

/** The parts for each set of attributes: for insecure and for secure requests, with and without a lifetime. */
const known = new WeakMap<CookieAttributes, Map<string, HeaderParts>>();

function partsOf(attributes: CookieAttributes, requestIsSecure: boolean, hasLife: boolean): HeaderParts {
  let ofThese = known.get(attributes);
  if (ofThese === undefined) known.set(attributes, (ofThese = new Map<string, HeaderParts>()));
  const kind = `${String(requestIsSecure)} ${String(hasLife)}`;
  let parts = ofThese.get(kind);
  if (parts === undefined) {
    const plain = plainAttributes(attributes, requestIsSecure);
    const example = { name: 'a', value: 'b', ...plain, ...(hasLife && { maxAge: 0, expires: new Date(0) }) };
    // The package has one order for attributes: Expires comes after Max-Age, with others in between.
    const [before = '', between = '', after = ''] = stringifySetCookie(example)
      .slice('a=b'.length)
      .split(hasLife ? /(?<=; Max-Age=)0|(?<=; Expires=)[^;]*/ : '\0');
    ofThese.set(kind, (parts = { before, between, after }));
  }
  return parts;
}

/** The text of the second that was written last: cookies that are set in the same second mostly expire in the same one. */
let lastDate = { second: 0, text: new Date(0).toUTCString() };

function httpDate(moment: number): string {
  const second = Math.floor(moment / 1000);
  if (second !== lastDate.second) lastDate = { second, text: new Date(moment).toUTCString() };
  return lastDate.text;
}

/** A Set-Cookie header that makes the browser drop the cookie. Its scope must be that of the cookie. */
export function clearCookieHeader(name: string, attributes: CookieAttributes, requestIsSecure: boolean): string {
  return stringifySetCookie({
    name,
    value: '',
    ...plainAttributes(attributes, requestIsSecure),
    maxAge: 0,
    expires: new Date(0),
  });
}
