import { stringifySetCookie, type SetCookie } from 'cookie';
import depd from 'depd';
import { ATTRIBUTE_NAMES } from '../cookie/cookie-attributes.js';
import { isDate, isError } from '../realms.js';
import type { CookieData, CookieOptions } from './drop-in-types.js';

// One for each file that tells: a notice is told once for each place which that file was called from.
const deprecated = depd('express-session');

/** A cookie's name by RFC 6265, which `cookie` 1.x is less strict about. */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** What a cookie's description has besides `originalMaxAge`, in express-session's order: of the table, what express-session has. */
const DESCRIBED = ATTRIBUTE_NAMES.filter((name) => name !== 'maxAge' && name !== 'encode');

/** The attributes that express-session takes: its types leave out some values of `maxAge`. */
export interface GivenCookie extends Omit<CookieOptions, 'maxAge'> {
  maxAge?: number | Date | null | undefined;
}

/**
 * The cookie of a session, as express-session has it: its life counts down, and it is kept with the session.
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
   * @throws TypeError where `options` is no object, or `maxAge` neither a number nor a `Date`
   */
  constructor(options?: GivenCookie | null) {
    this.path = '/';
    this.maxAge = null;
    this.httpOnly = true;
    if (options) {
      if (typeof options !== 'object') throw new TypeError('argument options must be a object');
      // Any property is kept, inherited ones too: stores hand in cookies of this class.
      const given = options as unknown as Record<string, unknown>;
      const own = this as unknown as Record<string, unknown>;
      for (const name in given) if (name !== 'data') own[name] = given[name];
    }
    if (typeof this.originalMaxAge !== 'number') this.originalMaxAge ??= this.maxAge as number | null; // it may be undefined, as there
  }

  /** The moment at which the cookie ends; `null` for a browser-session cookie. */
  get expires(): Date | null | undefined {
    return this._expires;
  }

  set expires(date: Date | null | undefined) {
    this._expires = date;
    this.originalMaxAge = this.maxAge as number | null; // it may be undefined, as there
  }

  /** How many milliseconds are left. Setting it begins to count anew. */
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

  /** The attributes, without what counts down. */
  get data(): CookieData {
    const data: Record<string, unknown> = { originalMaxAge: this.originalMaxAge };
    for (const name of DESCRIBED) data[name] = this[name];
    return data as unknown as CookieData; // each is what it was there
  }

  /**
   * The Set-Cookie header for a value.
   * @throws TypeError where an attribute cannot stand in a header
   */
  serialize(name: string, value: string): string {
    return dropInSetCookie(name, value, this.data);
  }

  /** What JSON has of the cookie: its {@link Cookie.data}. */
  toJSON(): CookieData {
    return this.data;
  }
}

// Whoever lists a cookie's properties with `for … in` finds these, as there.
for (const name of ['expires', 'maxAge', 'data', 'serialize', 'toJSON']) {
  Object.defineProperty(Cookie.prototype, name, { enumerable: true });
}

/**
 * A Set-Cookie header; there is never a `Max-Age` in it.
 * @param data - the attributes; an app may have put another object in the cookie's place, which has none
 * @throws TypeError that names the attribute which cannot stand in a header, and not its value
 */
export function dropInSetCookie(name: string, value: string, data: CookieData | undefined): string {
  if (!COOKIE_NAME.test(name)) throw new TypeError('argument name is invalid');
  let attribute: string | undefined;
  try {
    return stringifySetCookie(data === undefined ? { name, value } : attributesOf(name, value, data));
  } catch (error) {
    attribute = /^option (\w+) is invalid/.exec(isError(error) ? error.message : '')?.[1];
  }
  // without a cause, whose message holds the value
  throw new TypeError(attribute === undefined ? 'cookie is invalid' : `option ${attribute} is invalid`);
}

function attributesOf(name: string, value: string, data: CookieData): SetCookie {
  const cookie: Record<string, unknown> = { name, value };
  for (const attribute of DESCRIBED) {
    const given = data[attribute];
    if (given) cookie[attribute] = given;
  }
  return cookie as unknown as SetCookie; // what is none of its values is refused, as a wrong domain is
}
