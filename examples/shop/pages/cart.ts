import { MAX_QUANTITY, totalOf, type CartLine } from '../cart.js';
import { formatPrice } from '../catalogue.js';
import { html, type Html } from '../html.js';
import type { Page } from './layout.js';

export function cartPage(lines: readonly CartLine[]): Page {
  return {
    title: 'Cart',
    body: html`<h1>Your cart</h1>
      ${lines.length === 0 ? empty() : full(lines)}`,
  };
}

function empty(): Html {
  return html`<div class="card centred">
    <p>Your cart is empty.</p>
    <p><a class="button" href="/">To the catalogue</a></p>
  </div>`;
}

function full(lines: readonly CartLine[]): Html {
  return html`<ul class="card lines">
      ${lines.map(cartLine)}
      <li class="total"><span>Total</span> <b>${formatPrice(totalOf(lines))}</b></li>
    </ul>
    <p class="row end"><a href="/">Continue shopping</a> <a class="button" href="/checkout">Check out</a></p>`;
}

function cartLine({ product: { sku, name, price }, qty, price: sum }: CartLine): Html {
  return html`<li>
    <img src="/${sku}.svg" alt="" width="80" height="60" />
    <div class="what">
      <b>${name}</b>
      <small>${formatPrice(price)} each</small>
    </div>
    <form method="post" action="/cart/${sku}" class="row">
      <label for="qty-${sku}">Quantity<span class="hidden"> of ${name}</span></label>
      <input
        id="qty-${sku}"
        name="qty"
        type="number"
        inputmode="numeric"
        min="1"
        max="${MAX_QUANTITY}"
        value="${qty}"
        required
      />
      <button class="quiet">Change</button>
    </form>
    <form method="post" action="/cart/${sku}/remove">
      <button class="quiet">Remove<span class="hidden"> ${name}</span></button>
    </form>
    <b class="sum">${formatPrice(sum)}</b>
  </li>`;
}
