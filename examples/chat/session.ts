import { session, type SessionStore } from 'typed-session';
import { z } from 'zod';

export const sessionSchema = z.object({
  /** The name in the chat. */
  userId: z.string().optional(),
});

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

export function openSessions(store: SessionStore, secret: string) {
  return session({
    schema: sessionSchema,
    store,
    secret,
    principal: 'userId', // a login gives the session a new id
  });
}

export type Sessions = ReturnType<typeof openSessions>;
