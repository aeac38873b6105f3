import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** A minimum of the OWASP Password Storage Cheat Sheet; about a fifth of a second, off the main thread. */
const COST = { N: 2 ** 14, r: 8, p: 5 };
const LENGTH = 32;

/** `scrypt:N:r:p:salt:hash`, so that the cost can be raised while older hashes stay good. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, LENGTH, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join(':');
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split(':');
  const expected = Buffer.from(hash, 'base64url');
  if (expected.length !== LENGTH) throw new Error('This is not a hash that hashPassword made.');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url'), LENGTH, cost), expected);
}

function derive(password: string, salt: Buffer, length: number, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One password, typed on two keyboards, may arrive as different characters: NFKC makes them one.
    scrypt(password.normalize('NFKC'), salt, length, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
