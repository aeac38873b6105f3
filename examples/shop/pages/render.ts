import type { Response } from 'express';
import type { SessionRequest } from 'typed-session';
import { countOf } from '../cart.js';
import { userOf } from '../users.js';
import { layout, type Page } from './layout.js';

/** Sends a page with the notice of the session. `take` removes the notice, so exactly one page shows it. */
export async function render(req: SessionRequest, res: Response, page: Page): Promise<void> {
  const notice = await req.session.take('notice');
  const { userId, role, cart } = req.session;
  const name = userOf(userId)?.name;
  res.send(layout(page, { path: req.path, name, isAdmin: role === 'admin', cartCount: countOf(cart), notice }));
}
