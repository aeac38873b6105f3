// Runs under Jest (transformed to CommonJS, and as an ES module) and vitest.
import express from 'express';
import request from 'supertest';
import {
  MemoryStore,
  SessionError,
  SessionRequiredError,
  expiring,
  isoDate,
  requireSession,
  session,
} from 'typed-session';
import expressSession, { MemoryStore as OldMemoryStore, Store } from 'typed-session/express-session';
import { z } from 'zod';

const schema = z.object({
  count: z.number().default(0),
  userId: z.string().optional(),
  since: isoDate.optional(),
  code: expiring(z.string(), { after: 60_000 }),
});

async function countsTo2(middleware) {
  const app = express();
  app.use(middleware);
  app.get('/', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1;
    res.json(req.session.count);
  });
  app.get('/me', requireSession('userId'), (_req, res) => res.json('never'));
  app.use((error, _req, res, _next) => {
    res.status(500).json([error instanceof SessionError, error instanceof SessionRequiredError, error.code]);
  });
  const agent = request.agent(app);
  await agent.get('/').expect(200, '1');
  await agent.get('/').expect(200, '2');
  return agent;
}

test('a session counts to 2, and a guard throws an error of the class that is imported', async () => {
  const agent = await countsTo2(session({ schema, secret: 'x'.repeat(32), store: new MemoryStore() }));
  await agent.get('/me').expect(500, '[true,true,"SESSION_REQUIRED"]');
});

test('a session of the drop-in counts to 2', async () => {
  const options = { secret: 'x'.repeat(32), resave: false, saveUninitialized: false };
  expect(expressSession.Store).toBe(Store);
  expect(new expressSession.MemoryStore()).toBeInstanceOf(OldMemoryStore);
  await countsTo2(expressSession(options));
});
