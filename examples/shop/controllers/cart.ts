import type { Response } from 'express';
import type { SessionRequest } from 'typed-session';
import { addToCart, cartLines, changeInCart, MAX_QUANTITY, removeFromCart } from '../cart.js';
import { productOf } from '../catalogue.js';
import { readLine, WRONG_QUANTITY } from '../forms.js';
import { cartPage } from '../pages/cart.js';
import { render } from '../pages/render.js';

/** A cart needs no login, and a login keeps it. */
type LineRequest = SessionRequest<never, { sku: string }>;

export async function showCart(req: SessionRequest, res: Response): Promise<void> {
  await render(req, res, cartPage(cartLines(req.session.cart)));
}

export async function addItem(req: SessionRequest, res: Response): Promise<void> {
  const { sku = '', qty: added } = readLine(req.body);
  const product = productOf(sku);
  if (product === undefined || added === undefined) {
    const text = product === undefined ? 'We no longer have that product.' : WRONG_QUANTITY;
    req.session.notice = { kind: 'bad', text };
    res.redirect(303, '/');
    return;
  }
  // A double click sends two requests at the same time. `update` adds to the latest stored cart, so both count.
  await req.session.update((session) => {
    const qty = addToCart(session, sku, added);
    const text = qty === MAX_QUANTITY ? `You have ${qty}, which is the maximum.` : 'It is in your cart.';
    session.notice = { kind: 'good', text: `${product.name}: ${text}` };
  });
  res.redirect(303, '/');
}

export function changeItem(req: LineRequest, res: Response): void {
  const { qty } = readLine(req.body);
  if (qty === undefined) req.session.notice = { kind: 'bad', text: WRONG_QUANTITY };
  else if (changeInCart(req.session, req.params.sku, qty))
    req.session.notice = { kind: 'good', text: 'Quantity changed.' };
  res.redirect(303, '/cart');
}

export function removeItem(req: LineRequest, res: Response): void {
  removeFromCart(req.session, req.params.sku);
  req.session.notice = { kind: 'good', text: 'Removed from your cart.' };
  res.redirect(303, '/cart');
}
