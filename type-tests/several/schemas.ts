import { session } from 'typed-session';
import { z } from 'zod';

export const shopSchema = z.object({ userId: z.string().optional() });
export const adminSchema = z.object({ name: z.string().optional(), level: z.enum(['reader', 'writer']).optional() });

declare module 'typed-session' {
  interface Register {
    schema: typeof shopSchema;
  }
}

export const shop = session({ schema: shopSchema, secret: 's' });
export const admin = session({ schema: adminSchema, secret: 's', name: 'admin.sid', principal: 'name' });
export const twin = session({ schema: shopSchema, secret: 's', name: 'twin.sid' });
