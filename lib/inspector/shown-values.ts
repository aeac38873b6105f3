import { inspect } from 'node:util';
import { html, type Html } from './inspector-html.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How much of one value is shown, in characters. */
const LONGEST_VALUE = 20_000;

/** A value of the payload, as text. */
export function shownValue(value: unknown): Html {
  if (value === undefined) return html`<span class="muted">not set</span>`;
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') {
    return html`<code>${String(value)}</code>`;
  }
  if (typeof value === 'string') {
    return value === '' ? html`<span class="muted">empty text</span>` : html`<span class="text">${cut(value)}</span>`;
  }
  if (value instanceof Date && !Number.isNaN(value.getTime())) return shownTime(value.getTime());
  const limits = { depth: 10, maxArrayLength: 200, maxStringLength: 2_000, breakLength: 60 };
  return html`<pre tabindex="0">${cut(inspect(value, limits))}</pre>`;
}

function cut(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (cut)`;
}

/** A moment, with its distance from now. */
export function shownTime(at: number): Html {
  const text = isoTime(at);
  return html`<time datetime="${text}">${text.slice(0, 19).replace('T', ' ')} UTC</time>
    <span class="muted">(${distance(at)})</span>`;
}

/** A moment as its distance from now, for tables. */
export function shortTime(at: number): Html {
  const text = isoTime(at);
  return html`<time datetime="${text}" title="${text.slice(0, 19).replace('T', ' ')} UTC">${distance(at)}</time>`;
}

function isoTime(at: number): string {
  return new Date(Math.min(Math.max(at, -8.64e15), 8.64e15)).toISOString();
}

/** The distance of a moment from now: `3 min ago`, `in 2 days`. */
function distance(at: number, now: number = Date.now()): string {
  const difference = Math.abs(at - now);
  if (difference < SECOND) return 'now';
  const text = duration(difference);
  return at < now ? `${text} ago` : `in ${text}`;
}

/** A duration in the largest unit that fits. */
export function duration(milliseconds: number): string {
  const inUnit = (unit: number): number => Math.round(milliseconds / unit);
  if (inUnit(SECOND) < 60) return `${inUnit(SECOND)} s`;
  if (inUnit(MINUTE) < 60) return `${inUnit(MINUTE)} min`;
  return inUnit(HOUR) < 48 ? `${inUnit(HOUR)} h` : `${inUnit(DAY)} days`;
}

/** A number of bytes. */
export function shownSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A number with its noun: `1 session`, `2 sessions`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
