import type { CookieAttributes } from '../cookie/options.js';
import { isCacheable, keepPrivate, type HeaderFields } from '../cookie/cache-control.js';
import { saysHttps } from '../cookie/forwarded.js';
import { emit } from '../events.js';
import type { SessionSchema } from '../schema/types.js';
import { commit } from '../sessions/commit.js';
import { RequestSession } from '../sessions/request-session.js';
import { writeCookie } from '../sessions/response-cookie.js';
import type { Settings } from '../sessions/settings.js';
import type { Transport } from '../sessions/transport.js';

/**
 * One session of a request on the fetch API. Its response is known only when the handler has returned it, and a handler may
 * call another one for the same request: so each response gets the cookie that is due, and those sent before it.
 */
export class FetchTransport<S extends SessionSchema> implements Transport {
  readonly request: Request;
  readonly session: RequestSession<S>;
  /** A copy of the response's headers. */
  #headers = new Headers();
  /** The Set-Cookie headers for this request, by the name of the cookie. */
  readonly #cookies = new Map<string, string>();
  /** Those that another one of the same name has replaced. */
  readonly #replaced = new Set<string>();
  #handlers = 0;
  #isResponded = false;

  constructor(settings: Settings<S>, attributes: CookieAttributes, request: Request) {
    this.request = request;
    this.session = new RequestSession(settings, attributes, this);
  }

  /** There is going to be a response, the first one or another. */
  expectResponse(): void {
    this.#isResponded = false;
  }

  /** Runs a handler; while one runs, a response is still to come. */
  async run<T>(handler: () => Promise<T>): Promise<T> {
    this.#handlers += 1;
    try {
      return await handler();
    } finally {
      this.#handlers -= 1;
    }
  }

  /** Whether a handler that called the one that has just ended is still at work. */
  get isHandling(): boolean {
    return this.#handlers > 0;
  }

  cookieHeader(): string | undefined {
    return this.request.headers.get('Cookie') ?? undefined;
  }

  isSecure(): boolean {
    if (this.request.url.startsWith('https:')) return true;
    return this.session.settings.proxy === true && saysHttps(this.request.headers.get('X-Forwarded-Proto'));
  }

  headersSent(): boolean {
    return this.#isResponded && this.#handlers === 0;
  }

  isCacheable(): boolean {
    return isCacheable(fieldsOf(this.#headers));
  }

  addCookie(header: string): void {
    const name = header.slice(0, header.indexOf('='));
    const before = this.#cookies.get(name);
    if (before !== undefined) this.#replaced.add(before);
    this.#cookies.set(name, header);
  }

  /**
   * Commits the session, and returns the response with the cookie.
   * @throws what `req.session.save()` rejects with; the session is as it was stored last then
   */
  async commit(response: Response): Promise<Response> {
    this.#headers = new Headers(response.headers);
    this.#isResponded = !canCarryCookies(response);
    try {
      await commit(this.session, response.status, false);
    } catch (error) {
      this.session.rollBack();
      emit('error', { request: this.request, error: error as Error, consequence: 'refused' }); // a commit rejects with errors
      throw error;
    }
    return this.respond(response);
  }

  /**
   * Returns the response with the cookies that are due already. If there are any, it is another response with the same
   * body: the app may use its own one for several requests, and its headers may be immutable.
   */
  respond(response: Response): Response {
    const isCarrier = canCarryCookies(response);
    if (isCarrier) writeCookie(this.session);
    this.#isResponded = true;
    const before = response.headers.getSetCookie();
    const due = [...this.#cookies.values()].filter((cookie) => !before.includes(cookie));
    if (!isCarrier || due.length === 0) return response;
    const { status, statusText, body } = response;
    const headers = new Headers(response.headers);
    headers.delete('Set-Cookie');
    const kept = before.filter((cookie) => !this.#replaced.has(cookie)); // an inner handler's response may have those
    for (const cookie of [...kept, ...due]) headers.append('Set-Cookie', cookie);
    keepPrivate(fieldsOf(headers));
    return new Response(body, { status, statusText, headers });
  }
}

/** Whether a response can be made again with a cookie: not one of status 101, nor `Response.error()`, whose status is 0. */
function canCarryCookies({ status }: Response): boolean {
  return status >= 200;
}

function fieldsOf(headers: Headers): HeaderFields {
  return {
    names: () => [...headers.keys()],
    get: (field) => headers.get(field) ?? undefined,
    set: (field, value) => {
      headers.set(field, value);
    },
  };
}
