import { looksSigned } from './cookie-verdict.js';

/** A cookie as it was passed to the command. */
export interface GivenCookie {
  /** `undefined` if only the value was passed. */
  readonly name: string | undefined;
  readonly value: string;
}

const PAIR = /^([\w!#$%&'*+.^`|~-]+)=(.*)$/s;

/** The names that the middleware uses by default. */
const DEFAULT_NAMES = ['__Host-sid', 'sid', 'connect.sid'];

/**
 * Finds the session cookie in what was passed: a value, `name=value`, a Cookie header, or a Set-Cookie header.
 * @param names - the names of the app's cookie, the first one first; empty if they are not known
 */
export function givenCookie(text: string, names: readonly string[]): GivenCookie {
  const isHeader = /^\s*(?:set-)?cookie:/i;
  const pairs = text
    .replace(isHeader, '')
    .split(';')
    .map((part) => PAIR.exec(part.trim()))
    .filter((match) => match !== null)
    .map(([, name = '', value = '']) => ({ name, value: unquoted(value) }));
  if (!PAIR.test(text.replace(isHeader, '').trim())) return { name: undefined, value: unquoted(text.trim()) };
  for (const name of [...names, ...(names.length === 0 ? DEFAULT_NAMES : [])]) {
    const found = pairs.find((pair) => pair.name === name);
    if (found !== undefined) return found;
  }
  const signed = pairs.find(({ value }) => looksSigned(value));
  return signed ?? pairs[0] ?? { name: undefined, value: '' };
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
