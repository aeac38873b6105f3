import type { CookieAttributes } from '../cookie/cookie-options.js';
import { isCacheable, keepPrivate, type HeaderFields } from '../cookie/cache-control.js';
import { saysHttps } from '../cookie/forwarded-proto.js';
import { emit } from '../events.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { commit } from '../sessions/commit.js';
import { RequestSession } from '../sessions/request-session.js';
import type { Attachment } from '../sessions/registry.js';
import { writeCookie } from '../sessions/response-cookie.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { Transport } from '../sessions/transport.js';

/**
 * One session of a request on the fetch API. Its response is only known when the handler has returned it, and a handler may
 * call another one for the same request. So each response gets the cookie that is due, and those that were sent before.
 */
export class FetchTransport<S extends SessionSchema> implements Transport, Attachment<S> {
  readonly request: Request;
  readonly config: SessionConfig<S>;
  readonly session: RequestSession<S>;
  /** A copy of the response's headers. */
  #headers = new Headers();
  /** The Set-Cookie headers for this request, by the name of the cookie. */
  readonly #cookies = new Map<string, string>();
  /** Those that a newer one of the same name has replaced. */
  readonly #replaced = new Set<string>();
  #handlers = 0;
  #isResponded = false;

  constructor(config: SessionConfig<S>, attributes: CookieAttributes, request: Request) {
    this.request = request;
    this.config = config;
    this.session = new RequestSession(config, attributes, this);
  }

  /** A response will follow: the first one, or another one. */
  expectResponse(): void {
    this.#isResponded = false;
  }

  /** Runs a handler. While one is running, a response is still to come. */
  async run<T>(handler: () => Promise<T>): Promise<T> {
    this.#handlers += 1;
    try {
      return await handler();
    } finally {
      this.#handlers -= 1;
    }
  }

  /** Whether a handler is still running, because it called the one that has just ended. */
  get isHandling(): boolean {
    return this.#handlers > 0;
  }

  cookieHeader(): string | undefined {
    return this.request.headers.get('Cookie') ?? undefined;
  }

  isSecure(): boolean {
    if (this.request.url.startsWith('https:')) return true;
    return this.config.proxy === true && saysHttps(this.request.headers.get('X-Forwarded-Proto'));
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
   * @throws the errors of `req.session.save()`; the session is then reset to what was stored last
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
   * Returns the response with the cookies that are already due. If there are any, the result is another response with the same
   * body: the app may use its response for several requests, and the headers may be immutable.
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
    const kept = before.filter((cookie) => !this.#replaced.has(cookie)); // an inner handler's response may contain those
    for (const cookie of [...kept, ...due]) headers.append('Set-Cookie', cookie);
    keepPrivate(fieldsOf(headers));
    return new Response(body, { status, statusText, headers });
  }
}

/** Whether a response can be created again with a cookie: one with status 101 and `Response.error()`, with status 0, cannot. */
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
