import { createSecretKey, type KeyObject } from 'node:crypto';
import { SessionOptionsError } from '../errors.js';
import { bytesOf } from '../realms.js';

/**
 * A secret that signs cookies: text, bytes, or a key of `node:crypto`.
 *
 * @group Sessions
 */
export type Secret = string | NodeJS.ArrayBufferView | KeyObject;

/** The length of the output of HMAC-SHA256 (RFC 2104, section 3). */
const ENOUGH_BYTES = 32;

/** How many bytes of a secret are checked. */
const LOOKED_AT = 1024;

const ADVICE = 'use 32 random bytes or more, such as the output of: openssl rand -base64 32';

/** Words that examples, tutorials, and templates use as a secret, or build one from. */
const KNOWN_WORDS =
  `a all an and any app application at auto be better bytes cat change characters chars code come config cookie css default
  demo dev development do env environment example express fallback fix foo bar for from generate generated go here hello id
  in insecure int is it jwt key keyboard koa least let letmein local long longer login me min minimum must my nest never node not
  of only or our passport passphrase password phrase placeholder please private prod production quick random real replace
  safe sample scotch scotchy secret secretkey secrets secure session sessions sess set shall should shh sid sign signing some
  something start starter store string strong super superduper temp template test testing text that the this thisis to token
  todo top tutorial typed unsafe use used value very web with word world you your yourself`.split(/\s+/);

/**
 * The option `secret` as keys.
 * @throws SessionOptionsError if there is no secret, or an empty one
 */
export function secretKeys(secret: Secret | readonly Secret[] | undefined): readonly [KeyObject, ...KeyObject[]] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  const [first, ...older] = secrets.map(toKey);
  if (first === undefined) {
    throw new SessionOptionsError('secret', 'the array is empty: the first secret signs, all of them verify');
  }
  return [first, ...older];
}

function toKey(secret: unknown): KeyObject {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : bytesOf(secret);
  if (bytes !== undefined) {
    if (bytes.length === 0) throw new SessionOptionsError('secret', 'is empty: give at least 32 random bytes');
    return createSecretKey(bytes);
  }
  if (typeof secret === 'object' && secret !== null && 'type' in secret && secret.type === 'secret') {
    return secret as KeyObject; // only key objects have this type
  }
  const slip =
    secret === undefined || secret === null ? 'is missing (is its environment variable set?)' : 'is no secret';
  throw new SessionOptionsError(
    'secret',
    `${slip}: pass a string, bytes, a secret KeyObject, or an array of them (the first signs, all verify)`,
  );
}

/**
 * Reports secrets that an attacker can guess. In production, one that signs is refused if `refuses` is set. Anything else
 * causes a process warning, once: outside production, and for an older secret that only verifies, because a site that
 * replaces a weak secret has to accept the cookies that it signed.
 * @throws SessionOptionsError
 */
export function reportWeakSecrets(keys: readonly KeyObject[], refuses: boolean): void {
  for (const [at, key] of keys.entries()) {
    const weakness = weaknessOf(key.export().subarray(0, LOOKED_AT));
    if (weakness === undefined) continue;
    const option = keys.length === 1 ? 'secret' : `secret[${String(at)}]`;
    if (at === 0 && refuses && process.env['NODE_ENV'] === 'production') {
      throw new SessionOptionsError(option, `${weakness}: ${ADVICE}`);
    }
    warnOnce(
      at === 0
        ? `${option}: ${weakness}: ${ADVICE}.${refuses ? ' In production it is refused.' : ''}`
        : `${option}: ${weakness}. Remove it as soon as the cookies that it signed have expired.`,
    );
  }
}

const warnings = new Set<string>();

function warnOnce(message: string): void {
  if (warnings.has(message)) return;
  warnings.add(message);
  process.emitWarning(message, { type: 'TypedSessionWarning', code: 'TYPED_SESSION_WEAK_SECRET' });
}

/** Why a secret can be guessed; `undefined` if no reason is known. */
export function weaknessOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8').toLowerCase().replace(/[^a-z0-9]/g, ''); // prettier-ignore
  if (new Set(text).size > 2 && isMadeOfKnownWords(text))
    return 'is a text that examples use, so anyone can sign with it';
  if (bytes.length < ENOUGH_BYTES) return `has ${String(bytes.length)} bytes, fewer than ${String(ENOUGH_BYTES)}`;
  return isMonotonous(bytes) ? 'repeats itself or counts up, so it can be guessed' : undefined;
}

/** Whether a text consists of known words and digits, in any order: `your-secret-key-change-me-123`. */
function isMadeOfKnownWords(text: string): boolean {
  if (text.length > 200) return false;
  const reachable = new Set([0]);
  for (let at = 0; at < text.length; at++) {
    if (!reachable.has(at)) continue;
    if (/\d/.test(text.charAt(at))) reachable.add(at + 1);
    for (const word of KNOWN_WORDS) if (text.startsWith(word, at)) reachable.add(at + word.length);
  }
  return reachable.has(text.length) && !/^\d+$/.test(text);
}

/** Whether it has few different bytes, repeats a short piece, or most of its bytes follow from the one before. */
function isMonotonous(bytes: Buffer): boolean {
  if (new Set(bytes).size < 6) return true;
  for (let period = 1; period <= bytes.length / 2; period++) {
    if (bytes.subarray(period).equals(bytes.subarray(0, bytes.length - period))) return true;
  }
  let steps = 0;
  for (let at = 1; at < bytes.length; at++) {
    if (Math.abs((bytes[at] ?? 0) - (bytes[at - 1] ?? 0)) <= 1) steps++;
  }
  return steps >= ((bytes.length - 1) * 2) / 3;
}
