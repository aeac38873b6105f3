import type { Response } from 'express';
import { RequireSession, type SessionRequest } from 'typed-session';
import { cartLines, totalOf } from '../cart.js';
import { formatPrice } from '../catalogue.js';
import { checkoutPage } from '../pages/checkout.js';
import { render } from '../pages/render.js';
import { loggedIn } from './logged-in.js';

export class CheckoutController {
  @RequireSession('userId')
  async show(req: SessionRequest<'userId'>, res: Response): Promise<void> {
    const user = loggedIn(req.session.userId);
    const lines = cartLines(req.session.cart);
    if (lines.length === 0) res.redirect(303, '/cart');
    else await render(req, res, checkoutPage(user, lines));
  }

  @RequireSession('userId')
  async place(req: SessionRequest<'userId'>, res: Response): Promise<void> {
    const user = loggedIn(req.session.userId);
    // If the button is pressed twice, one request gets the cart and the other one gets an empty cart.
    const total = totalOf(cartLines(await req.session.take('cart')));
    if (total > 0) {
      req.session.notice = {
        kind: 'good',
        text: `Thank you, ${user.name}: your order of ${formatPrice(total)} is on its way.`,
      };
    }
    res.redirect(303, '/account');
  }
}
