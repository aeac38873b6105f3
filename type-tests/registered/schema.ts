import { z } from 'zod';

export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const sessionSchema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  nickname: z.string().nullable().default(null),
  cart: z.array(z.object({ sku: z.string(), qty: z.int() })).default([]),
  lastLogin: isoDate.optional(),
});

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}
