import { hash } from 'node:crypto';

/**
 * Returns the key of a session in the store: the cookie's name and the SHA-256 of the session id. The name separates the
 * sessions of middlewares that share a store. Because of the hash, anyone who can read the store cannot create a cookie
 * from its contents (OWASP Session Management Cheat Sheet, "Session ID Properties"). A name never contains a colon.
 */
export function keyOf(id: string, name: string): string {
  return `${name}:${hash('sha256', id, 'base64url')}`;
}

/** Returns the name in a key of {@link keyOf}; empty if the key contains no colon. */
export function nameOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(':')));
}
