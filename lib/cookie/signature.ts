import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { SessionOptionsError } from '../errors.js';

/** What signs cookies: text, bytes, or a key of `node:crypto`. */
export type Secret = string | Buffer | Uint8Array | KeyObject;

/** A signature's length: 32 bytes of SHA-256 in base64 without padding. */
const SIGNATURE_LENGTH = 43;

/**
 * Signs session ids and checks signatures, in the wire format of cookie-signature as express-session uses it:
 * `s:` + id + `.` + base64 of HMAC-SHA256 without padding. The first secret signs, all of them verify.
 */
export class Signer {
  readonly #keys: readonly [KeyObject, ...KeyObject[]];

  /** @throws SessionOptionsError where there is no secret, or an empty one */
  constructor(secret: Secret | readonly Secret[] | undefined) {
    const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
    const [first, ...older] = secrets.map(toKey);
    if (first === undefined) {
      throw new SessionOptionsError('secret', 'the array is empty: the first secret signs, all of them verify');
    }
    this.#keys = [first, ...older];
  }

  /** The cookie's value for an id. */
  sign(id: string): string {
    return `s:${id}.${mac(this.#keys[0], id)}`;
  }

  /** The id of a cookie's value and which secret had signed it (0: the current one), or `undefined` if none had. */
  verify(value: string): { readonly id: string; readonly secret: number } | undefined {
    const dot = value.length - SIGNATURE_LENGTH - 1;
    if (dot < 3 || !value.startsWith('s:') || value[dot] !== '.') return undefined;
    const id = value.slice(2, dot);
    const given = Buffer.from(value.slice(dot + 1), 'latin1');
    for (const [secret, key] of this.#keys.entries()) {
      // Constant time, so that a signature cannot be found byte by byte (CWE-208).
      const expected = Buffer.from(mac(key, id), 'latin1');
      if (given.length === expected.length && timingSafeEqual(given, expected)) return { id, secret };
    }
    return undefined;
  }
}

function mac(key: KeyObject, id: string): string {
  const text = createHmac('sha256', key).update(id).digest('base64');
  return text.slice(0, SIGNATURE_LENGTH); // what follows is padding
}

function toKey(secret: unknown): KeyObject {
  if (typeof secret === 'string' || secret instanceof Uint8Array) {
    if (secret.length === 0) throw new SessionOptionsError('secret', 'is empty: give at least 32 random bytes');
    return typeof secret === 'string' ? createSecretKey(secret, 'utf8') : createSecretKey(secret);
  }
  if (typeof secret === 'object' && secret !== null && 'type' in secret && secret.type === 'secret') {
    return secret as KeyObject; // only key objects have this type
  }
  throw new SessionOptionsError(
    'secret',
    'is missing (is its environment variable set?): pass a string, a Buffer, a secret KeyObject, or an array of them (the first signs, all verify)',
  );
}
