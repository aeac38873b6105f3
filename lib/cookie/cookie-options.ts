import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import {
  ATTRIBUTE_NAMES,
  COOKIE_ATTRIBUTES,
  PLAIN_ATTRIBUTES,
  type CookieOptions,
  type PlainAttribute,
} from './cookie-attributes.js';

/** The attributes, checked, with all defaults filled in. */
export type CookieAttributes = {
  readonly [N in keyof typeof COOKIE_ATTRIBUTES]: ReturnType<(typeof COOKIE_ATTRIBUTES)[N]['check']>;
};

/**
 * Checks cookie options and fills in the defaults.
 * @throws SessionOptionsError for an option that is unknown, wrong, or that browsers would refuse
 */
export function resolveCookieOptions(options: CookieOptions): CookieAttributes {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionsError('cookie', 'must be an object, or a function of the request that returns one');
  }
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(COOKIE_ATTRIBUTES, key)) {
      const slip = didYouMean(key, ATTRIBUTE_NAMES);
      throw new SessionOptionsError(`cookie.${key}`, `is not an option of the session cookie${slip}`);
    }
  }
  const checked: Record<string, unknown> = {};
  for (const name of ATTRIBUTE_NAMES) checked[name] = COOKIE_ATTRIBUTES[name].check(options[name]);
  const attributes = checked as CookieAttributes; // what the checks return
  if (attributes.sameSite === 'none' && attributes.secure !== true) {
    throw new SessionOptionsError('cookie.sameSite', "'none' needs secure: true, or browsers refuse the cookie");
  }
  if (attributes.partitioned && attributes.secure !== true) {
    throw new SessionOptionsError('cookie.partitioned', 'needs secure: true, or browsers refuse the cookie');
  }
  return attributes;
}

/** The plain attributes of one cookie. An absent attribute is not sent. */
type PlainAttributes = { readonly [N in PlainAttribute]?: Exclude<CookieAttributes[N], 'auto' | undefined> };

/**
 * The plain attributes as the response to a request sends them, and as express-session stores them. `false` is treated as
 * absent, except for `httpOnly`: express-session turns it on if the stored cookie does not have it.
 */
export function plainAttributes(attributes: CookieAttributes, requestIsSecure: boolean): PlainAttributes {
  const resolved = { ...attributes, ...resolveAuto(attributes, requestIsSecure) };
  const plain: Partial<Record<PlainAttribute, unknown>> = {};
  for (const name of PLAIN_ATTRIBUTES) {
    const value = resolved[name];
    if (value !== undefined && (value !== false || name === 'httpOnly')) plain[name] = value;
  }
  return plain as PlainAttributes; // each has the type that it had there
}

/** What `'auto'` means on a request. */
function resolveAuto(
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

/** Whether the cookie's `path` covers a request's path (RFC 6265, section 5.1.4). */
export function pathMatches(cookiePath: string, requestPath: string): boolean {
  return (
    requestPath === cookiePath ||
    (requestPath.startsWith(cookiePath) && (cookiePath.endsWith('/') || requestPath[cookiePath.length] === '/'))
  );
}
