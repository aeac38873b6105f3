import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/** A response of `node:http` or of `node:http2`'s compatibility API. */
export type AnyResponse = ServerResponse | Http2ServerResponse;

/** What describes a body or where it lies; an error response in its place must not inherit it. */
// prettier-ignore
const REPRESENTATION_HEADERS = [
  'accept-ranges', 'age', 'cache-control', 'content-disposition', 'content-encoding', 'content-language',
  'content-length', 'content-location', 'content-range', 'content-type', 'etag', 'expires', 'last-modified', 'location',
  'trailer', 'transfer-encoding',
];

const HEADER_METHODS = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'];

/** A response's own property as it was before it was shadowed. */
type Shadowed = readonly [name: string, before: PropertyDescriptor | undefined];

/**
 * Makes a response look to its handler as if it had been sent, while what was said of it waits for the store: headers
 * can no longer be set, and nothing that is set still changes the status.
 */
export class HeldResponse {
  readonly #response: AnyResponse;
  readonly #statusCode: number;
  readonly #statusMessage: string;
  readonly #shadowed: Shadowed[] = [];

  constructor(response: AnyResponse) {
    this.#response = response;
    this.#statusCode = response.statusCode;
    this.#statusMessage = response.statusMessage;
    this.#shadow('headersSent', { get: () => true });
    for (const method of HEADER_METHODS) this.#shadow(method, { value: refuseHeaders });
  }

  /** From here on the response counts as ended. */
  end(): void {
    this.#shadow('writableEnded', { get: () => true });
  }

  /** The response is itself again, with the status that it had when it was held. */
  release(): void {
    for (const [name, before] of this.#shadowed.reverse()) {
      if (before === undefined) Reflect.deleteProperty(this.#response, name);
      else Object.defineProperty(this.#response, name, before);
    }
    this.#response.statusCode = this.#statusCode;
    if (this.#statusMessage !== '') this.#response.statusMessage = this.#statusMessage;
  }

  /** The response is itself again and ready for another answer than the one that was held. */
  discard(): void {
    this.release();
    this.#response.statusCode = 200;
    this.#response.statusMessage = '';
    for (const name of REPRESENTATION_HEADERS) this.#response.removeHeader(name);
  }

  #shadow(name: string, descriptor: PropertyDescriptor): void {
    this.#shadowed.push([name, Object.getOwnPropertyDescriptor(this.#response, name)]);
    Object.defineProperty(this.#response, name, { ...descriptor, configurable: true });
  }
}

/** The error that Node gives for a header after the headers. */
function refuseHeaders(): never {
  const error = new Error('Cannot set headers after they are sent to the client');
  throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
}

/**
 * Sets the headers that a handler gave to `writeHead` one by one, so that a cookie can still be added to its
 * Set-Cookie. Takes every form that Node does: an object, `[name, value, …]`, `[[name, value], …]`.
 * @returns the arguments that are left for `writeHead`
 */
export function applyHead(response: AnyResponse, args: readonly unknown[]): unknown[] {
  const headers = args[args.length - 1];
  if (args.length < 2 || typeof headers !== 'object' || headers === null) return [...args];
  // Of the two kinds of response only the header methods are used, which they share.
  const target = response as ServerResponse;
  if (Array.isArray(headers)) {
    const flat = headers.flat(1) as string[]; // Node checks the types of names and values
    for (let i = 0; i < flat.length; i += 2) target.removeHeader(flat[i] ?? '');
    for (let i = 0; i + 1 < flat.length; i += 2) target.appendHeader(flat[i] ?? '', flat[i + 1] ?? '');
  } else {
    for (const [name, value] of Object.entries(headers as Record<string, string>)) target.setHeader(name, value);
  }
  return args.slice(0, -1);
}
