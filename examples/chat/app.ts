import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { z, ZodError } from 'zod';
import type { Sessions } from './session.js';
import type { Sockets } from './sockets.js';

const loginSchema = z.object({ name: z.string().trim().min(1).max(40) });

export function makeApp(sessions: Sessions, sockets: Sockets): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.static(join(import.meta.dirname, 'public')));
  app.use(express.json({ limit: '10kb' }), sessions);

  app.get('/session', (req, res) => {
    res.set('Cache-Control', 'no-store').json({ name: req.session.userId ?? null });
  });

  app.post('/login', (req, res) => {
    req.session.userId = loginSchema.parse(req.body).name; // a real login also checks a password
    res.json({ name: req.session.userId });
  });

  app.post('/logout', async (req, res) => {
    const { id } = req.session;
    await req.session.destroy();
    sockets.endSession(id);
    res.sendStatus(204);
  });

  app.use(showError);
  return app;
}

const showError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (error instanceof ZodError) res.status(400).json({ detail: 'A name has 1 to 40 characters.' });
  else next(error);
};
