import { hash } from 'node:crypto';

/**
 * The key of a session in the store: the cookie's name, and the SHA-256 of the session's id. The name keeps apart the
 * sessions of middlewares that share a store. The hash keeps anyone who reads the store from making a cookie of what is
 * in it (OWASP Session Management Cheat Sheet, "Session ID Properties"). No name contains a colon.
 */
export function keyOf(id: string, name: string): string {
  return `${name}:${hash('sha256', id, 'base64url')}`;
}

/** The name in a key of {@link keyOf}; empty for any other key. */
export function nameOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(':')));
}
