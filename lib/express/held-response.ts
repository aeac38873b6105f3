import type { ServerResponse } from 'node:http';
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
  readonly #response: AnyResponse;
  readonly #prototype: object;
  readonly #statusCode: number;
  readonly #statusMessage: string;

  constructor(response: AnyResponse) {
    this.#response = response;
    this.#prototype = Object.getPrototypeOf(response) as object; // a response has one
    this.#statusCode = response.statusCode;
    this.#statusMessage = response.statusMessage;
    Object.setPrototypeOf(response, heldPrototypes(this.#prototype).begun);
  }

  /** From here on the response counts as ended. */
  end(): void {
    Object.setPrototypeOf(this.#response, heldPrototypes(this.#prototype).ended);
  }

  /** The response is itself again, with the status that it had when it was held. */
  release(): void {
    Object.setPrototypeOf(this.#response, this.#prototype);
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
}

interface HeldPrototypes {
  readonly begun: object;
  readonly ended: object;
}

/** What stands in front of a response's own prototype while it is held; an app has one or two of these. */
const known = new WeakMap<object, HeldPrototypes>();

function heldPrototypes(prototype: object): HeldPrototypes {
  let made = known.get(prototype);
  if (made === undefined) {
    const refuse = { value: refuseHeaders, writable: true, configurable: true };
    const begun = Object.create(prototype, {
      headersSent: { get: () => true, configurable: true },
      setHeader: refuse,
      setHeaders: refuse,
      appendHeader: refuse,
      removeHeader: refuse,
    }) as object;
    const ended = Object.create(begun, { writableEnded: { get: () => true, configurable: true } }) as object;
    made = { begun, ended };
    known.set(prototype, made);
  }
  return made;
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

/** Whether Node throws for what is to be written. */
export function isRefused(method: Method, chunk: unknown): boolean {
  if (method !== 'write' && method !== 'end') return false;
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return false;
  return method === 'write' || (chunk !== undefined && chunk !== null && typeof chunk !== 'function');
}
