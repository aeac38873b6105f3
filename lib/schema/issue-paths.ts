import type { $ZodType } from 'zod/v4/core';
import { defOf, innerOf } from './zod-def.js';

/** Replaces a key in a path that the schema does not name, because a client may have chosen it. Shown as `[*]`. */
export const ANY_KEY = '*';

interface Place {
  /** The schema of the value under the key; `undefined` if there is none. */
  readonly schema: $ZodType | undefined;
  /** Whether the schema names the key, or the key is an index of an array. */
  readonly isNamed: boolean;
}

/**
 * Returns a path into a payload, decoded or encoded. Keys that the schema does not name, such as those of `z.record`, are
 * replaced by {@link ANY_KEY}.
 */
export function publicPath(schema: $ZodType, path: readonly PropertyKey[]): PropertyKey[] {
  let here: readonly $ZodType[] = [schema];
  return path.map((key) => {
    const places = here.flatMap((one) => placesOf(one, key));
    here = places.flatMap((place) => place.schema ?? []);
    const isNamed = places.some((place) => place.isNamed) || (typeof key === 'number' && places.length === 0);
    return isNamed ? key : ANY_KEY;
  });
}

function placesOf(schema: $ZodType, key: PropertyKey): readonly Place[] {
  const def = defOf(schema);
  switch (def.type) {
    case 'object':
      return typeof key === 'string' && Object.hasOwn(def.shape, key)
        ? [{ schema: def.shape[key], isNamed: true }]
        : [{ schema: def.catchall, isNamed: false }];
    case 'array':
      return typeof key === 'number' ? [{ schema: def.element, isNamed: true }] : [];
    case 'tuple':
      return typeof key === 'number' ? [{ schema: def.items[key] ?? def.rest ?? undefined, isNamed: true }] : [];
    case 'set':
      return [{ schema: def.valueType, isNamed: false }];
    case 'map':
      return [{ schema: def.valueType, isNamed: false }];
    case 'record': {
      const { values } = def.keyType._zod; // present if the key is an enum or a literal
      return [{ schema: def.valueType, isNamed: typeof key !== 'symbol' && values?.has(key) === true }];
    }
    case 'union':
      return def.options.flatMap((option) => placesOf(option, key));
    case 'intersection':
      return [...placesOf(def.left, key), ...placesOf(def.right, key)];
    case 'pipe':
      return [...placesOf(def.in, key), ...placesOf(def.out, key)];
    default: {
      const inner = innerOf(schema);
      return inner === undefined ? [] : placesOf(inner, key);
    }
  }
}
