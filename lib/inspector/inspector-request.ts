import type { IncomingMessage } from 'node:http';
import type { AnyRequest } from '../node/node-messages.js';

/** The longest body of a form, in bytes. A cookie has at most 4096. */
const LONGEST_FORM = 64 * 1024;

/** What Express, Connect, and body parsers add to a request. */
type Extended = IncomingMessage & { readonly originalUrl?: unknown; readonly body?: unknown };

/** A form cannot be read; the status of the response says why. */
export class FormError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Where a request leads within the inspector, from the address that the framework has shortened by the mount path. */
export function placeOf(request: AnyRequest): { readonly path: string; readonly query: URLSearchParams } {
  const { pathname, searchParams } = parsed(request.url);
  return { path: pathname.replace(/^\/+|\/+$/g, ''), query: searchParams };
}

/**
 * The address of the front page, relative to the requested one, if that has no slash at its end. All links of the pages are
 * relative, so that they also work behind a proxy that removes a part of the path.
 */
export function slashRedirect(request: AnyRequest): string | undefined {
  const { originalUrl } = request as Extended;
  const { pathname, search } = parsed(typeof originalUrl === 'string' ? originalUrl : request.url);
  if (pathname.endsWith('/')) return undefined;
  return `./${pathname.slice(pathname.lastIndexOf('/') + 1)}/${search}`;
}

function parsed(url = '/'): URL {
  // Not as the second part of `new URL(url, base)`: a path that begins with two slashes would be a host.
  const whole = url.startsWith('/') ? `http://localhost${url}` : url;
  return URL.canParse(whole) ? new URL(whole) : new URL('http://localhost/');
}

/**
 * Whether a request was sent by a page of this very origin. Browsers say so in `Sec-Fetch-Site`; those that are older, or that
 * do not trust the connection, in `Origin`. A client that sends neither is no browser, so nobody needs it for the inspector.
 */
export function isSameOrigin(request: AnyRequest): boolean {
  const { 'sec-fetch-site': site, origin, host, ':authority': authority } = request.headers;
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === (host ?? authority);
}

/**
 * The fields of a form. If the app has a body parser before the inspector, its result is used.
 * @throws FormError
 */
export async function readForm(request: AnyRequest): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    throw new FormError(415, 'Only forms are accepted.');
  }
  const { body } = request as Extended;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return new URLSearchParams(body.toString());
  const isParsed = request.readableEnded || ('_body' in request && request._body === true);
  if (isParsed) return new URLSearchParams(textFields(body));
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk as Buffer); // text if the app has called setEncoding()
    length += bytes.length;
    if (length > LONGEST_FORM) throw new FormError(413, 'The form is too long.');
    chunks.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function textFields(body: unknown): [string, string][] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}
