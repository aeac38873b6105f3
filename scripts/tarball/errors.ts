// Type errors that users have to be told of, as try-tarball.mjs looks for them under each TypeScript.
import express, { type Response } from 'express';
import { RequireSession, defineSession, migration, requireSession, session, type SessionRequest } from 'typed-session';
import { z } from 'zod';
import { sessionSchema } from './app.js';

const app = express();
const secret = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';

app.get('/', (req) => {
  // @ts-expect-error -- the schema has no such field
  req.session.user = 'ada';
  // @ts-expect-error -- it may be absent
  req.session.userId.length;
  // @ts-expect-error -- role is 'user' or 'admin'
  req.session.role = 'root';
  // @ts-expect-error -- a date
  req.session.lastLogin = 'today';
  // @ts-expect-error -- a complete state
  void req.session.become({ userId: 'ada' });
});
app.get('/', requireSession('userId'), (req) => {
  req.session.userId.length;
  // @ts-expect-error -- not looked for
  req.session.lastLogin.getTime();
});
app.get('/', requireSession({ role: 'admin' }), (req) => {
  const role: 'admin' = req.session.role;
  return role;
});
// @ts-expect-error -- the schema has no such field
requireSession('user');
// @ts-expect-error -- no such role
requireSession({ role: 'root' });

export class Account {
  @RequireSession('userId')
  me(req: SessionRequest<'userId'>, res: Response) {
    res.json(req.session.userId.length);
  }

  // @ts-expect-error -- the method promises more than is checked
  @RequireSession('userId')
  last(req: SessionRequest<'userId' | 'lastLogin'>, res: Response) {
    res.json(req.session.lastLogin.getTime());
  }

  // @ts-expect-error -- the schema has no such field
  @RequireSession('user')
  user(_req: SessionRequest, res: Response) {
    res.end();
  }
}

// @ts-expect-error -- no secret
session({ schema: sessionSchema });
// @ts-expect-error -- new sessions have no first payload
session({ schema: z.object({ userId: z.string() }), secret });
// @ts-expect-error -- a reserved field
session({ schema: z.object({ save: z.string().optional() }), secret });
const before = z.object({ user: z.string().optional() });
const step = migration(before, sessionSchema, (old) => ({ userId: old.user, role: 'user', cart: [] }));
// @ts-expect-error -- the new payload is not complete
migration(before, sessionSchema, (old) => ({ userId: old.user }));
// @ts-expect-error -- no step leads to version 2
defineSession({ schema: sessionSchema, version: 2, migrations: { 1: step } });
