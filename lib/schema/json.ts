import { formatPath, type SessionIssue } from '../errors.js';
import { isPlain } from './tree.js';

/** Where a tree holds what JSON cannot, and what to do about it. */
export interface NotJson {
  readonly issue: SessionIssue;
  readonly advice: string;
}

/** What to declare instead, by the class of a value. */
const INSTEAD: Readonly<Record<string, string>> = {
  Date: 'declare it as isoDate',
  URL: 'declare it as urlText',
  Set: 'declare it as setOf(item)',
  Map: 'declare it as mapOf(key, value)',
};

/** The first value in a tree that would not come back from JSON as it is. */
export function findNotJson(value: unknown, path: PropertyKey[] = []): NotJson | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined': // an absent property; in an array it is looked for below
      return undefined;
    case 'number':
      return Number.isFinite(value)
        ? undefined
        : found(path, `is ${String(value)}`, 'declare it as nullable, and use null');
    case 'bigint':
      return found(path, 'is a bigint', 'declare it as bigintText');
    case 'object':
      break;
    default:
      return found(path, `is a ${typeof value}`, 'keep data in the session, and nothing that acts');
  }
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (value[i] === undefined) return found([...path, i], 'is undefined in an array', 'use null');
      const inner = findNotJson(value[i], [...path, i]);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (!isPlain(value)) {
    const { constructor } = value as { readonly constructor?: { readonly name?: unknown } }; // any object can be asked
    const name = typeof constructor?.name === 'string' ? constructor.name : 'class';
    return found(path, `is an instance of ${name}`, INSTEAD[name] ?? 'declare it with z.codec(…)');
  }
  for (const key of Object.keys(value)) {
    const inner = findNotJson(value[key], [...path, key]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function found(path: PropertyKey[], what: string, advice: string): NotJson {
  return { issue: { path, code: 'not_json' }, advice: `${formatPath(path)} ${what}: ${advice}` };
}
