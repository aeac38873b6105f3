import { isPlain } from './encoded-payload.js';

/**
 * A value whose plain objects inherit nothing, however deep: a schema that has a field `constructor` would otherwise find
 * that of every object. Other objects stay what they are.
 */
export function withoutInherited(value: object): object {
  return strip(value) as object; // of an object it is one
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isPlain(value)) return value;
  const bare = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) bare[key] = strip(value[key]);
  return bare;
}
