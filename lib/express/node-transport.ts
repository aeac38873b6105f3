import type { ServerResponse } from 'node:http';
import type { CookieAttributes } from '../cookie/options.js';
import { RequestSession } from '../sessions/request-session.js';
import type { Settings } from '../sessions/settings.js';
import type { SessionSchema } from '../schema/types.js';
import { isShared, isTargeted, privateOf } from '../cookie/cache-control.js';
import { destroy } from '../sessions/actions.js';
import { finish } from '../sessions/finish.js';
import type { Transport } from '../sessions/transport.js';
import { writeCookie } from '../sessions/response-cookie.js';
import { addHeader, headerValues, type AnyRequest, type AnyResponse } from '../node/messages.js';
import type { ResponseHook, ResponseMoment } from '../node/response-hook.js';
import { defer } from '../timers.js';
import type { RequestContext } from './request-context.js';
import { cookieHeaderOf, expressSecure, isEncrypted, isForwardedSecure } from '../node/request-headers.js';

/** What Express gives a request. */
interface ExpressRequest {
  readonly originalUrl?: string;
  readonly route?: { readonly path?: unknown } | undefined;
}

/** One session of a request on Express, or on a bare Node server. */
export class NodeTransport<S extends SessionSchema> implements Transport, ResponseHook {
  readonly request: AnyRequest;
  readonly session: RequestSession<S>;
  readonly #context: RequestContext;

  constructor(settings: Settings<S>, attributes: CookieAttributes, context: RequestContext) {
    this.request = context.request;
    this.#context = context;
    this.session = new RequestSession(settings, attributes, this);
  }

  cookieHeader(): string | undefined {
    return cookieHeaderOf(this.request);
  }

  isSecure(): boolean {
    const { proxy } = this.session.settings;
    const secure = proxy === undefined ? expressSecure(this.request) : undefined;
    if (secure !== undefined) return secure;
    return isEncrypted(this.request) || (proxy === true && isForwardedSecure(this.request));
  }

  headersSent(): boolean {
    return this.#context.gate.headersGone;
  }

  isCacheable(): boolean {
    const { response } = this.#context;
    return (
      targetedFields(response).some((field) => isShared(headerValues(response, field).join())) ||
      headerValues(response, 'Cache-Control').some((_value, _at, all) => isShared(all.join()))
    );
  }

  addCookie(header: string): void {
    const { response } = this.#context;
    addHeader(response, 'Set-Cookie', header);
    keepFromSharedCaches(response);
  }

  whenFinished(then: (status: number, route: string | undefined) => void): void {
    const { response } = this.#context;
    if (typeof response.once !== 'function') return; // a mock may be no emitter
    response.once('finish', () => {
      if (!this.#context.isUnset(this.session)) then(response.statusCode, routeOf(this.request));
    });
  }

  commit({ status, streamed }: ResponseMoment): Promise<void> | undefined {
    const { session } = this;
    if (!this.#context.isUnset(session)) return finish(session, status, streamed);
    if (session.settings.unset === 'keep' || session.ended !== undefined || !session.loaded) return undefined;
    return destroy(session);
  }

  writeCookie(): void {
    writeCookie(this.session);
  }

  rollBack(): void {
    this.session.rollBack();
  }

  failedLate(error: Error): void {
    const { onError } = this.session.settings;
    if (onError !== undefined) defer(onError, error, this.request);
  }
}

/** A cache that kept this response would hand the session to others (OWASP Session Management, "Web Content Caching"). */
function keepFromSharedCaches(response: AnyResponse): void {
  const target = response as ServerResponse; // both kinds of response have its methods for headers
  const value = headerValues(response, 'Cache-Control').join(', ');
  if (value === '') target.setHeader('Cache-Control', 'no-store');
  else if (isShared(value)) target.setHeader('Cache-Control', privateOf(value));
  for (const field of targetedFields(response)) {
    if (isShared(headerValues(response, field).join())) target.setHeader(field, 'no-store');
  }
}

function targetedFields(response: AnyResponse): string[] {
  const { getHeaderNames } = response as Partial<ServerResponse>; // a test's response may lack it
  return getHeaderNames === undefined ? [] : getHeaderNames.call(response).filter(isTargeted);
}

/** The pattern of the route that handles a request, in its router: a `baseUrl` may hold values of the path. */
function routeOf(request: AnyRequest): string | undefined {
  const { route } = request as ExpressRequest;
  return typeof route?.path === 'string' ? `${request.method ?? ''} ${route.path}` : undefined;
}

/** The path that the client asked for, wherever in the app we are mounted. */
export function requestPath(request: AnyRequest): string {
  const asked: unknown = (request as ExpressRequest).originalUrl ?? request.url;
  if (typeof asked !== 'string') return '/'; // a created request may lack both
  const url = asked.startsWith('/') ? asked : URL.canParse(asked) ? new URL(asked).pathname : '/'; // a proxy may be asked by the whole URL
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
