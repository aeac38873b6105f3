import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { SessionOptionsError } from '../errors.js';
import { isBytes } from '../realms.js';

/**
 * A key of 256 bits: 32 bytes, a secret `KeyObject`, or the bytes as text in base64, base64url, or hex.
 *
 * @group Schema
 */
export type EncryptionKey = string | Uint8Array | KeyObject;

/** The prefix of an encrypted value in the store. The nonce, the tag, and the ciphertext follow it in base64url. */
const PREFIX = 'enc1.';
const NONCE = 12; // bytes, as NIST SP 800-38D recommends
const TAG = 16;

/**
 * Returns the keys of the option `encryption`.
 * @throws SessionOptionsError if a key does not have 256 bits, or if the list is empty
 */
export function encryptionKeys(given: EncryptionKey | readonly EncryptionKey[] | undefined): readonly KeyObject[] {
  if (given === undefined) return [];
  const keys = Array.isArray(given) ? (given as readonly EncryptionKey[]) : [given as EncryptionKey];
  if (keys.length === 0) throw new SessionOptionsError('encryption', 'is an empty list: pass a key');
  return keys.map(keyOf);
}

function keyOf(given: EncryptionKey): KeyObject {
  if (types.isKeyObject(given) && given.type === 'secret' && given.symmetricKeySize === 32) return given;
  const bytes = isBytes(given) ? given : typeof given === 'string' ? bytesOf(given) : undefined;
  if (bytes?.length === 32) return createSecretKey(bytes);
  throw new SessionOptionsError('encryption', 'each key must be 32 bytes; make one with: openssl rand -base64 32');
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, /^[\da-f]{64}$/i.test(text) ? 'hex' : 'base64'); // base64 also decodes base64url
}

/** Encrypts a value with AES-256-GCM and binds it to the field that it is stored in. */
export function seal(value: unknown, field: string, key: KeyObject): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(field));
  const text = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()];
  return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), ...text]).toString('base64url');
}

/** Decrypts a value of {@link seal}. Returns `plain` if the entry is not encrypted, and `locked` if no key decrypts it. */
export function open(
  entry: unknown,
  field: string,
  keys: readonly KeyObject[],
): { readonly value: unknown; readonly newest: boolean } | 'plain' | 'locked' {
  if (typeof entry !== 'string' || !entry.startsWith(PREFIX)) return 'plain';
  const bytes = Buffer.from(entry.slice(PREFIX.length), 'base64url');
  for (const [index, key] of keys.entries()) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(field))
        .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
      return { value: JSON.parse(text.toString()) as unknown, newest: index === 0 };
    } catch {
      // The value was encrypted with another key, or seal() did not write it.
    }
  }
  return 'locked';
}
