import type { Response } from 'express';
import type { SessionRequest } from 'typed-session';
import { readLogin } from '../forms.js';
import { loginPage } from '../pages/login.js';
import { render } from '../pages/render.js';
import { authenticate, userOf } from '../users.js';

export async function showLogin(req: SessionRequest, res: Response): Promise<void> {
  if (userOf(req.session.userId) !== undefined) res.redirect(303, '/account');
  else await render(req, res, loginPage());
}

export async function logIn(req: SessionRequest, res: Response): Promise<void> {
  const { login = '', password = '' } = readLogin(req.body);
  const user = await authenticate(login, password);
  if (user === undefined) {
    res.status(403);
    await render(req, res, loginPage(login));
    return;
  }
  // A new id, so that one which somebody planted before the login is worth nothing. The cart comes along, but not
  // that of another user who was logged in here.
  const { userId } = req.session;
  if (userId === undefined || userId === user.id) await req.session.rotate();
  else await req.session.regenerate();
  req.session.userId = user.id;
  req.session.lastLogin = new Date();
  req.session.notice = { kind: 'good', text: 'You are logged in.' };
  res.redirect(303, (await req.session.take('returnTo')) ?? '/account');
}

export async function logOut(req: SessionRequest, res: Response): Promise<void> {
  await req.session.destroy();
  res.redirect(303, '/');
}
