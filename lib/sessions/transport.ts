/**
 * The request and the response that carry a session. Each host (Node with Express, the fetch API) implements it.
 *
 * For each request, the host puts a transport with its `RequestSession` onto the request (`attach`). It awaits `load` before the
 * handler and `commit` before the first byte, and calls `writeCookie` when it writes the head.
 */
export interface Transport {
  readonly request: object;
  /** The request's Cookie header. */
  cookieHeader(): string | undefined;
  /** Whether the request came over TLS, according to what the app trusts. */
  isSecure(): boolean;
  /** Whether it is too late to set a cookie. */
  headersSent(): boolean;
  /** Whether shared caches may keep the response, according to its current headers. */
  isCacheable(): boolean;
  /** Adds a Set-Cookie header to the response, and keeps it out of shared caches. */
  addCookie(header: string): void;
  /** Calls back when the response has finished, with its status and the pattern of its route, if the host can tell. */
  whenFinished?(then: (status: number, route: string | undefined) => void): void;
}
