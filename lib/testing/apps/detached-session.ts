import type { SessionSchema } from '../../schema/payload-types.js';
import { RequestSession } from '../../sessions/request-session.js';
import type { SessionConfig } from '../../sessions/session-config.js';
import type { Transport } from '../../sessions/transport.js';

/** A session without an app: the request has no more than a Cookie header, and the response no more than its cookies. */
export class DetachedTransport implements Transport {
  /** What `genid` and `cookie` get as the request, if they are functions. */
  readonly request = { method: 'GET', url: '/', originalUrl: '/', headers: {} };
  /** The Set-Cookie headers of the response. */
  readonly setCookies: string[] = [];
  readonly #cookie: string | undefined;

  constructor(cookie?: string) {
    this.#cookie = cookie;
  }

  cookieHeader(): string | undefined {
    return this.#cookie;
  }

  isSecure(): boolean {
    return true; // otherwise a cookie with `Secure` would be withheld
  }

  headersSent(): boolean {
    return false;
  }

  isCacheable(): boolean {
    return false;
  }

  addCookie(header: string): void {
    this.setCookies.push(header);
  }
}

/** The session of a request that has this Cookie header. It is not loaded yet. */
export function detachedSession<S extends SessionSchema>(
  config: SessionConfig<S>,
  transport: DetachedTransport,
): RequestSession<S> {
  const { request } = transport;
  const attributes = typeof config.cookie === 'function' ? config.cookie(request) : config.cookie;
  return new RequestSession(config, attributes, transport);
}
