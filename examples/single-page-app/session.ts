import { problem, session, type SessionStore } from 'typed-session';
import { z } from 'zod';

export const sessionSchema = z.object({
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
    idleTimeout: 30 * 60 * 1000,
    // The page itself needs no session, and its calls come from its own site. So the cookie can be strict: the browser
    // sends it with no request that another site causes.
    cookie: { sameSite: 'strict' },
    onMissing: problem, // 401 as application/problem+json, never a redirect: fetch would follow it
  });
}

export type Sessions = ReturnType<typeof openSessions>;
