import { session, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { cartSchema } from './cart.js';

/** A `Date` in our code, an ISO string in the store. */
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const sessionSchema = z.object({
  userId: z.uuid().optional(),
  lastLogin: isoDate.optional(),
  cart: cartSchema.default([]),
  /** Shown on the next page, once. */
  notice: z.object({ kind: z.enum(['good', 'bad']), text: z.string() }).optional(),
  /** The page that asked for a login. */
  returnTo: z.string().optional(),
});

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

export type Notice = NonNullable<z.output<typeof sessionSchema>['notice']>;

const WEEK = 7 * 24 * 60 * 60 * 1000;

export function openSessions(store: SessionStore, secret: string) {
  return session({ schema: sessionSchema, store, secret, name: 'shop', cookie: { maxAge: WEEK } });
}
