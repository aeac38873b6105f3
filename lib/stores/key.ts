import { hash } from 'node:crypto';

/**
 * The key of an id in the store: its SHA-256, so that whoever reads the store cannot make a cookie of what is in it
 * (OWASP Session Management Cheat Sheet, "Session ID Properties"). Always a fresh string, which pins no header.
 */
export function keyOf(id: string): string {
  return hash('sha256', id, 'base64url');
}
