import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject } from 'node:crypto';

/** What a sealed text stands for. A text of one kind is not accepted as one of another. */
type Kind = 'session' | 'principal' | 'cursor';

const NONCE = 12;
const TAG = 16;

interface Keys {
  readonly cipher: Uint8Array;
  readonly nonce: Uint8Array;
}

/**
 * Encrypts what the addresses and forms of the inspector refer to: keys of the store, principals, and cursors. So access logs
 * and browser histories contain none of them, and a form cannot name anything that the inspector did not show. With a store made
 * for express-session, a key is the session id itself.
 *
 * The keys are derived from the secrets of the cookie, so that every process of the app understands the same addresses.
 */
export class SealedText {
  readonly #keys: readonly Keys[];

  /** @param secrets - the secrets of the app; the first one seals, and all of them open */
  constructor(secrets: readonly KeyObject[]) {
    this.#keys = secrets.map((secret) => {
      const derived = new Uint8Array(hkdfSync('sha256', secret, '', 'typed-session inspector', 64));
      return { cipher: derived.subarray(0, 32), nonce: derived.subarray(32) };
    });
  }

  /** The same text always has the same sealed form, so that addresses are stable. */
  seal(kind: Kind, text: string): string {
    const [keys] = this.#keys;
    if (keys === undefined) throw new TypeError('A session has at least one secret.');
    // A nonce that depends on the whole message is never used for two different ones.
    const nonce = createHmac('sha256', keys.nonce).update(`${kind}:${text}`).digest().subarray(0, NONCE);
    const cipher = createCipheriv('aes-256-gcm', keys.cipher, nonce).setAAD(Buffer.from(kind));
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** The text; `undefined` if nothing of that kind was sealed so. */
  open(kind: Kind, sealed: string | undefined): string | undefined {
    const bytes = Buffer.from(sealed ?? '', 'base64url');
    if (bytes.length < NONCE + TAG) return undefined;
    for (const keys of this.#keys) {
      try {
        const nonce = bytes.subarray(0, NONCE);
        const cipher = createDecipheriv('aes-256-gcm', keys.cipher, nonce, { authTagLength: TAG });
        cipher.setAAD(Buffer.from(kind)).setAuthTag(bytes.subarray(-TAG));
        return Buffer.concat([cipher.update(bytes.subarray(NONCE, -TAG)), cipher.final()]).toString();
      } catch {
        // Another secret may have sealed it.
      }
    }
    return undefined;
  }
}
