import { timingSafeEqual, type KeyObject } from 'node:crypto';
import { sign } from 'cookie-signature';
import { RecentMap } from '../recent-map.js';
import { secretKeys, type Secret } from './cookie-secrets.js';

/** A signature's length: 32 bytes of SHA-256 in base64 without padding. */
const SIGNATURE_LENGTH = 43;

// Reused, so that no request allocates them.
const given = Buffer.alloc(SIGNATURE_LENGTH);
const expected = Buffer.alloc(SIGNATURE_LENGTH);

/** How many signatures are remembered at least. Each takes about 250 bytes. */
const REMEMBERED = 4096;

/** An id and its signature by one of the secrets. */
interface Signed {
  readonly verified: { readonly id: string; readonly secret: number };
  /** The cookie's value. */
  readonly value: string;
}

/**
 * Signs session ids and checks signatures, in the wire format of cookie-signature as express-session uses it:
 * `s:` + id + `.` + base64 of HMAC-SHA256 without padding. The first secret signs, and all of them verify.
 *
 * A MAC costs more than everything else that a request with an unused session needs, so the signatures that were computed
 * last are remembered.
 */
export class Signer {
  readonly #keys: readonly [KeyObject, ...KeyObject[]];
  /** By id. Only signatures of our own computation are in it. */
  readonly #known = new RecentMap<Signed>(REMEMBERED);

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
    const known = this.#known.get(id);
    return known?.verified.secret === 0 ? known.value : this.#remember(id, `s:${sign(id, this.#keys[0])}`, 0).value;
  }

  /** Whether a cookie's value has the form of a signed one, so that `verify` may have to compute a MAC. */
  isSigned(value: string): boolean {
    return idEnd(value) !== undefined;
  }

  /** The id in a cookie's value, and which secret signed it (0: the current one); `undefined` if none of them did. */
  verify(value: string): { readonly id: string; readonly secret: number } | undefined {
    const dot = idEnd(value);
    if (dot === undefined) return undefined;
    const id = value.slice(2, dot);
    given.write(value.slice(dot + 1), 'latin1');
    const known = this.#known.get(id);
    if (known !== undefined && isGiven(known.value)) return known.verified;
    for (const [secret, key] of this.#keys.entries()) {
      const value = `s:${sign(id, key)}`;
      if (isGiven(value)) return this.#remember(id, value, secret).verified;
    }
    return undefined;
  }

  #remember(id: string, value: string, secret: number): Signed {
    // Sliced out of the new value: a slice of the Cookie header would keep the whole header in memory.
    const own = value.slice(2, id.length + 2);
    const signed = { verified: { id: own, secret }, value };
    this.#known.set(own, signed);
    return signed;
  }
}

/** Compares a value's signature with the given one, in constant time, so that it cannot be found byte by byte (CWE-208). */
function isGiven(value: string): boolean {
  expected.write(value.slice(-SIGNATURE_LENGTH), 'latin1');
  return timingSafeEqual(given, expected);
}

/** Where the id in a cookie's value ends; `undefined` if the value does not have the form of a signed cookie. */
function idEnd(value: string): number | undefined {
  const dot = value.length - SIGNATURE_LENGTH - 1;
  return dot < 3 || !value.startsWith('s:') || value[dot] !== '.' ? undefined : dot;
}
