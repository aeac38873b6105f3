import { timingSafeEqual, type KeyObject } from 'node:crypto';
import { sign } from 'cookie-signature';
import { secretKeys, type Secret } from './cookie-secrets.js';

/** A signature's length: 32 bytes of SHA-256 in base64 without padding. */
const SIGNATURE_LENGTH = 43;

// Reused, so that no request allocates them.
const given = Buffer.alloc(SIGNATURE_LENGTH);
const expected = Buffer.alloc(SIGNATURE_LENGTH);

/**
 * Signs session ids and checks signatures, in the wire format of cookie-signature as express-session uses it:
 * `s:` + id + `.` + base64 of HMAC-SHA256 without padding. The first secret signs, and all of them verify.
 */
export class Signer {
  readonly #keys: readonly [KeyObject, ...KeyObject[]];

  /** @throws SessionOptionsError if there is no secret, or an empty one */
  constructor(secret: Secret | readonly Secret[] | undefined) {
    this.#keys = secretKeys(secret);
  }

  /** The secrets, as keys; the first one signs. */
  get keys(): readonly KeyObject[] {
    return this.#keys;
  }

  /** Whether a cookie that one of the two signers has signed can be valid for the other. */
  sharesSecretWith(other: Signer): boolean {
    return this.#keys.some((key) => other.#keys.some((one) => key.equals(one)));
  }

  /** The cookie's value for an id. */
  sign(id: string): string {
    return `s:${sign(id, this.#keys[0])}`;
  }

  /** Whether a cookie's value has the form of a signed one, so that `verify` has to compute a MAC. */
  isSigned(value: string): boolean {
    return idEnd(value) !== undefined;
  }

  /** The id in a cookie's value, and which secret signed it (0: the current one); `undefined` if none of them did. */
  verify(value: string): { readonly id: string; readonly secret: number } | undefined {
    const dot = idEnd(value);
    if (dot === undefined) return undefined;
    const id = value.slice(2, dot);
    given.write(value.slice(dot + 1), 'latin1');
    for (const [secret, key] of this.#keys.entries()) {
      expected.write(sign(id, key).slice(-SIGNATURE_LENGTH), 'latin1');
      // Constant time, so that a signature cannot be found byte by byte (CWE-208).
      if (timingSafeEqual(given, expected)) return { id, secret };
    }
    return undefined;
  }
}

/** Where the id in a cookie's value ends; `undefined` if the value does not have the form of a signed cookie. */
function idEnd(value: string): number | undefined {
  const dot = value.length - SIGNATURE_LENGTH - 1;
  return dot < 3 || !value.startsWith('s:') || value[dot] !== '.' ? undefined : dot;
}
