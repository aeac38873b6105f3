import type { CookieAttributes } from '../cookie/options.js';
import { RequestSession } from '../lifecycle/request-session.js';
import type { Settings } from '../lifecycle/settings.js';
import type { SessionSchema } from '../schema/types.js';
import { finish } from '../lifecycle/finish.js';
import { writeCookie } from '../lifecycle/response-cookie.js';
import type { AnyRequest, Exchange, Participant } from './exchange.js';
import { ownSession } from './hooks.js';

/** What Express gives a request. */
interface ExpressRequest {
  /** Express's getter, which honours `trust proxy`. */
  readonly secure?: boolean;
  readonly originalUrl?: string;
}

/** One request's session on Express, or on a bare Node server. */
export class ExpressRequestSession<S extends SessionSchema> extends RequestSession<S> implements Participant {
  readonly #exchange: Exchange;
  #putAway = false;

  constructor(settings: Settings<S>, attributes: CookieAttributes, exchange: Exchange) {
    super(settings, attributes, exchange.request);
    this.#exchange = exchange;
    // Only a property of the request's own can be seen to be deleted; it costs some microseconds.
    if (settings.unset === 'destroy' && exchange.sessions.length === 0) ownSession(exchange.request);
  }

  /** `req.session = null`. */
  putAway(): void {
    this.#putAway = true;
  }

  override isPutAway(): boolean {
    if (this.settings.unset === 'destroy' && this.#exchange.sessions[0] === this) {
      this.#putAway ||= !Object.hasOwn(this.#exchange.request, 'session');
    }
    return this.#putAway;
  }

  override cookieHeader(): string | undefined {
    const { request } = this.#exchange;
    const { rawHeaders } = request as Partial<AnyRequest>; // a request made up by a test may lack them
    if (rawHeaders === undefined) return request.headers.cookie;
    // `headers` is built when it is first read, which costs more than all else that an anonymous request is in for.
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i];
      if (name?.length === 6 && name.toLowerCase() === 'cookie') return request.headers.cookie;
    }
    return undefined;
  }

  override isSecure(): boolean {
    const { request } = this.#exchange;
    const { proxy } = this.settings;
    const { secure } = request as ExpressRequest;
    if (proxy === undefined && secure !== undefined) return secure;
    if ('encrypted' in request.socket && request.socket.encrypted) return true;
    if (proxy !== true) return false;
    const header = request.headers['x-forwarded-proto'];
    return String(header).split(',', 1)[0]?.trim().toLowerCase() === 'https';
  }

  finish(status: number): Promise<void> | undefined {
    return finish(this, status);
  }

  writeCookie(): void {
    writeCookie(this);
  }

  failedLate(error: Error): void {
    const { onError } = this.settings;
    if (onError !== undefined) process.nextTick(onError, error, this.request);
  }

  override headersSent(): boolean {
    return this.#exchange.headersGone;
  }

  override addCookie(header: string): void {
    // Of the two kinds of response only the header methods are used, which they share.
    const response = this.#exchange.response as Extract<Exchange['response'], { assignSocket: unknown }>;
    const before = response.getHeader('Set-Cookie');
    const others = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
    response.setHeader('Set-Cookie', [...others, header]);
    // A cache that kept this answer would hand the session to others (OWASP Session Management, "Web Content Caching").
    if (response.getHeader('Cache-Control') === undefined) response.setHeader('Cache-Control', 'no-store');
  }
}

/** The path that the client asked for, wherever in the app we are mounted. */
export function requestPath(request: AnyRequest): string {
  const asked = (request as ExpressRequest).originalUrl ?? request.url ?? '/';
  const url = asked.startsWith('/') ? asked : URL.canParse(asked) ? new URL(asked).pathname : '/'; // a proxy may be asked by the whole URL
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
