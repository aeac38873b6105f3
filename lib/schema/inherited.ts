import { isPlain } from './encoded-payload.js';

/**
 * Returns a value whose plain objects inherit nothing, at any depth. Otherwise a schema with a field `constructor` would
 * find the inherited one. Other objects are not copied.
 */
export function withoutInherited(value: object): object {
  return strip(value) as object; // the result for an object is an object
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isPlain(value)) return value;
  const bare = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) bare[key] = strip(value[key]);
  return bare;
}
