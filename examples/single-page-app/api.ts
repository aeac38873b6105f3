import express, { Router } from 'express';
import { requireSession } from 'typed-session';
import { z } from 'zod';
import { Notes } from './notes.js';
import { sameOrigin } from './same-origin.js';
import type { Sessions } from './session.js';
import { authenticate, userOf } from './users.js';

const loginBody = z.object({ login: z.string().max(200), password: z.string().max(200) });
const noteBody = z.object({ text: z.string().trim().min(1).max(500) });

/** The JSON API of the page. */
export function makeApi(sessions: Sessions): Router {
  const api = Router();
  const notes = new Notes();
  api.use(sameOrigin, express.json({ limit: '10kb' }), sessions);
  api.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  // Whether somebody is signed in is a question with two good answers, so this is never a 401.
  api.get('/session', (req, res) => {
    res.json({ user: userOf(req.session.userId) ?? null });
  });

  api.post('/login', async (req, res) => {
    const { login, password } = loginBody.parse(req.body);
    const user = await authenticate(login, password);
    if (user === undefined) {
      res.status(403).json({ title: 'Forbidden', status: 403, detail: 'Wrong login or password.' });
      return;
    }
    req.session.userId = user.id; // the principal changes, so the session gets a new id
    res.json({ user });
  });

  api.post('/logout', async (req, res) => {
    await req.session.destroy();
    res.sendStatus(204);
  });

  api.get('/notes', requireSession('userId'), (req, res) => {
    res.json(notes.of(req.session.userId));
  });
  api.post('/notes', requireSession('userId'), (req, res) => {
    res.status(201).json(notes.add(req.session.userId, noteBody.parse(req.body).text));
  });
  api.delete('/notes/:id', requireSession('userId'), (req, res) => {
    res.sendStatus(notes.remove(req.session.userId, req.params.id) ? 204 : 404);
  });
  return api;
}
