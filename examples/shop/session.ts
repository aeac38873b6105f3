import { isoDate, session, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { cartSchema } from './cart.js';
import { ROLES } from './users.js';

export const sessionSchema = z.object({
  userId: z.uuid().optional(),
  role: z.enum(ROLES).default('user'),
  /** A `Date` in the code, an ISO string in the store. */
  lastLogin: isoDate.optional(),
  /** The browser and the system that logged in, for the page of devices. */
  device: z.string().optional(),
  cart: cartSchema.default([]),
  /** Shown once, on the next page. */
  notice: z.object({ kind: z.enum(['good', 'bad']), text: z.string() }).optional(),
  /** The page that required a login. */
  returnTo: z.string().optional(),
});

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

export type Notice = NonNullable<z.output<typeof sessionSchema>['notice']>;

const MINUTE = 60 * 1000;
const WEEK = 7 * 24 * 60 * MINUTE;

export function openSessions(store: SessionStore, secret: string) {
  return session({
    schema: sessionSchema,
    store,
    secret,
    name: 'shop',
    principal: 'userId', // a login gives the session a new id, and sessions.list(userId) finds a user's devices
    cookie: { maxAge: WEEK },
    touchAfter: 5 * MINUTE, // how exact the last use on the page of devices is
  });
}

export type Sessions = ReturnType<typeof openSessions>;
