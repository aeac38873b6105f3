import { MAX_QUANTITY } from '../cart.js';
import { formatPrice, type Product } from '../catalogue.js';
import { html, type Html } from '../html.js';
import type { Page } from './layout.js';

export function cataloguePage(products: readonly Product[]): Page {
  return {
    title: 'Catalogue',
    body: html`<h1>Good things for paper</h1>
      <p class="lead">Six things for your desk.</p>
      <ul class="products">
        ${products.map(productCard)}
      </ul>`,
  };
}

function productCard({ sku, name, about, price }: Product): Html {
  return html`<li class="card product">
    <img src="/${sku}.svg" alt="" width="160" height="120" />
    <h2>${name}</h2>
    <p>${about}</p>
    <p class="price">${formatPrice(price)}</p>
    <form method="post" action="/cart" class="row">
      <input type="hidden" name="sku" value="${sku}" />
      <label class="hidden" for="qty-${sku}">Quantity of ${name}</label>
      <input
        id="qty-${sku}"
        name="qty"
        type="number"
        inputmode="numeric"
        min="1"
        max="${MAX_QUANTITY}"
        value="1"
        required
      />
      <button>Add to cart<span class="hidden">: ${name}</span></button>
    </form>
  </li>`;
}
