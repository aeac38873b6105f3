import type { Response } from 'express';
import type { SessionRequest } from 'typed-session';
import { deviceName } from '../devices.js';
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
  const returnTo = await req.session.take('returnTo');
  // The principal changes, so the session gets a new id: an id that somebody planted before the login is useless. The
  // visitor's cart stays. If another user was logged in here, the session starts fresh, without that user's cart.
  req.session.userId = user.id;
  req.session.role = user.role;
  req.session.lastLogin = new Date();
  req.session.device = deviceName(req.get('user-agent'));
  req.session.notice = { kind: 'good', text: 'You are logged in.' };
  res.redirect(303, returnTo ?? '/account');
}

export async function logOut(req: SessionRequest, res: Response): Promise<void> {
  await req.session.destroy();
  res.redirect(303, '/');
}
