import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { ParamsDictionary, Query, Request, Response } from 'express-serve-static-core';
import type { PromisedLocals, SchemaOf, SessionIdentity } from '../../guards/narrowing.js';
import type { Narrowed, Payload, SessionField, SessionSchema } from '../../schema/payload-types.js';
import type { RefuseExcess } from '../../schema/refusals.js';
import { storeSession } from './test-sessions.js';
import type { AnySessions } from '../../sessions/config-of.js';

/** What a {@link fakeRequest} has besides its session. */
export interface FakeRequestOptions {
  /** Default: `GET`. */
  readonly method?: string;
  /** The path with its query. Default: `/`. */
  readonly url?: string;
  /** Header fields, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `req.params`. Default: `{}`. */
  readonly params?: Readonly<Record<string, string>>;
  /** `req.body`, as a body parser would have set it. Default: none. */
  readonly body?: unknown;
}

/** A response that was sent to a {@link fakeRequest}. */
export interface SentResponse {
  /** The status. */
  readonly status: number;
  /** The header fields, by lower-case name. */
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** The body as text. */
  readonly text: string;
}

/** Those values of a payload that a guard can require. */
type Literals<P> = { [K in keyof P as P[K] extends string | number | boolean ? K : never]: P[K] };

/** What guards would find out about a session with this payload. */
type FoundIn<S extends SessionSchema, P> = Narrowed<S, (keyof P & SessionField<S>) | Literals<P>>;

/** A request of Express whose session contains `P`. */
export type FakeRequest<M extends AnyMiddleware, P> = Request<
  ParamsDictionary,
  unknown,
  unknown,
  Query,
  Response['locals'] & PromisedLocals<M, FoundIn<SchemaOf<M>, P>>
> & {
  /** The response to this request. */
  readonly res: Response;
  /**
   * Resolves when the response has been sent, with what was sent. Rejects with the error if the commit fails.
   */
  readonly sent: Promise<SentResponse>;
};

/** A middleware that `session()` of `typed-session` returned. */
type AnyMiddleware = SessionIdentity<SessionSchema, string> & AnySessions<SessionSchema>;

/**
 * A request of Express with a stored session, without a server: for unit tests of guards, handlers, and decorated controllers.
 * The session and its methods are real. Guards accept it, `await req.session.rotate()` gives it a new id, and the changes of a
 * handler are committed before the response, which `sent` resolves to.
 *
 * @param sessions - the middleware of the app
 * @param payload - what the session contains; without it, the client has no session
 * @param options - the rest of the request
 * @throws the errors of `sessionCookie()`
 * @example
 * ```ts
 * import { requireSession, session } from 'typed-session';
 * import { fakeRequest } from 'typed-session/testing';
 * import { z } from 'zod';
 *
 * const sessions = session({ schema: z.object({ userId: z.string().optional() }), secret: 'only for tests' });
 *
 * const request = await fakeRequest(sessions, { userId: 'u1' });
 * requireSession('userId')(request, request.res, () => request.res.json({ id: request.session.userId }));
 * const { status, text } = await request.sent; // 200, '{"id":"u1"}'
 * ```
 */
export async function fakeRequest<M extends AnyMiddleware, const P extends Partial<Payload<SchemaOf<M>>> = object>(
  sessions: M,
  payload?: P & RefuseExcess<P, SchemaOf<M>>,
  options: FakeRequestOptions = {},
): Promise<FakeRequest<M, P>> {
  const cookie = payload === undefined ? undefined : await storeSession(sessions, payload, 'fakeRequest()');
  const { default: express } = await import('express'); // only for those who fake a request of Express
  const { request, response, sent } = messages(options, cookie);
  const app = express();
  return new Promise((resolve, reject) => {
    app.use(sessions as unknown as Parameters<typeof app.use>[0]);
    app.use((req: object) => {
      const { params = {}, body } = options;
      resolve(Object.assign(req, { params, body, sent: sent.promise }) as unknown as FakeRequest<M, P>);
    });
    // Express tells an error handler by its four parameters.
    app.use((error: Error, _request: unknown, _response: unknown, _next: unknown) => {
      reject(error);
      sent.reject(error);
    });
    app(request, response);
  });
}

/** A request and its response, on a socket that leads nowhere. */
function messages(options: FakeRequestOptions, cookie: string | undefined) {
  const { method = 'GET', url = '/', headers = {} } = options;
  const chunks: Buffer[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  // Node's types want a Socket, and its code reads these two properties. Cookies with Secure are only set over TLS.
  const asSocket = Object.assign(socket, { encrypted: true, remoteAddress: '127.0.0.1' }) as unknown as Socket;
  const request = new IncomingMessage(asSocket);
  const all = { host: 'localhost', ...headers, ...(cookie === undefined ? {} : { cookie }) };
  Object.assign(request, { method, url, headers: all, rawHeaders: Object.entries(all).flat(), complete: true });
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.useChunkedEncodingByDefault = false; // so that the body is not cut into chunks
  response.assignSocket(asSocket);
  const sent = deferred<SentResponse>();
  response.once('finish', () => {
    const whole = Buffer.concat(chunks);
    const text = whole.subarray(whole.indexOf('\r\n\r\n') + 4).toString();
    sent.resolve({ status: response.statusCode, headers: { ...response.getHeaders() }, text });
  });
  return { request, response, sent };
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...functions) => {
    [resolve, reject] = functions;
  });
  promise.catch(() => undefined); // a test that does not look at the response must not end by it
  return { promise, resolve, reject };
}
