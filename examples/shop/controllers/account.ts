import type { Response } from 'express';
import { RequireSession, type SessionRequest } from 'typed-session';
import { countOf } from '../cart.js';
import { accountPage } from '../pages/account.js';
import { render } from '../pages/render.js';
import type { Sessions } from '../session.js';
import { loggedIn } from './logged-in.js';

export class AccountController {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  @RequireSession('userId', 'lastLogin')
  async show(req: SessionRequest<'userId' | 'lastLogin'>, res: Response): Promise<void> {
    const { userId, lastLogin, cart } = req.session;
    const devices = await this.#sessions.list(userId);
    const facts = { lastLogin, cartCount: countOf(cart), deviceCount: devices.length };
    await render(req, res, accountPage(loggedIn(userId), facts));
  }
}
