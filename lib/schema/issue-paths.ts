import type { $ZodType } from 'zod/v4/core';
import { defOf, innerOf } from './zod-def.js';

/** Stands in paths for a key that the schema does not name: a client may have chosen it. Shown as `[*]`. */
export const ANY_KEY = '*';

interface Place {
  /** The schema of what the key leads to; `undefined` if the schema has none for it. */
  readonly schema: $ZodType | undefined;
  /** Whether the schema names the key, or it is a place in a list. */
  readonly isNamed: boolean;
}

/** A path into a payload or a tree without the keys that the schema does not name, such as those of `z.record`. */
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
      const { values } = def.keyType._zod; // of an enum or a literal
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
