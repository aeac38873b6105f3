import type { $ZodType } from 'zod/v4/core';
import { isMap, isSet } from '../realms.js';
import { ANY_KEY } from './issue-paths.js';
import { ownField } from './encoded-payload.js';
import { defOf, innerOf } from './zod-def.js';

/** Runs a schema on a value, in one direction, and returns whether something in it throws. */
export type Throws = (schema: $ZodType, value: unknown) => boolean;

type Part = readonly [path: readonly PropertyKey[], schema: $ZodType, value: unknown];

/**
 * Finds the path to the schema whose codec, check, or default throws. It runs the parts of a schema one by one, and
 * descends into the first part that throws, until no part of it throws.
 */
export function pathOfThrow(
  schema: $ZodType,
  value: unknown,
  throws: Throws,
  direction: 'decode' | 'encode',
): PropertyKey[] {
  const path: PropertyKey[] = [];
  let here: Part | undefined = [[], schema, value];
  while (here !== undefined) {
    path.push(...here[0]);
    here = partsOf(here[1], here[2], direction).find(([, part, inner]) => throws(part, inner));
  }
  return path;
}

function partsOf(schema: $ZodType, value: unknown, direction: 'decode' | 'encode'): readonly Part[] {
  const def = defOf(schema);
  switch (def.type) {
    case 'object':
      if (typeof value !== 'object' || value === null) return [];
      return [
        ...Object.entries(def.shape).map(([name, field]): Part => [[name], field, ownField(value, name)]),
        ...entriesOf(value, def.catchall).filter(([[name]]) => !Object.hasOwn(def.shape, name as string)), // never a symbol
      ];
    case 'array':
      return entriesOf(value, def.element);
    case 'tuple':
      if (!Array.isArray(value)) return [];
      return value.flatMap((item, index): Part[] => {
        const known = def.items[index] ?? def.rest;
        return known == null ? [] : [[[index], known, item]];
      });
    case 'record':
    case 'map':
    case 'set':
      return entriesOf(value, def.valueType);
    case 'union':
      return def.options.map((option): Part => [[], option, value]);
    case 'intersection':
      return [[[], def.left, value], [[], def.right, value]]; // prettier-ignore
    case 'pipe': {
      const [first, second] = direction === 'decode' ? [def.in, def.out] : [def.out, def.in];
      // Called the way zod calls it.
      const transform = (direction === 'decode' ? def.transform : def.reverseTransform) as Transform | undefined;
      const between = transform === undefined ? [value] : attempt(transform, value);
      return [[[], first, value], ...between.map((inner): Part => [[], second, inner])];
    }
    default: {
      const inner = value === undefined ? undefined : innerOf(schema);
      return inner === undefined ? [] : [[[], inner, value]];
    }
  }
}

type Transform = (value: unknown, payload: { value: unknown; issues: unknown[] }) => unknown;

/** Returns what a codec converts a value to. Returns an empty list if the codec itself throws. */
function attempt(transform: Transform, value: unknown): unknown[] {
  try {
    return [transform(value, { value, issues: [] })];
  } catch {
    return [];
  }
}

function entriesOf(value: unknown, schema: $ZodType | undefined): Part[] {
  if (schema === undefined || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((item, index): Part => [[index], schema, item]);
  if (isMap(value)) return [...value].map(([, item]): Part => [[ANY_KEY], schema, item]);
  if (isSet(value)) return [...value].map((item, index): Part => [[index], schema, item]);
  return Object.entries(value).map(([key, item]): Part => [[key], schema, item]);
}
