import type { Response } from 'express';
import type { SessionRequest } from 'typed-session';
import { countOf } from '../cart.js';
import { userOf } from '../users.js';
import { layout, type Page } from './layout.js';

/** Sends a page, with the notice that waits for its reader: taken out of the session, so it shows once. */
export async function render(req: SessionRequest, res: Response, page: Page): Promise<void> {
  const notice = await req.session.take('notice');
  const { userId, cart } = req.session;
  res.send(layout(page, { path: req.path, name: userOf(userId)?.name, cartCount: countOf(cart), notice }));
}
