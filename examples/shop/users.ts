import { isPassword } from './passwords.js';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly login: string;
}

interface StoredUser extends User {
  readonly passwordHash: string;
}

/** What `npm run example` prints and the login page tells. */
export const demoLogin = { login: 'ada', password: 'difference engine' };

const users: readonly StoredUser[] = [
  {
    id: 'd9c0c03b-2d9b-4007-b401-123e885b82bc',
    name: 'Ada Lovelace',
    login: 'ada', // password: difference engine
    passwordHash: 'scrypt:16384:8:5:eeFuW-G9q96fr1POvHXeWg:bSdKEdk1ctSUvyRZE5u-VIYjBbxP5OlgTqaMoKLAk8Y',
  },
  {
    id: 'dac4dd8f-cec6-425b-947d-b81ee3e92d4b',
    name: 'Grace Hopper',
    login: 'grace', // password: flow-matic
    passwordHash: 'scrypt:16384:8:5:2bHCQat7FIxnMlU6YlNb4w:WiQsM2PYcrzXeaHV8lqgNcIovBDkGXuHt9O78NuSS1s',
  },
];

/** The hash of a password nobody knows. An unknown login is checked against it, so that its answer takes as long. */
const NOBODY = 'scrypt:16384:8:5:2xVzZ2t36vq63IzGB_Lgtw:f5LYpTq17YobdgHRozShhpbroM4ypq-QdM8LakqlW7c';

export function userOf(id: string | undefined): User | undefined {
  return users.find((user) => user.id === id);
}

/** The user with this login and password; `undefined` without saying which of the two was wrong. */
export async function authenticate(login: string, password: string): Promise<User | undefined> {
  const user = users.find((one) => one.login === login.toLowerCase());
  const right = await isPassword(password, user?.passwordHash ?? NOBODY);
  return right ? user : undefined;
}
