import { isShared, isTargeted, privateOf } from '../cookie/cache-control.js';
import type { Transport } from '../sessions/transport.js';

/** A request and its response as the fetch API has them: the response is known only when the handler has returned it. */
export class FetchTransport implements Transport {
  readonly request: Request;
  readonly #proxy: boolean;
  #headers = new Headers();
  /** Whether a response with the cookies has been made: it is too late for another cookie, unless there is a second response. */
  isDone = false;

  constructor(request: Request, proxy: boolean) {
    this.request = request;
    this.#proxy = proxy;
  }

  cookieHeader(): string | undefined {
    return this.request.headers.get('Cookie') ?? undefined;
  }

  isSecure(): boolean {
    if (this.request.url.startsWith('https:')) return true;
    const [first = ''] = (this.request.headers.get('X-Forwarded-Proto') ?? '').split(',', 1);
    return this.#proxy && first.trim().toLowerCase() === 'https';
  }

  headersSent(): boolean {
    return this.isDone;
  }

  isCacheable(): boolean {
    return [...this.#headers].some(([field, value]) => isCacheField(field) && isShared(value));
  }

  /** A cache that kept the response would hand the session to others (OWASP Session Management, "Web Content Caching"). */
  addCookie(header: string): void {
    const headers = this.#headers;
    headers.append('Set-Cookie', header);
    const value = headers.get('Cache-Control');
    if (value === null) headers.set('Cache-Control', 'no-store');
    else if (isShared(value)) headers.set('Cache-Control', privateOf(value));
    const targeted = [...headers].filter(([field, text]) => isTargeted(field) && isShared(text));
    for (const [field] of targeted) headers.set(field, 'no-store');
  }

  /** The handler has returned its response: from now on, cookies go onto a copy of its headers. */
  responded(response: Response): void {
    this.#headers = new Headers(response.headers);
    this.isDone = false;
  }

  /** The response with the cookies. Another object only if there are some, and its own headers are immutable. */
  finished(response: Response): Response {
    this.isDone = true;
    if (this.#headers.getSetCookie().length === response.headers.getSetCookie().length) return response;
    try {
      for (const [field] of this.#headers) response.headers.delete(field);
      for (const [field, value] of this.#headers) response.headers.append(field, value);
      return response;
    } catch {
      const { status, statusText } = response; // of `fetch()` or `Response.redirect()`
      return new Response(response.body, { status, statusText, headers: this.#headers });
    }
  }
}

function isCacheField(field: string): boolean {
  return field === 'cache-control' || isTargeted(field);
}
