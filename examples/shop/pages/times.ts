import { html, type Html } from '../html.js';

const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
const MINUTE = 60 * 1000;
const UNITS = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
] as const;

/** `5 minutes ago`, with the exact time for the browser. */
export function ago(time: number, now = Date.now()): Html {
  return html`<time datetime="${new Date(time).toISOString()}">${textOf(now - time)}</time>`;
}

function textOf(age: number): string {
  for (const [unit, length] of UNITS) {
    if (age >= length) return relative.format(-Math.floor(age / length), unit);
  }
  return 'just now';
}
