import { ServerResponse } from 'node:http';
import { types } from 'node:util';
import { isHttp2, isNodeResponse, removeHeader, type AnyResponse, type InterceptedMethod } from './node-messages.js';

/** The methods that change headers, and what Node calls that in its error. */
export const HEADER_METHODS = {
  setHeader: 'set',
  setHeaders: 'set',
  appendHeader: 'append',
  removeHeader: 'remove',
} as const;

/** A method that changes headers. */
export type HeaderMethod = keyof typeof HEADER_METHODS;

/** Throws the error that Node throws for a header after the headers. */
export function refuseHeaders(http2: boolean, verb: string): never {
  const [message, code] = http2
    ? ['Response has already been initiated.', 'ERR_HTTP2_HEADERS_SENT']
    : [`Cannot ${verb} headers after they are sent to the client`, 'ERR_HTTP_HEADERS_SENT'];
  const error = Object.assign(new Error(message), { code });
  // Node's own errors have their code in the stack and in the text, which is what people search for.
  error.stack = error.stack?.replace(/^Error/, `Error [${code}]`) ?? '';
  Object.defineProperty(error, 'toString', { value: () => `Error [${code}]: ${message}` });
  throw error;
}

/**
 * Lets Node refuse an invalid status. Node alone would refuse it only when it writes the head, and by then the session is
 * stored.
 * @throws what Node throws
 */
export function checkStatus(response: AnyResponse): void {
  if (isHttp2(response) || !isNodeResponse(response)) return; // HTTP/2 has checked the status when it was set
  const { statusCode, statusMessage } = response;
  if (statusCode >= 100 && statusCode <= 999 && !statusMessage) return;
  scratchResponse().writeHead(statusCode, statusMessage);
}

/** A response that is sent nowhere. */
function scratchResponse(): ServerResponse {
  const request = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 }; // what the constructor reads of a request
  return Reflect.construct(ServerResponse, [request]) as ServerResponse;
}

/**
 * Sets on the response what a handler passed to `writeHead`, so that a cookie can still be added to its Set-Cookie.
 * Accepts every form that Node does: `(status, message?, headers?)`, with the headers as an object, as
 * `[name, value, …]`, or as `[[name, value], …]`.
 * @returns the arguments that remain for `writeHead`
 * @throws what Node throws for an invalid status, name, or value
 */
export function applyHead(response: AnyResponse, args: readonly unknown[]): unknown[] {
  const [status, second, third] = args;
  const message = typeof second === 'string' ? second : undefined;
  const headers = message === undefined ? (third ?? second) : third;
  const odd = Array.isArray(headers) && !Array.isArray(headers[0]) && headers.length % 2 !== 0;
  if (!isHttp2(response) && isNodeResponse(response)) {
    scratchResponse().writeHead(status as number, odd ? headers : {});
  }
  if (message !== undefined && !isHttp2(response)) {
    response.statusMessage = message; // Node keeps it here even if it refuses it
    checkStatus(response);
  }
  applyHeaders(response as ServerResponse, headers); // only members that both kinds of response have
  response.statusCode = Number(status) | 0;
  return message === undefined ? [response.statusCode] : [response.statusCode, message];
}

function applyHeaders(response: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const given: unknown[] = headers;
    const flat = (Array.isArray(given[0]) ? given.flat(1) : given) as string[];
    for (let i = 0; i < flat.length; i += 2) removeHeader(response, String(flat[i]));
    for (let i = 0; i < flat.length; i += 2) response.appendHeader(String(flat[i]), flat[i + 1] ?? '');
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
  }
}

/**
 * Whether Node throws for what is to be written. Node would send the headers before it throws for an encoding.
 * @throws what Node throws for an unknown encoding
 */
export function isRefused(method: InterceptedMethod, chunk: unknown, encoding?: unknown): boolean {
  if (method !== 'write' && method !== 'end') return false;
  if (typeof chunk === 'string') {
    const isWrong = typeof encoding === 'string' && encoding !== '' && !Buffer.isEncoding(encoding);
    if (isWrong && chunk !== '') Buffer.from(chunk, encoding as BufferEncoding);
    return false;
  }
  // Not instanceof: under Jest, a Buffer of the test's realm is not an instance of this realm's Uint8Array.
  if (types.isUint8Array(chunk)) return false;
  return method === 'write' || (Boolean(chunk) && typeof chunk !== 'function'); // `end` treats what is falsy as no chunk
}
