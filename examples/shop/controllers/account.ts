import type { Response } from 'express';
import { RequireSession, type SessionRequest } from 'typed-session';
import { countOf } from '../cart.js';
import { accountPage } from '../pages/account.js';
import { render } from '../pages/render.js';
import { loggedIn } from './logged-in.js';

export class AccountController {
  @RequireSession('userId', 'lastLogin')
  async show(req: SessionRequest<'userId' | 'lastLogin'>, res: Response): Promise<void> {
    const { userId, lastLogin, cart } = req.session;
    await render(req, res, accountPage(loggedIn(userId), lastLogin, countOf(cart)));
  }
}
