import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A request as far as its headers and its connection go. Requests of a serverless adapter or of a test are created, not
 * received: they may lack what Node's requests have, `rawHeaders` may be empty, and `headers` may be a list of values, a
 * `Headers`, or an object whose names keep their case.
 */
interface GivenRequest {
  readonly headers?: unknown;
  readonly rawHeaders?: unknown;
  readonly socket?: unknown;
  readonly connection?: unknown;
  readonly secure?: unknown;
}

/** The Cookie header of a request. */
export function cookieHeaderOf(request: object): string | undefined {
  return isUntouched(request) ? rawCookieHeader(request.rawHeaders) : requestHeader(request, 'cookie');
}

/** One header of a request, by its name in lower case; several values are joined as Node joins them. */
export function requestHeader(request: object, name: string): string | undefined {
  const { headers } = request as GivenRequest; // any object can be asked
  if (typeof headers !== 'object' || headers === null) return undefined;
  const value = valueOf(headers as Readonly<Record<string, unknown>>, name); // any object can be asked
  if (Array.isArray(value)) return value.join(name === 'cookie' ? '; ' : ', ');
  return typeof value === 'string' ? value : undefined;
}

function valueOf(headers: Readonly<Record<string, unknown>>, name: string): unknown {
  const found = headers[name];
  if (found !== undefined) return found;
  const { get } = headers;
  if (typeof get === 'function') return (get as (name: string) => unknown).call(headers, name); // a `Headers`
  const other = Object.keys(headers).find((key) => key.length === name.length && key.toLowerCase() === name);
  return other === undefined ? undefined : headers[other];
}

/**
 * Whether nothing has read the `headers` of a request that Node received. Node builds that object when it is first read, which
 * costs more than everything else that is done for an anonymous request. Once it is built, a middleware may have written a
 * cookie into it.
 */
function isUntouched(request: object): request is { readonly rawHeaders: readonly unknown[] } {
  const { rawHeaders } = request as GivenRequest; // any object can be asked
  if (BUILT_HEADERS === undefined || !Array.isArray(rawHeaders) || rawHeaders.length === 0) return false;
  return Object.hasOwn(request, BUILT_HEADERS) && Reflect.get(request, BUILT_HEADERS) === null;
}

/** The Cookie header as it was received: `[name, value, …]`. Several of them are joined as Node joins them. */
function rawCookieHeader(rawHeaders: readonly unknown[]): string | undefined {
  let found: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (typeof name !== 'string' || name.length !== 6 || name.toLowerCase() !== 'cookie') continue;
    const value = String(rawHeaders[i + 1]);
    found = found === undefined ? value : `${found}; ${value}`;
  }
  return found;
}

/**
 * The property in which Node keeps the `headers` of a request once they are built; `null` before. It is no public API, so
 * it is used only if it behaves like that in this version of Node. Otherwise `headers` is always read.
 */
const BUILT_HEADERS = findBuiltHeaders();

function findBuiltHeaders(): symbol | undefined {
  const request = new IncomingMessage(undefined as unknown as Socket); // it only keeps the socket
  const isNull = (key: symbol): boolean => Reflect.get(request, key) === null;
  const before = Object.getOwnPropertySymbols(request).filter(isNull);
  const { headers } = request;
  return before.find((key) => Reflect.get(request, key) === headers);
}

/** The connection, by the name that Node used to have for it too. */
function socketOf(request: object): unknown {
  const given = request as GivenRequest; // any object can be asked
  return given.socket ?? given.connection; // the latter only if needed: light-my-request warns when it is read
}

/** Whether the connection itself is encrypted; one that is missing is not. */
export function isEncrypted(request: object): boolean {
  const socket = socketOf(request);
  return typeof socket === 'object' && socket !== null && 'encrypted' in socket && socket.encrypted === true;
}

/**
 * Express's `req.secure`, which honours `trust proxy`; `undefined` on a bare Node server, and on a request without a
 * socket, of which Express's getter would throw.
 */
export function expressSecure(request: object): boolean | undefined {
  const socket = socketOf(request);
  const canAsk = (socket !== undefined && socket !== null) || Object.hasOwn(request, 'secure');
  const secure = canAsk ? (request as GivenRequest).secure : undefined; // any object can be asked
  return typeof secure === 'boolean' ? secure : undefined;
}
