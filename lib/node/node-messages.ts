import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/**
 * A request of `node:http`, of the compatibility API of `node:http2`, or of Express, which is one of `node:http`.
 * @internal
 */
export type AnyRequest = IncomingMessage | Http2ServerRequest;

/** A response of `node:http` or of the compatibility API of `node:http2`. */
export type AnyResponse = ServerResponse | Http2ServerResponse;

/** The methods that begin a response. */
export type ResponseMethod = 'writeHead' | 'flushHeaders' | 'write' | 'end';

/**
 * The methods that the response gate intercepts. `flush` is not a method of Node: compression middleware before the session
 * adds it.
 */
export type InterceptedMethod = ResponseMethod | 'flush';

/** A method whose arguments are passed on as they are. */
export type Untyped = (this: unknown, ...args: unknown[]) => unknown;

/** Whether this is a response of the compatibility API of `node:http2`. */
export function isHttp2(response: AnyResponse): response is Http2ServerResponse {
  return 'stream' in response;
}

/** Whether Node itself made this response. Other responses (mock-res, Sails, engine.io) have only some of its members. */
export function isNodeResponse(response: AnyResponse): boolean {
  return 'assignSocket' in response || isHttp2(response);
}

/** A header's values; a response that is not Node's may lack everything but `getHeader` and `setHeader`. */
export function headerValues(response: AnyResponse, name: string): string[] {
  const value = (response as ServerResponse).getHeader(name); // both kinds of response have it
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [String(value)];
}

/** Adds a value to a header. */
export function addHeader(response: AnyResponse, name: string, value: string): void {
  (response as ServerResponse).setHeader(name, [...headerValues(response, name), value]);
}

/** Removes a header that is set. Node takes the removal of one that is not set as a request never to send it. */
export function removeHeader(response: AnyResponse, name: string): void {
  if (headerValues(response, name).length > 0) response.removeHeader(name);
}

/** The handler has responded: connect-timeout, which waits for the head, must not respond in its place. */
export function stopTimeout(request: AnyRequest): void {
  const { clearTimeout } = request as { readonly clearTimeout?: unknown };
  if (typeof clearTimeout === 'function') clearTimeout.call(request);
}
