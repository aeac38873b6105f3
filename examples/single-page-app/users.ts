import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface User {
  readonly id: string;
  readonly name: string;
}

export const demoLogin = { login: 'ada', password: 'difference engine' };

/** In place of a table in a database, with the hashes that it would hold. */
const users = new Map<string, { user: User; salt: Buffer; hash: Promise<Buffer> }>();

addUser('ada', 'Ada Lovelace', demoLogin.password);
addUser('grace', 'Grace Hopper', 'flow-matic');

function addUser(id: string, name: string, password: string): void {
  const salt = randomBytes(16);
  users.set(id, { user: { id, name }, salt, hash: hashOf(password, salt) });
}

export function userOf(id: string | undefined): User | undefined {
  return id === undefined ? undefined : users.get(id)?.user;
}

/** Returns the user with this login and password. An unknown login takes as long as a wrong password. */
export async function authenticate(login: string, password: string): Promise<User | undefined> {
  const found = users.get(login.toLowerCase());
  const hash = await hashOf(password, found?.salt ?? Buffer.alloc(16));
  return found !== undefined && timingSafeEqual(hash, await found.hash) ? found.user : undefined;
}

function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, { N: 2 ** 14, r: 8, p: 5 }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
