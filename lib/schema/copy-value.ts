import { types } from 'node:util';
import { isUrl } from '../realms.js';
import { TooDeepError, isDeeper, isPlain } from './encoded-payload.js';

/**
 * Returns a copy of a decoded value that shares no mutable object with it. Arrays, plain objects, and instances of
 * built-in classes are copied. An instance of any other class cannot be copied from outside: the copy contains the
 * instance itself, and it is added to `foreign` unless it is frozen.
 */
export function copyValue(value: unknown, foreign: object[]): unknown {
  if (isDeeper(value)) throw new TooDeepError();
  return copy(value, foreign);
}

function copy(value: unknown, foreign: object[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item, foreign));
  if (isPlain(value)) {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) if (key !== '__proto__') result[key] = copy(value[key], foreign);
    return result;
  }
  const copied = isSubclass(value) ? undefined : copyBuiltIn(value, foreign);
  if (copied === undefined && !Object.isFrozen(value)) foreign.push(value);
  return copied ?? value;
}

function copyBuiltIn(value: object, foreign: object[]): object | undefined {
  if (types.isDate(value)) return new Date(value.getTime());
  if (types.isMap(value)) return new Map([...value].map(([key, item]) => [copy(key, foreign), copy(item, foreign)]));
  if (types.isSet(value)) return new Set([...value].map((item) => copy(item, foreign)));
  if (types.isRegExp(value)) return new RegExp(value.source, value.flags);
  if (isUrl(value)) return new URL(value.href);
  if (value instanceof URLSearchParams) return new URLSearchParams(value);
  if (types.isTypedArray(value)) return value.slice();
  if (types.isArrayBuffer(value)) return value.slice(0);
  return undefined;
}

/** Whether an object's class extends another class. A copy would have to be an instance of that subclass. */
function isSubclass(value: object): boolean {
  if (types.isTypedArray(value)) return false; // slice() returns an instance of the same class
  const parent: unknown = Object.getPrototypeOf(Object.getPrototypeOf(value));
  return parent !== null && Object.getPrototypeOf(parent) !== null;
}
