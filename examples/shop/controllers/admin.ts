import type { Response } from 'express';
import { RequireSession, type SessionRequest } from 'typed-session';
import { adminPage } from '../pages/admin.js';
import { render } from '../pages/render.js';
import type { Sessions } from '../session.js';
import { userOf, users } from '../users.js';

/** Only for admins: 401 if nobody is logged in, 403 for everyone else. */
@RequireSession('userId', { role: 'admin' })
export class AdminController {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async show(req: SessionRequest<'userId'>, res: Response): Promise<void> {
    const rows = users.map(async (user) => {
      const devices = await this.#sessions.list(user.id);
      return { user, devices: devices.length, isSelf: user.id === req.session.userId };
    });
    await render(req, res, adminPage(await Promise.all(rows)));
  }

  /** Logs a user out everywhere, for example after a change of their role: sessions hold a copy of the role. */
  async revoke(req: SessionRequest<'userId', { id: string }>, res: Response): Promise<void> {
    const user = userOf(req.params.id);
    if (user === undefined || user.id === req.session.userId) {
      req.session.notice = { kind: 'bad', text: 'That user cannot be logged out here.' };
    } else {
      const ended = await this.#sessions.revoke(user.id);
      req.session.notice = { kind: 'good', text: `${user.name} is logged out. Sessions that ended: ${ended}.` };
    }
    res.redirect(303, '/admin');
  }
}
