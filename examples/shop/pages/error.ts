import { html } from '../html.js';
import type { Page } from './layout.js';

export function errorPage(status: number, text: string): Page {
  return {
    title: status === 404 ? 'Not found' : 'An error',
    body: html`<div class="card narrow centred">
      <p class="status">${status}</p>
      <h1>${status === 404 ? 'Not found' : 'That did not work'}</h1>
      <p>${text}</p>
      <p><a class="button" href="/">Back to the shop</a></p>
    </div>`,
  };
}
