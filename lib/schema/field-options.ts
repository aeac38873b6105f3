import type { $ZodType, GlobalMeta } from 'zod/v4/core';
import { SessionOptionsError } from '../errors.js';
import { defOf, innerOf } from './zod-def.js';

/** What a schema declares about a field in addition to its type. */
export interface FieldOptions {
  /** The field is omitted from logs and lists. */
  readonly sensitive: boolean;
  /** The field is encrypted in the store. */
  readonly encrypted: boolean;
  /** The field expires this many milliseconds after it was set; `undefined` if it does not expire on its own. */
  readonly expiresAfter: number | undefined;
}

interface MetadataRegistry {
  get(schema: $ZodType): GlobalMeta | undefined;
}

const registries = new Set<MetadataRegistry>();
const lives = new WeakMap<$ZodType, number>();

/** Sets how long a field remains after it was set, in milliseconds. Used by `expiring()`. */
export function setLife(field: $ZodType, after: number): void {
  lives.set(field, after);
}

/** Adds a zod registry from which the metadata of fields is read. */
export function addRegistry(registry: MetadataRegistry): void {
  registries.add(registry);
}

/**
 * Returns the options of a field. They may be declared on any layer of its schema (`.optional()`, `.default(…)`), and on
 * either side of a codec.
 */
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

/** Returns the metadata of `.meta()`. For a schema without that method, it comes from one of the registries. */
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

/** A schema inherits this from the schema that it was cloned from, as it does zod's metadata. */
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
