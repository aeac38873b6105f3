import { expect } from 'vitest';
import { z } from 'zod';
import type { Client } from './app.js';

export const tableSchema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  plan: z.enum(['free', 'paid']).optional(),
  note: z.string().nullable().optional(),
  cart: z.array(z.string()).default([]),
});
export const hasCart = (s: { cart: string[] }): boolean => s.cart.length > 0;

export type Row = readonly [asked: unknown[], stored: object | undefined, withPrincipal: number, without: number];

/** What a guard responds to a stored payload: with the option `principal`, and without it. */
export const GUARD_TABLE: readonly Row[] = [
  // Nobody has a stored session.
  [[], undefined, 401, 401],
  [['userId'], undefined, 401, 401],
  [[{ role: 'user' }], undefined, 401, 401], // the default of a new session matches, but nobody is signed in
  [[{ role: 'admin' }], undefined, 401, 401],
  [[hasCart], undefined, 401, 401],
  // A session is stored, and belongs to nobody.
  [[], { cart: ['tea'] }, 200, 200],
  [['cart'], { cart: ['tea'] }, 200, 200],
  [[hasCart], { cart: ['tea'] }, 200, 200],
  [['userId'], { cart: ['tea'] }, 401, 401],
  [[{ role: 'admin' }], { cart: ['tea'] }, 401, 401],
  [['userId', { role: 'admin' }], { cart: ['tea'] }, 401, 401],
  [['cart', { role: 'admin' }], { cart: ['tea'] }, 401, 403],
  // Somebody is signed in.
  [[], { userId: 'ann' }, 200, 200],
  [['userId'], { userId: 'ann' }, 200, 200],
  [['plan'], { userId: 'ann' }, 401, 401], // a named field is absent
  [['userId', { role: 'user' }], { userId: 'ann' }, 200, 200],
  [['userId', { role: 'admin' }], { userId: 'ann' }, 403, 403],
  [['userId', { plan: 'paid' }], { userId: 'ann' }, 403, 403], // a required value of an absent field does not match
  [['plan', { role: 'admin' }], { userId: 'ann' }, 401, 401], // the absent field comes first
  [[{ role: 'admin' }], { userId: 'ann' }, 403, 401], // without the option nothing tells that somebody is signed in
  [[{ plan: 'paid' }], { userId: 'ann' }, 403, 401],
  [[hasCart], { userId: 'ann' }, 403, 401],
  [['userId', hasCart], { userId: 'ann' }, 403, 403],
  [['userId', { note: null }], { userId: 'ann', note: null }, 200, 200],
  [['userId', { note: null }], { userId: 'ann' }, 403, 403], // an absent field is not null
  [['note'], { userId: 'ann', note: null }, 401, 401], // null counts as absent if the field is named
];

/** The path that sets what is stored for a row; the app answers it with what it has put into its session. */
export const setPath = (payload: object): string => `/set?payload=${encodeURIComponent(JSON.stringify(payload))}`;

/** Asks for `/row/0`, `/row/1` … as a client with what each row stores. */
export async function expectTable(client: Client, option: 'principal' | 'none'): Promise<void> {
  for (const [index, [asked, stored, withPrincipal, without]] of GUARD_TABLE.entries()) {
    client.jar.clear();
    if (stored !== undefined) await client.get(setPath(stored));
    const answer = await client.get(`/row/${index}`);
    const expected = option === 'principal' ? withPrincipal : without;
    expect([index, asked, stored, answer.status]).toEqual([index, asked, stored, expected]);
    if (expected !== 200) {
      const code = expected === 401 ? 'SESSION_REQUIRED' : 'SESSION_FORBIDDEN';
      expect(JSON.parse(answer.text)).toMatchObject({ code });
    }
  }
}
