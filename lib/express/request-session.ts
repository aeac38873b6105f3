import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { RequestSession } from '../lifecycle/request-session.js';
import type { Settings } from '../lifecycle/options.js';
import type { SessionSchema } from '../schema/types.js';
import type { AnyResponse } from './held-response.js';
import { watchResponse } from './watch-response.js';

/** A request of `node:http`, of `node:http2`'s compatibility API, or of Express, which is one of `node:http`. */
export type AnyRequest = IncomingMessage | Http2ServerRequest;

/** Where the sessions of a request are found: the one behind `req.session` first. */
const ATTACHED = Symbol('typed-session');

/** What a request has besides its type: where we attach to it, and what Express gives it. */
interface Extended {
  [ATTACHED]?: ExpressRequestSession<SessionSchema>;
  /** Express's getter, which honours `trust proxy`. */
  readonly secure?: boolean;
  readonly originalUrl?: string;
  readonly session?: unknown;
}

/** One request's session on Express, or on a bare Node server. */
export class ExpressRequestSession<S extends SessionSchema> extends RequestSession<S> {
  readonly #request: AnyRequest;
  readonly #response: AnyResponse;
  readonly #next: (error?: unknown) => void;
  /** The next session of the same request, of another middleware. */
  #other: ExpressRequestSession<SessionSchema> | undefined;

  constructor(settings: Settings<S>, request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void) {
    super(settings, request);
    this.#request = request;
    this.#response = response;
    this.#next = next;
  }

  override cookieHeader(): string | undefined {
    const { rawHeaders } = this.#request as Partial<AnyRequest>; // a request made up by a test may lack them
    if (rawHeaders === undefined) return this.#request.headers.cookie;
    // `headers` is built when it is first read, which costs more than all else that an anonymous request is in for.
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i];
      if (name?.length === 6 && name.toLowerCase() === 'cookie') return this.#request.headers.cookie;
    }
    return undefined;
  }

  override isSecure(): boolean {
    const { secure } = this.#request as Extended;
    if (secure !== undefined) return secure;
    return 'encrypted' in this.#request.socket && this.#request.socket.encrypted;
  }

  override headersSent(): boolean {
    return this.#headersGone();
  }

  /** Replaced when the response is watched: one that waits for the store says that its headers were sent. */
  #headersGone: () => boolean = () => this.#response.headersSent;

  /**
   * Watches the response from now on, and not from the first look at the session: in `res.end(req.session.name)`, which
   * `end` is called is settled before the session is looked at.
   */
  #watch(): void {
    this.#headersGone = watchResponse(this, this.#response, this.#next);
  }

  override addCookie(header: string): void {
    // Of the two kinds of response only the header methods are used, which they share.
    const response = this.#response as Extract<AnyResponse, { assignSocket: unknown }>;
    const before = response.getHeader('Set-Cookie');
    const others = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
    response.setHeader('Set-Cookie', [...others, header]);
    // A cache that kept this answer would hand the session to others (OWASP Session Management, "Web Content Caching").
    if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store');
  }

  /**
   * Makes this the request's session: `req.session` if nobody has defined one yet, `of(req)` in any case.
   * @returns false where the same middleware has been here already
   */
  attach(): boolean {
    const request = this.#request as Extended;
    let last = request[ATTACHED];
    if (last === undefined) {
      request[ATTACHED] = this;
      this.#watch();
      if (!('session' in request)) Object.defineProperty(request, 'session', SESSION);
      return true;
    }
    for (;;) {
      if (Object.is(last.settings, this.settings)) return false;
      if (last.#other === undefined) break;
      last = last.#other;
    }
    last.#other = this;
    this.#watch();
    return true;
  }

  /** The request's session of one middleware, or the one behind `req.session`. */
  static find<S extends SessionSchema>(request: object, settings?: Settings<S>): ExpressRequestSession<S> | undefined {
    let found = (request as Extended)[ATTACHED];
    while (settings !== undefined && found !== undefined && !Object.is(found.settings, settings)) found = found.#other;
    // Whoever has these settings was made with their schema.
    return found as ExpressRequestSession<S> | undefined;
  }
}

/** `req.session`, decoded at the first look. */
const SESSION: PropertyDescriptor & ThisType<Extended> = {
  configurable: true,
  get() {
    return this[ATTACHED]?.session;
  },
  set() {
    throw new TypeError(
      'req.session cannot be replaced: change its fields, or await req.session.destroy() or .regenerate()',
    );
  },
};

/** The path that the client asked for, wherever in the app we are mounted. */
export function requestPath(request: AnyRequest): string {
  const url = (request as Extended).originalUrl ?? request.url ?? '/';
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** A session that somebody else put onto the request, as tests of a controller do. */
export function foreignSession(request: object): Readonly<Record<string, unknown>> | undefined {
  const { session } = request as Extended;
  return typeof session === 'object' && session !== null ? (session as Record<string, unknown>) : undefined; // any object can be asked for a field
}
