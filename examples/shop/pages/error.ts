import { html } from '../html.js';
import type { Page } from './layout.js';

export function errorPage(status: number, text: string): Page {
  return {
    title: status === 404 ? 'Not found' : 'Error',
    body: html`<div class="card narrow centred">
      <p class="status">${status}</p>
      <h1>${status === 404 ? 'Not found' : status === 403 ? 'No access' : 'Something went wrong'}</h1>
      <p>${text}</p>
      <p><a class="button" href="/">Back to the shop</a></p>
    </div>`,
  };
}
