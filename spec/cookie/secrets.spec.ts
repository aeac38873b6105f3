import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { MemoryStore, session, SessionOptionsError } from 'typed-session';
import { secretKeys } from '../../lib/cookie/cookie-secrets.js';
import dropIn from 'typed-session/express-session';

const strong = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';
const weak: Record<string, string | Buffer | KeyObject> = {
  short: strong.slice(1),
  'the one of every tutorial': 'keyboard cat',
  'a placeholder of 32 bytes': 'your-secret-key-change-me-please',
  'an example of ours': 'only for development, at least 32 bytes',
  'a well-known text, repeated': 'keyboard cat keyboard cat keyboard cat',
  shhhh: 'shhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh',
  test: 'test-secret-for-testing-only-1234567890',
  'one character, repeated': 'a'.repeat(64),
  'a piece, repeated': 'x7Qp2L9z'.repeat(8),
  'a count': 'abcdefghijklmnopqrstuvwxyz0123456789',
  'a short Buffer': Buffer.from(strong.slice(1)),
  'a Buffer of zeros': Buffer.alloc(32),
  'a short KeyObject': createSecretKey(Buffer.from(strong.slice(1))),
  'multi-byte characters are counted in bytes, not in characters': 'ж'.repeat(15),
};
const schema = z.object({ n: z.int().default(0) });
const make = (secret: unknown) => () => session({ schema, secret: secret as string, store: new MemoryStore() });

let warnings: unknown[][];
beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => void warnings.push(args));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
const weakSecrets = (): unknown[] =>
  warnings
    .filter(([, about]) => (about as { code?: string }).code === 'TYPED_SESSION_WEAK_SECRET')
    .map(([text]) => text);

describe('a secret that can be guessed', () => {
  it.each(Object.entries(weak))('is refused in production, without being quoted: %s', (_, secret) => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(make(secret)).toThrow(SessionOptionsError);
    expect(make(secret)).toThrow(expect.objectContaining({ option: 'secret' }));
    if (typeof secret === 'string') expect(make(secret)).not.toThrow(secret);
  });

  it('causes one warning outside of production, which says what to do', () => {
    for (let i = 0; i < 3; i++) make('a'.repeat(31))();
    expect(weakSecrets()).toHaveLength(1);
    expect(String(weakSecrets()[0])).toMatch(/^secret: has 31 bytes, fewer than 32: use 32 random bytes/);
    expect(String(weakSecrets()[0])).toContain('In production it is refused');
  });

  it('is accepted with a warning where it only verifies, so that a site can replace it', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(make([strong, 'keyboard cat'])).not.toThrow();
    expect(String(weakSecrets()[0])).toMatch(/^secret\[1\]: is a text that examples use.* Remove it as soon as/);
    expect(make(['keyboard cat', strong])).toThrow(expect.objectContaining({ option: 'secret[0]' }));
  });

  it('is accepted by the drop-in, as by express-session, with a warning', () => {
    vi.stubEnv('NODE_ENV', 'production');
    const options = { secret: 'shhh', resave: false, saveUninitialized: false };
    expect(() => dropIn(options)).not.toThrow();
    expect(weakSecrets()).toHaveLength(1);
  });
});

it.each<[string, (bytes: Buffer) => unknown]>([
  ['a Uint8Array', (bytes) => new Uint8Array(bytes)],
  ['a DataView', (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)],
  ['a Uint16Array', (bytes) => new Uint16Array(new Uint8Array(bytes).buffer)],
  ['a key', (bytes) => createSecretKey(bytes)],
])('a secret may be %s, and signs as the same bytes in a Buffer do', (_, made) => {
  const bytes = randomBytes(32);
  const [key] = secretKeys(made(bytes) as Buffer);
  expect(key.equals(secretKeys(bytes)[0])).toBe(true);
});

it('a random secret of 32 bytes or more is accepted in production, in any encoding', () => {
  vi.stubEnv('NODE_ENV', 'production');
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 64 }), fc.constantFrom('base64', 'base64url', 'hex', 'latin1', undefined), (size, encoding) => {
      const bytes = randomBytes(size);
      expect(make(encoding === undefined ? bytes : bytes.toString(encoding))).not.toThrow();
    }),
  ); // prettier-ignore
  expect(weakSecrets()).toEqual([]);
});
