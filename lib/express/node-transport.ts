import type { ServerResponse } from 'node:http';
import type { CookieAttributes } from '../cookie/cookie-options.js';
import { RequestSession } from '../sessions/request-session.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { isCacheable, keepPrivate, type HeaderFields } from '../cookie/cache-control.js';
import { destroy } from '../sessions/actions.js';
import { commit, runOnSuccess } from '../sessions/commit.js';
import { load } from '../sessions/load.js';
import type { Attachment } from '../sessions/registry.js';
import type { Transport } from '../sessions/transport.js';
import { isObserved } from '../events.js';
import { writeCookie } from '../sessions/response-cookie.js';
import { addHeader, headerValues, type AnyRequest, type AnyResponse } from '../node/node-messages.js';
import type { ResponseHook, ResponseMoment } from '../node/response-hook.js';
import { defer } from '../timers.js';
import type { RequestContext } from './request-context.js';
import { cookieHeaderOf, expressSecure, isEncrypted, requestHeader } from '../node/request-headers.js';
import { saysHttps } from '../cookie/forwarded-proto.js';

/** The properties that Express adds to a request. */
interface ExpressRequest {
  readonly originalUrl?: string;
  readonly route?: { readonly path?: unknown } | undefined;
}

/** One session of a request on Express, or on a bare Node server. */
export class NodeTransport<S extends SessionSchema> implements Transport, ResponseHook, Attachment<S> {
  readonly config: SessionConfig<S>;
  readonly request: AnyRequest;
  readonly #attributes: CookieAttributes;
  readonly #context: RequestContext;
  #session: RequestSession<S> | undefined;
  /** Whether the request came without a cookie, so that its session begins when something asks for it. */
  #beginsLater = false;

  constructor(config: SessionConfig<S>, attributes: CookieAttributes, context: RequestContext) {
    this.config = config;
    this.request = context.request;
    this.#attributes = attributes;
    this.#context = context;
  }

  get session(): RequestSession<S> {
    if (this.#session === undefined) {
      this.#session = new RequestSession(this.config, this.#attributes, this);
      if (this.#beginsLater) this.#session.initialize('none');
    }
    return this.#session;
  }

  /** The request arrives. Returns `undefined` if there is nothing to wait for. */
  begin(): Promise<void> | undefined {
    const { load: when, names, saveUninitialized } = this.config;
    if (when !== 'eager') return undefined;
    const header = this.cookieHeader();
    const mayHaveSession = header !== undefined && names.some((name) => header.includes(name));
    this.#beginsLater = !mayHaveSession && !saveUninitialized && !isObserved('load');
    return this.#beginsLater ? undefined : load(this.session);
  }

  cookieHeader(): string | undefined {
    return cookieHeaderOf(this.request);
  }

  isSecure(): boolean {
    const { proxy } = this.config;
    const secure = proxy === undefined ? expressSecure(this.request) : undefined;
    if (secure !== undefined) return secure;
    return isEncrypted(this.request) || (proxy === true && saysHttps(requestHeader(this.request, 'x-forwarded-proto')));
  }

  headersSent(): boolean {
    return this.#context.gate.headersGone;
  }

  isCacheable(): boolean {
    return isCacheable(headersOf(this.#context.response));
  }

  addCookie(header: string): void {
    const { response } = this.#context;
    addHeader(response, 'Set-Cookie', header);
    keepPrivate(headersOf(response));
  }

  whenFinished(then: (status: number, route: string | undefined) => void): void {
    const { response } = this.#context;
    if (typeof response.once !== 'function') return; // a mock may not be an emitter
    response.once('finish', () => {
      if (!this.#context.isUnset(this)) then(response.statusCode, routeOf(this.request));
    });
  }

  commit({ status, streamed }: ResponseMoment): Promise<void> | undefined {
    const isUnset = this.#context.isUnset(this);
    if (!isUnset) return this.#session && commit(this.#session, status, streamed);
    const { session } = this;
    const work = session.onSuccess === 'destroy' ? runOnSuccess(session, status, streamed) : undefined;
    if (work !== undefined) return work;
    if (session.config.unset === 'keep' || session.state.end !== undefined || !session.state.isLoaded) return undefined;
    return destroy(session);
  }

  writeCookie(): void {
    if (this.#session !== undefined) writeCookie(this.#session);
  }

  rollBack(): void {
    this.#session?.rollBack();
  }

  failedLate(error: Error): void {
    const { onError } = this.config;
    if (onError !== undefined) defer(onError, error, this.request);
  }
}

function headersOf(response: AnyResponse): HeaderFields {
  const target = response as ServerResponse; // both kinds of response have its methods for headers
  const { getHeaderNames } = response as Partial<ServerResponse>; // a fake response in a test may lack it
  return {
    names: () => getHeaderNames?.call(response) ?? [],
    get(field) {
      const values = headerValues(response, field);
      return values.length === 0 ? undefined : values.join(', ');
    },
    set: (field, value) => void target.setHeader(field, value),
  };
}

/**
 * The pattern of the route that handles a request, within its router. `baseUrl` is left out, because it may hold values of the
 * path.
 */
function routeOf(request: AnyRequest): string | undefined {
  const { route } = request as ExpressRequest;
  return typeof route?.path === 'string' ? `${request.method ?? ''} ${route.path}` : undefined;
}

/** The path that the client requested, wherever in the app the middleware is mounted. */
export function requestPath(request: AnyRequest): string {
  const asked: unknown = (request as ExpressRequest).originalUrl ?? request.url;
  if (typeof asked !== 'string') return '/'; // a fake request may lack both
  const url = asked.startsWith('/') ? asked : URL.canParse(asked) ? new URL(asked).pathname : '/'; // a proxy may be asked by the whole URL
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
