import { ServerResponse } from 'node:http';
import { types } from 'node:util';
import type { AnyResponse } from './exchange.js';
import type { Method } from './hooks.js';

/** What describes a body or where it lies; an error response in its place must not inherit it. */
// prettier-ignore
const REPRESENTATION_HEADERS = [
  'accept-ranges', 'age', 'cache-control', 'content-disposition', 'content-encoding', 'content-language',
  'content-length', 'content-location', 'content-range', 'content-type', 'etag', 'expires', 'last-modified', 'location',
  'trailer', 'transfer-encoding',
];

/**
 * Makes a response look to its handler as if it had been sent, while what was said of it waits for the store: headers
 * can no longer be set, and nothing that is set still changes the status.
 *
 * For that time the response has another prototype, in front of its own: one change, where a property for each member
 * would be six, each of which costs more.
 */
export class HeldResponse {
  /** The status that the response has, whatever is set from now on. */
  readonly statusCode: number;
  readonly #response: AnyResponse;
  readonly #prototype: object;
  readonly #statusMessage: string | undefined;

  constructor(response: AnyResponse, looks: keyof Looks) {
    this.statusCode = response.statusCode;
    this.#response = response;
    this.#prototype = Object.getPrototypeOf(response) as object; // a response has one
    this.#statusMessage = isHttp2(response) ? undefined : response.statusMessage; // HTTP/2 has none, and warns
    this.look(looks);
  }

  /** Lets the response look begun, ended, or both. */
  look(looks: keyof Looks): void {
    Object.setPrototypeOf(this.#response, looksOf(this.#prototype)[looks]);
  }

  /** The response is itself again, with the status that it had when it was held. */
  release(): void {
    Object.setPrototypeOf(this.#response, this.#prototype);
    if (this.#response.headersSent) return;
    this.#response.statusCode = this.statusCode;
    if (this.#statusMessage !== undefined) this.#response.statusMessage = this.#statusMessage;
  }
}

/** What stands in front of a response's own prototype while it is held. */
interface Looks {
  /** Its headers seem sent. */
  readonly begun: object;
  /** And it seems ended. */
  readonly begunAndEnded: object;
  /** It has really begun, and seems ended. */
  readonly ended: object;
}

/** For each prototype of responses; an app has one or two. */
const known = new WeakMap<object, Looks>();

function looksOf(prototype: object): Looks {
  let looks = known.get(prototype);
  if (looks === undefined) {
    const refuse = (what: string): PropertyDescriptor => ({
      value: function (this: AnyResponse) {
        refuseHeaders(this, what);
      },
      writable: true,
      configurable: true,
    });
    const ended = { writableEnded: { get: () => true, configurable: true } };
    const begun = Object.create(prototype, {
      headersSent: { get: () => true, configurable: true },
      setHeader: refuse('set'),
      setHeaders: refuse('set'),
      appendHeader: refuse('append'),
      removeHeader: refuse('remove'),
    }) as object;
    looks = {
      begun,
      begunAndEnded: Object.create(begun, ended) as object,
      ended: Object.create(prototype, ended) as object,
    };
    known.set(prototype, looks);
  }
  return looks;
}

/** Makes a response that said something ready for another answer; headers that are the app's own stay, CORS among them. */
export function discardAnswer(response: AnyResponse): void {
  response.statusCode = 200;
  if (!isHttp2(response)) response.statusMessage = '';
  for (const name of REPRESENTATION_HEADERS) response.removeHeader(name);
}

/** The error that Node gives for headers after the headers. */
export function refuseHeaders(response: AnyResponse, what: string): never {
  const http2 = isHttp2(response);
  throw Object.assign(
    new Error(
      http2 ? 'Response has already been initiated.' : `Cannot ${what} headers after they are sent to the client`,
    ),
    { code: http2 ? 'ERR_HTTP2_HEADERS_SENT' : 'ERR_HTTP_HEADERS_SENT' },
  );
}

/**
 * The error that Node would give for the status when it writes the head.
 * @throws RangeError
 */
export function checkStatus(response: AnyResponse, status: unknown = response.statusCode): void {
  if (isHttp2(response)) return; // checks when it is set
  const code = Number(status) | 0;
  if (code >= 100 && code <= 999) return;
  throw Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
    code: 'ERR_HTTP_INVALID_STATUS_CODE',
  });
}

/** Whether a response is one of `node:http2`. */
export function isHttp2(response: AnyResponse): boolean {
  return !(response instanceof ServerResponse) && 'stream' in response;
}

/**
 * Puts the status and the headers that a handler gave to `writeHead` onto the response one by one, so that a cookie can
 * still be added to its Set-Cookie. Takes every form that Node does: an object, `[name, value, …]`, `[[name, value], …]`.
 * @throws what Node does for a status, a name or a value that is none
 */
export function applyHead(response: AnyResponse, [status, ...rest]: readonly unknown[]): void {
  checkStatus(response, status);
  response.statusCode = Number(status) | 0;
  const [message, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[1] ?? rest[0]];
  if (typeof message === 'string' && !isHttp2(response)) response.statusMessage = message;
  if (typeof headers !== 'object' || headers === null) return;
  // Of the two kinds of response only the header methods are used, which they share.
  const target = response as ServerResponse;
  if (Array.isArray(headers)) {
    const flat = headers.flat(1) as string[]; // Node checks the types of names and values
    if (flat.length % 2 !== 0) {
      throw Object.assign(new TypeError("The argument 'headers' is invalid."), { code: 'ERR_INVALID_ARG_VALUE' });
    }
    for (let i = 0; i < flat.length; i += 2) target.removeHeader(flat[i] ?? '');
    for (let i = 0; i < flat.length; i += 2) target.appendHeader(flat[i] ?? '', flat[i + 1] ?? '');
  } else {
    for (const [name, value] of Object.entries(headers as Record<string, string>)) target.setHeader(name, value);
  }
}

/**
 * Whether Node throws for what is to be written.
 * @throws what Node throws for an encoding that is none: it would have sent the headers by then
 */
export function isRefused(response: AnyResponse, method: Method, [chunk, encoding]: readonly unknown[]): boolean {
  if (method !== 'write' && method !== 'end') return false;
  if (typeof chunk === 'string') {
    const isWrong = typeof encoding === 'string' && encoding !== '' && !Buffer.isEncoding(encoding);
    if (isWrong && chunk !== '') Buffer.from(chunk, encoding as BufferEncoding); // throws
    return false;
  }
  if (types.isUint8Array(chunk)) return false;
  if (method === 'write') return true;
  const isNone = isHttp2(response) ? chunk === undefined || chunk === null : !chunk;
  return !isNone && typeof chunk !== 'function';
}
