import { session } from 'typed-session';
import { z } from 'zod';

export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
export const sessionSchema = z.object({
  userId: z.string().optional(),
  last: isoDate.optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.string()).default([]),
});
export const adminSchema = z.object({ clearance: z.number().optional(), level: z.enum(['r', 'w']).optional() });

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

export const sessions = session({ schema: sessionSchema, secret: 's' });
export const twin = session({ schema: sessionSchema, secret: 's', name: 'twin' });
export const admin = session({ schema: adminSchema, secret: 's', name: 'admin' });
