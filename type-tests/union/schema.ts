import { z } from 'zod';

export const sessionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anonymous'), notice: z.string().optional() }),
  z.object({ kind: z.literal('user'), userId: z.string(), seen: z.int().default(0) }),
]);

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}
