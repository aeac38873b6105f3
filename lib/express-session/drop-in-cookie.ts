import { stringifySetCookie, type SetCookie } from 'cookie';
import depd from 'depd';
import { ATTRIBUTE_NAMES } from '../cookie/cookie-attributes.js';
import { isDate, isError } from '../realms.js';
import type { CookieData, CookieOptions } from './drop-in-types.js';

// Each file that reports has its own: a notice is reported once for each place that called the file.
const deprecated = depd('express-session');

/** A cookie's name as RFC 6265 defines it. `cookie` 1.x is less strict. */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** The attributes of a cookie's `data` except `originalMaxAge`: those that express-session has, in its order. */
const DESCRIBED = ATTRIBUTE_NAMES.filter((name) => name !== 'maxAge' && name !== 'encode');

/** The attributes that express-session accepts. Its types leave out some values of `maxAge`. */
export interface GivenCookie extends Omit<CookieOptions, 'maxAge'> {
  maxAge?: number | Date | null | undefined;
}

/**
 * The cookie of a session, as in express-session: `maxAge` counts down, and the cookie is stored with the session.
 *
 * @example
 * ```ts
 * import { Cookie } from 'typed-session/express-session';
 *
 * const cookie = new Cookie({ maxAge: 60_000 });
 * console.log(cookie.originalMaxAge); // 60000
 * ```
 */
export class Cookie implements CookieData {
  declare originalMaxAge: number | null;
  declare partitioned: CookieData['partitioned'];
  declare priority: CookieData['priority'];
  declare secure: CookieData['secure'];
  declare httpOnly: boolean;
  declare domain: string | undefined;
  declare path: string;
  declare sameSite: CookieData['sameSite'];
  /** @internal */
  declare _expires: Date | null | undefined;

  /**
   * @param options - the attributes; any other property is kept too
   * @throws TypeError if `options` is not an object, or `maxAge` is neither a number nor a `Date`
   */
  constructor(options?: GivenCookie | null) {
    this.path = '/';
    this.maxAge = null;
    this.httpOnly = true;
    if (options) {
      if (typeof options !== 'object') throw new TypeError('argument options must be a object');
      // Every property is kept, inherited ones too, because stores pass cookies of this class.
      const given = options as unknown as Record<string, unknown>;
      const own = this as unknown as Record<string, unknown>;
      for (const name in given) if (name !== 'data') own[name] = given[name];
    }
    if (typeof this.originalMaxAge !== 'number') this.originalMaxAge ??= this.maxAge as number | null; // it may be undefined, as in express-session
  }

  /** When the cookie expires; `null` for a browser-session cookie. */
  get expires(): Date | null | undefined {
    return this._expires;
  }

  set expires(date: Date | null | undefined) {
    this._expires = date;
    this.originalMaxAge = this.maxAge as number | null; // it may be undefined, as in express-session
  }

  /** The remaining lifetime in milliseconds. Setting it restarts the countdown. */
  get maxAge(): number | null | undefined {
    return isDate(this.expires) ? this.expires.getTime() - Date.now() : this.expires;
  }

  set maxAge(life: number | Date | null | undefined) {
    if (life && typeof life !== 'number' && !isDate(life)) {
      throw new TypeError('maxAge must be a number or Date');
    }
    if (isDate(life)) deprecated('maxAge as Date; pass number of milliseconds instead');
    this.expires = typeof life === 'number' ? new Date(Date.now() + life) : life;
  }

  /** The attributes, without those that count down. */
  get data(): CookieData {
    const data: Record<string, unknown> = { originalMaxAge: this.originalMaxAge };
    for (const name of DESCRIBED) data[name] = this[name];
    return data as unknown as CookieData; // each is what it was there
  }

  /**
   * The Set-Cookie header for a value.
   * @throws TypeError if an attribute cannot be part of a header
   */
  serialize(name: string, value: string): string {
    return dropInSetCookie(name, value, this.data);
  }

  /** Returns {@link Cookie.data}, for JSON. */
  toJSON(): CookieData {
    return this.data;
  }
}

// They are enumerable, so that `for … in` lists them, as in express-session.
for (const name of ['expires', 'maxAge', 'data', 'serialize', 'toJSON']) {
  Object.defineProperty(Cookie.prototype, name, { enumerable: true });
}

/**
 * Returns a Set-Cookie header, which never contains `Max-Age`.
 * @param data - the attributes; an app may have replaced the cookie with an object that has none
 * @throws TypeError that names the attribute that cannot be part of a header, but not its value
 */
export function dropInSetCookie(name: string, value: string, data: CookieData | undefined): string {
  if (!COOKIE_NAME.test(name)) throw new TypeError('argument name is invalid');
  let attribute: string | undefined;
  try {
    return stringifySetCookie(data === undefined ? { name, value } : attributesOf(name, value, data));
  } catch (error) {
    attribute = /^option (\w+) is invalid/.exec(isError(error) ? error.message : '')?.[1];
  }
  // without a cause, because its message contains the value
  throw new TypeError(attribute === undefined ? 'cookie is invalid' : `option ${attribute} is invalid`);
}

function attributesOf(name: string, value: string, data: CookieData): SetCookie {
  const cookie: Record<string, unknown> = { name, value };
  for (const attribute of DESCRIBED) {
    const given = data[attribute];
    if (given) cookie[attribute] = given;
  }
  return cookie as unknown as SetCookie; // any other value is refused, as a wrong domain is
}
