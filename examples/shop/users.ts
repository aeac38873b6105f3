import { isPassword } from './passwords.js';

export const ROLES = ['user', 'admin'] as const;

export interface User {
  readonly id: string;
  readonly name: string;
  readonly login: string;
  readonly role: (typeof ROLES)[number];
}

interface StoredUser extends User {
  readonly passwordHash: string;
}

/** The login page shows these, and the shop prints the first one when it starts. */
export const demoLogin = { login: 'ada', password: 'difference engine' };
export const adminLogin = { login: 'grace', password: 'flow-matic' };

/** In place of a table in a database. */
const stored: readonly StoredUser[] = [
  {
    id: 'd9c0c03b-2d9b-4007-b401-123e885b82bc',
    name: 'Ada Lovelace',
    login: 'ada', // password: difference engine
    role: 'user',
    passwordHash: 'scrypt:16384:8:5:eeFuW-G9q96fr1POvHXeWg:bSdKEdk1ctSUvyRZE5u-VIYjBbxP5OlgTqaMoKLAk8Y',
  },
  {
    id: 'dac4dd8f-cec6-425b-947d-b81ee3e92d4b',
    name: 'Grace Hopper',
    login: 'grace', // password: flow-matic
    role: 'admin',
    passwordHash: 'scrypt:16384:8:5:2bHCQat7FIxnMlU6YlNb4w:WiQsM2PYcrzXeaHV8lqgNcIovBDkGXuHt9O78NuSS1s',
  },
];

/** The hash of a random password. An unknown login is checked against it, so that the response takes as long. */
const NOBODY = 'scrypt:16384:8:5:2xVzZ2t36vq63IzGB_Lgtw:f5LYpTq17YobdgHRozShhpbroM4ypq-QdM8LakqlW7c';

export const users: readonly User[] = stored;

export function userOf(id: string | undefined): User | undefined {
  return users.find((user) => user.id === id);
}

/** Returns the user with this login and password. The result does not show which of the two was wrong. */
export async function authenticate(login: string, password: string): Promise<User | undefined> {
  const user = stored.find((one) => one.login === login.toLowerCase());
  const matches = await isPassword(password, user?.passwordHash ?? NOBODY);
  return matches ? user : undefined;
}
