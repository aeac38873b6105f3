import { totalOf, type CartLine } from '../cart.js';
import { formatPrice } from '../catalogue.js';
import { html } from '../html.js';
import type { User } from '../users.js';
import type { Page } from './layout.js';

export function checkoutPage(user: User, lines: readonly CartLine[]): Page {
  return {
    title: 'Check out',
    body: html`<h1>Check out</h1>
      <ul class="card lines">
        ${lines.map(
          ({ product, qty, price }) =>
            html`<li><span class="what">${qty} × ${product.name}</span> <b class="sum">${formatPrice(price)}</b></li>`,
        )}
        <li class="total"><span>Total for ${user.name}</span> <b>${formatPrice(totalOf(lines))}</b></li>
      </ul>
      <form method="post" action="/checkout" class="row end">
        <a href="/cart">Back to the cart</a>
        <button>Place the order</button>
      </form>`,
  };
}
