import { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { types } from 'node:util';
import type { AnyResponse, Exchange } from './exchange.js';
import type { Method } from './hooks.js';

/** What describes a body or where it lies; an error response in its place must not inherit it. */
// prettier-ignore
const REPRESENTATION_HEADERS = [
  'accept-ranges', 'age', 'cache-control', 'content-disposition', 'content-encoding', 'content-language',
  'content-length', 'content-location', 'content-range', 'content-type', 'etag', 'expires', 'last-modified', 'location',
  'trailer', 'transfer-encoding',
];

/** The methods that change headers, and how Node names that in its error. */
export const HEADER_METHODS = [
  ['setHeader', 'set'],
  ['setHeaders', 'set'],
  ['appendHeader', 'append'],
  ['removeHeader', 'remove'],
] as const;

/** How a response that waits looks to its handler: as if its headers had been sent, or as if it had ended too. */
export type Looks = 'begun' | 'ended';

/**
 * Makes a response look to its handler as if it had been sent, while what was said of it waits for the store: headers
 * can no longer be set, and nothing that is set still changes the status.
 *
 * Where Express's prototypes have our members, they ask the exchange how the response looks. Any other response has, for
 * that time, another prototype in front of its own.
 */
export class HeldResponse {
  readonly #exchange: Exchange;
  readonly #response: AnyResponse;
  readonly #prototype: object;
  readonly #statusCode: number;
  readonly #statusMessage: string;

  constructor(exchange: Exchange) {
    const { response } = exchange;
    this.#exchange = exchange;
    this.#response = response;
    this.#prototype = Object.getPrototypeOf(response) as object; // a response has one
    this.#statusCode = response.statusCode;
    this.#statusMessage = isHttp2(response) ? '' : response.statusMessage; // HTTP/2 warns who asks for it
    this.#look('begun');
  }

  /**
   * From here on the response counts as ended. `finished` does not say so: by it Node tells, when the server closes,
   * which connections are idle.
   */
  end(): void {
    this.#look('ended');
  }

  /** The response is itself again, with the status that it had when it was held. */
  release(): void {
    this.#look(undefined);
    this.#response.statusCode = this.#statusCode;
    if (!isHttp2(this.#response)) this.#response.statusMessage = this.#statusMessage;
  }

  #look(looks: Looks | undefined): void {
    if (this.#exchange.hooked) {
      this.#exchange.looks = looks;
    } else {
      const prototype = looks === undefined ? this.#prototype : heldPrototypes(this.#response, this.#prototype)[looks];
      Object.setPrototypeOf(this.#response, prototype);
    }
  }

  /**
   * The response is itself again and ready for another answer than the one that was held. It has the error's status
   * already: the handler of the first answer, who knows of nothing, may write on before the error handler does.
   */
  discard(error: Error): void {
    this.release();
    this.#response.statusCode = statusOf(error);
    if (!isHttp2(this.#response)) this.#response.statusMessage = '';
    for (const name of REPRESENTATION_HEADERS) removeHeader(this.#response, name);
  }
}

/** The status that an error asks for, as Express's own error handler reads it. */
function statusOf(error: Error): number {
  const { status } = error as { readonly status?: unknown }; // any object can be asked for it
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}

/** What stands in front of a response's own prototype while it is held; an app has one or two of these. */
const known = new WeakMap<object, Readonly<Record<Looks, object>>>();

function heldPrototypes(response: AnyResponse, prototype: object): Readonly<Record<Looks, object>> {
  let made = known.get(prototype);
  if (made === undefined) {
    const http2 = isHttp2(response);
    const begun = Object.create(prototype, { headersSent: { get: () => true, configurable: true } }) as object;
    for (const [method, verb] of HEADER_METHODS) {
      const value = (): never => refuseHeaders(http2, verb);
      Object.defineProperty(begun, method, { value, writable: true, configurable: true });
    }
    const ended = Object.create(begun, { writableEnded: { get: () => true, configurable: true } }) as object;
    made = { begun, ended };
    known.set(prototype, made);
  }
  return made;
}

export function isHttp2(response: AnyResponse): response is Http2ServerResponse {
  return 'stream' in response;
}

/** The error that Node gives for a header after the headers. */
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

/** Removes a header that is there; removing one that is not tells Node to do without it from then on. */
function removeHeader(response: AnyResponse, name: string): void {
  if (response.hasHeader(name)) response.removeHeader(name);
}

/**
 * Lets Node refuse a status that is none. Left to itself it would do so when it writes the head, and by then the
 * session is stored.
 * @throws what Node throws
 */
export function checkStatus(response: AnyResponse): void {
  if (isHttp2(response)) return; // it has checked when the status was set
  const { statusCode, statusMessage } = response;
  if (statusCode >= 100 && statusCode <= 999 && !statusMessage) return;
  new ServerResponse(response.req).writeHead(statusCode, statusMessage);
}

/**
 * Sets on the response what a handler gave to `writeHead`, so that a cookie can still be added to its Set-Cookie. Takes
 * every form that Node does: `(status, message?, headers?)`, the headers as an object, `[name, value, …]` or
 * `[[name, value], …]`.
 * @returns the arguments that are left for `writeHead`
 * @throws what Node throws for a status, a name or a value that it refuses
 */
export function applyHead(response: AnyResponse, args: readonly unknown[]): unknown[] {
  const [status, second, third] = args;
  const message = typeof second === 'string' ? second : undefined;
  const headers = message === undefined ? (third ?? second) : third;
  // Of the two kinds of response only the header methods are used, which they share; Node checks names and values.
  const target = response as ServerResponse;
  const odd = Array.isArray(headers) && !Array.isArray(headers[0]) && headers.length % 2 !== 0;
  if (!isHttp2(response)) {
    new ServerResponse(response.req).writeHead(status as number, odd ? headers : {}); // a response that goes nowhere
    if (message !== undefined) response.statusMessage = message; // and there it stays, refused or not
    checkStatus(response);
  }
  if (Array.isArray(headers)) {
    const given: unknown[] = headers;
    const flat = (Array.isArray(given[0]) ? given.flat(1) : given) as string[];
    for (let i = 0; i < flat.length; i += 2) removeHeader(response, String(flat[i]));
    for (let i = 0; i < flat.length; i += 2) target.appendHeader(String(flat[i]), flat[i + 1] ?? '');
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers)) target.setHeader(name, value as string);
  }
  response.statusCode = Number(status) | 0;
  return message === undefined ? [response.statusCode] : [response.statusCode, message];
}

/**
 * Whether Node throws for what is to be written.
 * @throws what Node throws for an encoding that is none; left to itself it would have sent the headers by then
 */
export function isRefused(method: Method, chunk: unknown, encoding?: unknown): boolean {
  if (method !== 'write' && method !== 'end') return false;
  if (typeof chunk === 'string') {
    const isWrong = typeof encoding === 'string' && encoding !== '' && !Buffer.isEncoding(encoding);
    if (isWrong && chunk !== '') Buffer.from(chunk, encoding as BufferEncoding);
    return false;
  }
  // Not instanceof: where tests run in a realm of their own (Jest), a Buffer is none of its Uint8Arrays.
  if (types.isUint8Array(chunk)) return false;
  return method === 'write' || (Boolean(chunk) && typeof chunk !== 'function'); // what is falsy is no chunk to `end`
}
