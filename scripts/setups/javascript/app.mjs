import express from 'express';
import { requireSession } from 'typed-session';
import { sessions } from './session.js';

export const app = express();
app.use(sessions);
app.post('/login/:user', (req, res) => {
  req.session.userId = req.params.user;
  res.sendStatus(204);
});
app.get('/account', requireSession('userId'), (req, res) => {
  res.json({ userId: req.session.userId.toUpperCase() });
});
