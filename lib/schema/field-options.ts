import type { $ZodType, GlobalMeta } from 'zod/v4/core';
import { SessionOptionsError } from '../errors.js';
import { defOf, innerOf } from './zod-def.js';

/** What a schema says of one field besides its type. */
export interface FieldOptions {
  /** The field is left out of logs and lists. */
  readonly sensitive: boolean;
  /** The field is encrypted in the store. */
  readonly encrypted: boolean;
  /** The field is gone this many milliseconds after it was set. */
  readonly expiresAfter: number | undefined;
}

interface MetadataRegistry {
  get(schema: $ZodType): GlobalMeta | undefined;
}

const registries = new Set<MetadataRegistry>();
const lives = new WeakMap<$ZodType, number>();

/** Has a field expire some time after it was set, for `expiring()`. */
export function setLife(field: $ZodType, after: number): void {
  lives.set(field, after);
}

/** Reads the metadata of fields from this registry of zod too. */
export function addRegistry(registry: MetadataRegistry): void {
  registries.add(registry);
}

/** What a field's schema says of it, on whichever of its layers (`.optional()`, `.default(…)`) or side of a codec it was said. */
export function fieldOptionsOf(field: $ZodType): FieldOptions {
  const sensitive: unknown = metadataOf(field)?.sensitive;
  if (sensitive !== undefined && typeof sensitive !== 'boolean' && sensitive !== 'encrypted') {
    throw new SessionOptionsError('schema', "sensitive in a field's metadata must be true, false or 'encrypted'");
  }
  let fieldOptions: FieldOptions = {
    sensitive: sensitive !== undefined && sensitive !== false,
    encrypted: sensitive === 'encrypted',
    expiresAfter: lifeOf(field),
  };
  for (const layer of layersBelow(field)) {
    const below = fieldOptionsOf(layer);
    fieldOptions = {
      sensitive: fieldOptions.sensitive || below.sensitive,
      encrypted: fieldOptions.encrypted || below.encrypted,
      expiresAfter: fieldOptions.expiresAfter ?? below.expiresAfter,
    };
  }
  return fieldOptions;
}

/** What was said in `.meta()`: the schema's own zod knows it, and for schemas without that method a registry. */
export function metadataOf(
  schema: $ZodType & { readonly meta?: () => GlobalMeta | undefined },
): GlobalMeta | undefined {
  const own = typeof schema.meta === 'function' ? schema.meta() : undefined;
  if (own !== undefined) return own;
  for (const registry of registries) {
    const metadata = registry.get(schema);
    if (metadata !== undefined) return metadata;
  }
  return undefined;
}

/** A schema inherits from the one that it was cloned from, as with zod's metadata. */
function lifeOf(schema: $ZodType): number | undefined {
  for (let at: $ZodType | undefined = schema; at !== undefined; at = at._zod.parent) {
    const after = lives.get(at);
    if (after !== undefined) return after;
  }
  return undefined;
}

function layersBelow(schema: $ZodType): readonly $ZodType[] {
  const def = defOf(schema);
  if (def.type === 'pipe') return [def.in, def.out];
  const inner = def.type === 'lazy' ? undefined : innerOf(schema);
  return inner === undefined ? [] : [inner];
}
