import { Signer } from '../cookie/cookie-signature.js';

/** A secret, and where it comes from. The text itself is never printed. */
export interface NamedSecret {
  /** For example `SESSION_SECRET, secret 2 of 3`. */
  readonly label: string;
  readonly text: string;
}

/** What became of a cookie. */
export type CookieVerdict =
  | { readonly ok: true; readonly id: string; readonly secret: number }
  | { readonly ok: false; readonly reason: RefusalReason; readonly message: string; readonly advice: string };

export type RefusalReason = 'empty' | 'encoding' | 'encoded-twice' | 'not-signed' | 'cut-off' | 'wrong-signature';

const refused = (reason: RefusalReason, message: string, advice: string): CookieVerdict => ({ ok: false, reason, message, advice }); // prettier-ignore

/** Whether a value has the form of a signed cookie, as one that is sent as it is, or encoded. */
export function looksSigned(value: string): boolean {
  return /^s(?::|%3A)/i.test(value);
}

/**
 * Verifies a cookie's value as the middleware does, and finds out why it is refused.
 * @param signer - has the secrets in the same order
 */
export function judgeCookie(value: string, signer: Signer, secrets: readonly NamedSecret[]): CookieVerdict {
  if (value === '') {
    return refused('empty', 'the value is empty', 'Pass the value of the cookie, as the browser shows it: s%3A….');
  }
  const decoded = decodeOnce(value);
  if (decoded === undefined) {
    return refused(
      'encoding',
      'it is not valid percent-encoding',
      'A % is not followed by two hexadecimal digits: the value was cut off, or changed by a program on the way.',
    );
  }
  const found = signer.verify(decoded);
  if (found !== undefined) return { ok: true, ...found };
  const twice = decodeOnce(decoded);
  if (twice !== undefined && twice !== decoded && looksSigned(twice)) {
    const isValid = signer.verify(twice) !== undefined;
    return refused(
      'encoded-twice',
      `it is percent-encoded twice${isValid ? ', otherwise it would be valid' : ''}`,
      'A client or a proxy encoded it again. Send the value exactly as Set-Cookie had it.',
    );
  }
  return looksSigned(decoded) ? judgeSignature(decoded, secrets) : notSigned(decoded);
}

function notSigned(value: string): CookieVerdict {
  const advice = 'A session cookie begins with s: (encoded: s%3A).';
  if (value.startsWith('j:')) {
    return refused('not-signed', 'it is not signed: it is a JSON cookie of cookie-parser', advice);
  }
  if (/^ey[\w-]+\.[\w-]+\.[\w-]*$/.test(value))
    return refused('not-signed', 'it is not signed: it looks like a JWT', advice);
  if (/^[\w-]{16,}$/.test(value)) {
    return refused(
      'not-signed',
      'it is not signed: it looks like a bare session id',
      `${advice} Ids that clients choose are never accepted.`,
    );
  }
  return refused('not-signed', 'it is not signed', `${advice} This one belongs to another library, or was changed.`);
}

/** The value has the form of a signed one, and none of the secrets signed it. */
function judgeSignature(value: string, secrets: readonly NamedSecret[]): CookieVerdict {
  const dot = value.lastIndexOf('.');
  const signature = value.slice(dot + 1);
  if (dot < 0 || (signature.length < 43 && /^[\w+/-]*$/.test(signature))) {
    const length = dot < 0 ? 0 : signature.length;
    return refused(
      'cut-off',
      `its signature has ${String(length)} characters instead of 43`,
      'The value was cut off. Copy all of it; in a shell, put it in quotes.',
    );
  }
  if (signature.includes(' ')) {
    return refused(
      'wrong-signature',
      'its signature contains spaces',
      'A + became a space: something decoded the value as form data. Send it as Set-Cookie had it.',
    );
  }
  if (/[-_]/.test(signature)) {
    return refused(
      'wrong-signature',
      'its signature is in another alphabet (base64url)',
      'Another library signed it, such as cookie-session or keygrip.',
    );
  }
  const near = secrets.flatMap(({ label, text }) => variantsOf(text).map((one) => ({ label, ...one }))).find(({ text }) => new Signer(text).verify(value)); // prettier-ignore
  if (near !== undefined) {
    return refused(
      'wrong-signature',
      `it was signed with ${near.label}, ${near.how}`,
      'Give the process that signs and this one exactly the same text.',
    );
  }
  return refused(
    'wrong-signature',
    secrets.length === 1 ? 'the secret did not sign it' : `none of the ${String(secrets.length)} secrets signed it`,
    'It was signed with another secret, or was changed. If you replaced the secret, keep the old one behind the new one: secret: [newSecret, oldSecret].',
  );
}

/** How the text of a secret commonly differs between two processes. */
function variantsOf(text: string): { readonly text: string; readonly how: string }[] {
  const variants = [
    { text: text.trim(), how: 'without the white space around it' },
    { text: `${text}\n`, how: 'with a line feed at its end' },
    { text: text.replace(/^(["'])(.*)\1$/s, '$2'), how: 'without the quotes around it' },
    { text: `"${text}"`, how: 'with quotes around it' },
  ];
  return variants.filter((one) => one.text !== text && one.text !== '');
}

/** Decodes a value once; `undefined` if it is not valid. */
function decodeOnce(value: string): string | undefined {
  try {
    return value.includes('%') ? decodeURIComponent(value) : value;
  } catch {
    return undefined;
  }
}
