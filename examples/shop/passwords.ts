import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** From the OWASP Password Storage Cheat Sheet. It takes about a fifth of a second, outside the main thread. */
const COST = { N: 2 ** 14, r: 8, p: 5 };
const LENGTH = 32;

/** Returns `scrypt:N:r:p:salt:hash`. It contains the cost, so that older hashes stay valid if the cost is raised. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, LENGTH, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join(':');
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split(':');
  const expected = Buffer.from(hash, 'base64url');
  if (expected.length !== LENGTH) throw new Error('This is not a hash from hashPassword.');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url'), LENGTH, cost), expected);
}

function derive(password: string, salt: Buffer, length: number, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Two keyboards may encode the same password differently. NFKC normalizes it.
    scrypt(password.normalize('NFKC'), salt, length, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
