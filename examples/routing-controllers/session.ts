import { randomBytes } from 'node:crypto';
import { problem, session } from 'typed-session';
import { z } from 'zod';

/** What a session may contain. */
export const sessionSchema = z.object({
  userId: z.string().optional().meta({ description: 'Who is signed in.' }),
  role: z.enum(['user', 'admin']).default('user').meta({ description: 'What they may do.' }),
  email: z.string().optional().meta({ description: 'Where to write to them.', sensitive: true }),
  notes: z.array(z.string()).default([]).meta({ description: 'What they have noted.' }),
});

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

export const options = {
  schema: sessionSchema,
  // A restart empties the MemoryStore, so a new secret loses nothing more. With another store, set SESSION_SECRET.
  secret: process.env['SESSION_SECRET'] ?? randomBytes(32).toString('base64'),
  principal: 'userId', // a login gives the session a new id
  onMissing: problem, // 401 as application/problem+json
  onForbidden: problem, // 403 in the same form
} as const;

export const sessions = session(options);
