import type { ServerResponse } from 'node:http';
import type { AnyResponse } from '../node/node-messages.js';
import type { Html } from './inspector-html.js';

/** Nothing inline, nothing from other hosts, in no frame (CSP Level 3). */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin', // no-referrer would make the browser send `Origin: null` with forms
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
};

/** Sets the headers that every response of the inspector has, whatever middleware before it has set. */
export function secure(response: AnyResponse): ServerResponse {
  const either = response as ServerResponse; // the compatibility API of http2 has the methods that are used
  for (const [name, value] of Object.entries(HEADERS)) either.setHeader(name, value);
  // A middleware for CORS may let pages of other origins read the app, but none reads the sessions.
  either.removeHeader('Access-Control-Allow-Origin');
  either.removeHeader('Access-Control-Allow-Credentials');
  return either;
}

/** Sends a page. */
export function sendPage(response: AnyResponse, status: number, page: Html): void {
  send(response, status, 'text/html; charset=utf-8', page.text);
}

/** Sends a line of text. */
export function sendText(response: AnyResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

/** Sends a file that changes only with the release: its address has the hash of its content. */
export function sendAsset(response: AnyResponse, type: string, text: string): void {
  const either = secure(response);
  either.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
  finish(either, 200, type, text);
}

/** Leads to another page, which is requested with GET. */
export function redirectTo(response: AnyResponse, location: string): void {
  const either = secure(response);
  either.setHeader('Location', location);
  finish(either, 303, 'text/plain; charset=utf-8', '');
}

function send(response: AnyResponse, status: number, type: string, text: string): void {
  finish(secure(response), status, type, text);
}

function finish(response: ServerResponse, status: number, type: string, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
