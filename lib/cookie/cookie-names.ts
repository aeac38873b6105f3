import { SessionOptionsError } from '../errors.js';
import type { CookieAttributes } from './cookie-options.js';

/** The cookie's name, and then the other names under which a cookie is still accepted. */
export type CookieNames = readonly [first: string, ...others: string[]];

/** A key in the store contains the name, and has at most 512 characters. */
const LONGEST_NAME = 256;

/**
 * Checks the option `name`, or chooses its default.
 * @param attributes - the cookie's attributes; `undefined` if a function returns them for each request
 * @throws SessionOptionsError
 */
export function cookieNames(given: unknown, attributes: CookieAttributes | undefined): CookieNames {
  if (given === undefined || given === null) {
    const canBeHost = attributes?.secure === true && attributes.path === '/' && attributes.domain === undefined;
    return [canBeHost ? '__Host-sid' : 'sid', 'connect.sid'];
  }
  const [first, ...others] = (Array.isArray(given) ? given : [given]).map(checkCookieName);
  if (first === undefined) {
    throw new SessionOptionsError('name', 'the list is empty: the cookie is set under the first name, all are read');
  }
  if (new Set([first, ...others]).size <= others.length) {
    throw new SessionOptionsError('name', 'the list contains a name twice');
  }
  return [first, ...others];
}

/** Checks a cookie's name against RFC 6265. */
function checkCookieName(name: unknown): string {
  if (typeof name !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new SessionOptionsError('name', "is not a cookie name (RFC 6265: letters, digits and !#$%&'*+-.^_`|~)");
  }
  if (name.length > LONGEST_NAME) {
    throw new SessionOptionsError('name', `is too long: a name has at most ${LONGEST_NAME} characters`);
  }
  return name;
}

/** What a prefix of the name requires. Browsers drop a cookie whose attributes do not meet it. */
const PREFIXES: readonly { readonly prefix: string; readonly httpOnly: boolean; readonly host: boolean }[] = [
  { prefix: '__secure-', httpOnly: false, host: false },
  { prefix: '__host-', httpOnly: false, host: true },
  { prefix: '__http-', httpOnly: true, host: false },
  { prefix: '__host-http-', httpOnly: true, host: true },
];

/**
 * Checks the attributes against the prefix of the name (RFC 6265bis, section 4.1.3).
 * @returns the attributes
 * @throws SessionOptionsError
 */
export function checkPrefix(name: string, attributes: CookieAttributes): CookieAttributes {
  const lower = name.toLowerCase();
  const rules = PREFIXES.filter(({ prefix }) => lower.startsWith(prefix));
  if (rules.length === 0) return attributes;
  if (attributes.secure !== true) {
    throw new SessionOptionsError('cookie.secure', `must be true for a cookie named ${name}`);
  }
  if (rules.some(({ httpOnly }) => httpOnly) && !attributes.httpOnly) {
    throw new SessionOptionsError('cookie.httpOnly', `must be true for a cookie named ${name}`);
  }
  if (!rules.some(({ host }) => host)) return attributes;
  if (attributes.path !== '/') {
    throw new SessionOptionsError('cookie.path', `must be '/' for a cookie named ${name}`);
  }
  if (attributes.domain !== undefined) {
    throw new SessionOptionsError('cookie.domain', `must be left out for a cookie named ${name}`);
  }
  return attributes;
}
