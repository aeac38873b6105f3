/**
 * What Cache-Control means for shared caches (RFC 9111, section 5.2.2), and the fields that address one kind of cache
 * instead (RFC 9213). A shared cache that keeps a response with Set-Cookie hands one visitor's session to another.
 */

/** Fields that address the caches of a CDN, which then ignore Cache-Control. */
const TARGETED = /^(?:.*-)?cdn-cache-control$|^surrogate-control$/;

/** Directives that only shared caches follow. They have no effect in a private response. */
const FOR_SHARED_CACHES = new Set(['public', 's-maxage', 'proxy-revalidate', 'private']);

interface Directive {
  readonly name: string;
  readonly text: string;
}

/** The headers of a host's response. */
export interface HeaderFields {
  /** The names of the fields that are set. */
  names(): readonly string[];
  /** The value of a field, with several values joined by commas; `undefined` if it is not set. */
  get(field: string): string | undefined;
  set(field: string, value: string): void;
}

/** Whether shared caches may keep a response with these headers. */
export function isCacheable(headers: HeaderFields): boolean {
  const fields = ['Cache-Control', ...headers.names().filter(isTargeted)];
  return fields.some((field) => {
    const value = headers.get(field);
    return value !== undefined && isShared(value);
  });
}

/**
 * Keeps a response that sets the session cookie out of shared caches, which would pass the session on to other visitors (OWASP
 * Session Management, "Web Content Caching").
 */
export function keepPrivate(headers: HeaderFields): void {
  const value = headers.get('Cache-Control');
  if (value === undefined || value === '') headers.set('Cache-Control', 'no-store');
  else if (isShared(value)) headers.set('Cache-Control', privateOf(value));
  for (const field of headers.names().filter(isTargeted)) {
    if (isShared(headers.get(field) ?? '')) headers.set(field, 'no-store');
  }
}

/** Whether a header field addresses the caches of a CDN. */
export function isTargeted(field: string): boolean {
  return TARGETED.test(field.toLowerCase());
}

/** Whether shared caches may keep a response with this Cache-Control, or with this value of a targeted field. */
export function isShared(value: string): boolean {
  return !directivesOf(value).some(({ name, text }) => {
    if (name === 'no-store') return true;
    if (name !== 'private') return false;
    return !text.includes('=') || /\bset-cookie\b/i.test(text); // private="x-name" protects that field alone
  });
}

/** The same Cache-Control for a response that shared caches must not keep. */
export function privateOf(value: string): string {
  const kept = directivesOf(value).filter(({ name }) => !FOR_SHARED_CACHES.has(name));
  return ['private', ...kept.map(({ text }) => text)].join(', ');
}

/** Splits the value at its commas, except for those in quotes. */
function directivesOf(value: string): Directive[] {
  const texts = value.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => ({ name: text.split('=', 1)[0]?.trim().toLowerCase() ?? '', text }));
}
