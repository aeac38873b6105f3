import { RedisStore } from 'connect-redis';
import express from 'express';
import { createClient } from 'redis';
import { z } from 'zod';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';

const sessionSchema = z.object({
  userId: z.string().optional(),
  views: z.int().default(0),
  at: z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() }).optional(),
});
declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}
const store = new RedisStore({ client: createClient() });
const app = express();
app.use(session({ schema: sessionSchema, secret: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1', store }));
app.get('/', async (req, res) => {
  const views: number = req.session.views;
  const at: Date | undefined = req.session.at;
  req.session.userId = 'ada';
  await req.session.save();
  req.session.save(() => undefined);
  req.session.regenerate(() => undefined);
  const taken: string | undefined = await req.session.take('userId');
  // @ts-expect-error -- a wrong type
  req.session.views = 'many';
  // @ts-expect-error -- an unknown field
  req.session.vews = 1;
  res.json({ views, at, taken, id: req.sessionID });
});
app.get('/me', requireSession('userId'), (req, res) => {
  const id: string = req.session.userId;
  res.send(id);
});
class Account {
  @RequireSession('userId')
  me(req: SessionRequest<'userId'>, res: express.Response) {
    const id: string = req.session.userId;
    res.send(id);
  }
}
app.get('/me', new Account().me);
