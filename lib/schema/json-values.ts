import { MAX_DEPTH, isPlain } from './encoded-payload.js';

/** The place of a value that JSON cannot represent, and what to do about it. */
export interface NotJson {
  readonly path: readonly PropertyKey[];
  readonly code: 'not_json' | 'too_deep';
  /** What was found there, without the value itself. */
  readonly what: string;
  readonly advice: string;
}

/** How to declare the field instead, by the class of its value. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['Date', 'declare it as isoDate'],
  ['URL', 'declare it as urlText'],
  ['Set', 'declare it as setOf(item)'],
  ['Map', 'declare it as mapOf(key, value)'],
]);

/** Finds the first value that would not survive a round trip through JSON, or that is too deep to be traversed. */
export function findNotJson(encoded: unknown): NotJson | undefined {
  return find(encoded, []);
}

/** @param path - the path to the value; it is modified during the search and restored on return */
function find(value: unknown, path: PropertyKey[]): NotJson | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined': // counts as an absent property; arrays are checked below
      return undefined;
    case 'number':
      return Number.isFinite(value)
        ? undefined
        : found(path, `is ${String(value)}`, 'declare it as nullable, and use null');
    case 'bigint':
      return found(path, 'is a bigint', 'declare it as bigintText');
    case 'object':
      return value === null ? undefined : findInside(value, path);
    default:
      return found(path, `is a ${typeof value}`, 'keep data in the session, and nothing that acts');
  }
}

function findInside(value: object, path: PropertyKey[]): NotJson | undefined {
  if (path.length === MAX_DEPTH) {
    const what = `has more than ${String(MAX_DEPTH)} levels, or holds itself`;
    return { path: path.slice(0, 1), code: 'too_deep', what, advice: 'store less deep' };
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      path.push(i);
      const inner = value[i] === undefined ? found(path, 'is undefined in an array', 'use null') : find(value[i], path);
      path.pop();
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (!isPlain(value)) {
    const { constructor } = value as { readonly constructor?: { readonly name?: unknown } }; // every object has properties
    const name = typeof constructor?.name === 'string' ? constructor.name : 'class';
    return found(path, `is an instance of ${name}`, INSTEAD.get(name) ?? 'declare it with z.codec(…)');
  }
  for (const key of Object.keys(value)) {
    path.push(key);
    const inner = find(value[key], path);
    path.pop();
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function found(path: readonly PropertyKey[], what: string, advice: string): NotJson {
  return { path: [...path], code: 'not_json', what, advice };
}

/** Whether `JSON.parse` of a value's JSON text is the same value again, without a property that is `undefined` or a `-0`. */
export function isJsonExact(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || isExactInside(value);
    default:
      return false;
  }
}

function isExactInside(value: object): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (!isJsonExact(item)) return false;
    return true;
  }
  if (!isPlain(value)) return false;
  for (const key in value) if (!isJsonExact(value[key])) return false;
  return true;
}
