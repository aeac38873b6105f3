import type { Response } from 'express';
import { RequireSession, type SessionRequest } from 'typed-session';
import { devicesPage } from '../pages/devices.js';
import { render } from '../pages/render.js';
import type { Sessions } from '../session.js';

/** Where a user is logged in. Every method requires a login. */
@RequireSession('userId')
export class DevicesController {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async show(req: SessionRequest<'userId'>, res: Response): Promise<void> {
    const devices = await this.#sessions.list(req.session.userId, { current: req });
    await render(req, res, devicesPage(devices));
  }

  /** Ends one session. `revoke` ends it only if it belongs to this user, so the key may come from the client. */
  async revoke(req: SessionRequest<'userId', { key: string }>, res: Response): Promise<void> {
    const { userId } = req.session;
    const ended = await this.#sessions.revoke(userId, { only: req.params.key });
    const remaining = await this.#sessions.list(userId, { current: req });
    if (!remaining.some((device) => device.isCurrent)) {
      res.redirect(303, '/'); // it was this device: its session has ended, and cannot hold a notice
      return;
    }
    req.session.notice =
      ended === 1
        ? { kind: 'good', text: 'That device is logged out.' }
        : { kind: 'bad', text: 'That device was already logged out.' };
    res.redirect(303, '/devices');
  }

  async revokeOthers(req: SessionRequest<'userId'>, res: Response): Promise<void> {
    const ended = await this.#sessions.revoke(req.session.userId, { except: req });
    req.session.notice = { kind: 'good', text: `Other devices that were logged out: ${ended}.` };
    res.redirect(303, '/devices');
  }
}
