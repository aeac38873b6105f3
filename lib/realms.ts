// Values keep their kind in every realm. Under Jest, vitest's vm pools and node:vm, the app's globals are not the
// library's: there `instanceof` and a comparison with `Object.prototype` are false for what another realm has made.
import { types } from 'node:util';

/** Whether a prototype is the `Object.prototype` of some realm. */
export function isObjectPrototype(prototype: unknown): boolean {
  if (prototype === Object.prototype) return true;
  // Nothing is above it, and it has this method itself; a class that extends null has not.
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}

/** Whether a value is an error of any realm, of a class of its own or not. */
export function isError(value: unknown): value is Error {
  if (value instanceof Error || types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  // A DOMException is no native error; neither is what an old class by util.inherits has made.
  const { name, message, stack } = value as Readonly<Record<string, unknown>>; // any object can be asked
  return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
}

/** Whether a value is a `URL`, of Node or of a test environment such as jsdom. */
export function isUrl(value: unknown): value is URL {
  if (value instanceof URL) return true;
  return Object.prototype.toString.call(value) === '[object URL]' && typeof (value as URL).href === 'string';
}

/** Whether a value is a valid or invalid `Date` of any realm. */
export const isDate: (value: unknown) => value is Date = types.isDate;

/** Whether a value is a `Map` of any realm. */
export const isMap: (value: unknown) => value is Map<unknown, unknown> = types.isMap;

/** Whether a value is a `Set` of any realm. */
export const isSet: (value: unknown) => value is Set<unknown> = types.isSet;

/** Whether a value is bytes, a `Buffer` included, of any realm. */
export const isBytes: (value: unknown) => value is Uint8Array = types.isUint8Array;

/** The bytes behind a view of any kind and realm, such as a `DataView`; `undefined` if a value is none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  return isBytes(value) ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** Whether a value can be waited for: a promise of any realm, or of a library's own. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (types.isPromise(value)) return true;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return 'then' in value && typeof value.then === 'function';
}
