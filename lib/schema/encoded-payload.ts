import { isError, isMap, isObjectPrototype, isSet } from '../realms.js';

/**
 * How many levels of objects and arrays a session may have. The payload itself is the first level. Every function that
 * traverses a payload, decoded or encoded, stops at this depth. So none of them can exhaust the stack, and everything
 * that was stored can be loaded.
 */
export const MAX_DEPTH = 500;

/** A payload in the form that JSON can represent. */
export type EncodedPayload = Readonly<Record<string, unknown>>;

/** A value has more than {@link MAX_DEPTH} levels. Decoding reports this as the issue `too_deep`. */
export class TooDeepError extends Error {}

/** Whether two JSON-like values are deeply equal. A property that is `undefined` counts as absent. */
export function sameEncoded(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a !== a && b !== b; // NaN
  }
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!sameEncoded(a[i], b[i])) return false;
    return true;
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  let fields = 0;
  for (const key in a) {
    const value = a[key];
    if (value === undefined) continue;
    if (!Object.hasOwn(b, key) || !sameEncoded(value, b[key])) return false;
    fields++;
  }
  for (const key in b) if (b[key] !== undefined) fields--;
  return fields === 0;
}

/** Returns a deep copy of the plain objects and arrays in a value. Anything else in it is shared. */
export function copyEncoded<T>(value: T): T {
  return copy(value, 0) as T; // the same keys with the same values
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) throw new TooDeepError();
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  if (!isPlain(value)) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === '__proto__') continue;
    result[key] = copy(value[key], depth + 1);
  }
  return result;
}

/** Returns an own property of an object, never an inherited one. */
export function ownField(object: object, field: PropertyKey): unknown {
  return Object.hasOwn(object, field) ? (object as Record<PropertyKey, unknown>)[field] : undefined; // it has properties
}

/** Whether a value is an object without a class, from any realm: created by a literal, by `JSON.parse`, or by zod. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || isObjectPrototype(prototype);
}

/** Whether a value has more than `levels` levels. A value that contains itself always has more. */
export function isDeeper(value: unknown, levels: number = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || isSet(value)) {
    if (levels === 0) return true;
    for (const item of value) if (isDeeper(item, levels - 1)) return true;
    return false;
  }
  if (isMap(value)) {
    if (levels === 0) return true;
    for (const [key, item] of value) if (isDeeper(key, levels - 1) || isDeeper(item, levels - 1)) return true;
    return false;
  }
  if (!isPlain(value)) return false;
  if (levels === 0) return true;
  for (const key in value) if (isDeeper(value[key], levels - 1)) return true;
  return false;
}

/** Returns an encoded payload without the fields that are too deep to store, limited to the fields that `wanted` accepts. */
export function withoutDeep(encoded: EncodedPayload, wanted: (field: string) => boolean = () => true): EncodedPayload {
  const fits = ([field, value]: [string, unknown]): boolean => wanted(field) && !isDeeper(value, MAX_DEPTH - 1);
  return Object.fromEntries(Object.entries(encoded).filter(fits));
}

/** Whether an error means that a value was too deep, either for our own limit or for the stack of V8. */
export function isTooDeep(error: unknown): boolean {
  return (
    error instanceof TooDeepError ||
    (isError(error) && error.name === 'RangeError' && error.message.startsWith('Maximum call stack'))
  );
}
