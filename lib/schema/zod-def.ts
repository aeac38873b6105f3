import type { $ZodType, $ZodTypes } from 'zod/v4/core';

/** The definition of a zod schema of any kind. */
export type ZodDef = $ZodTypes['_zod']['def'];

/** Returns the definition of a zod schema. */
export function defOf(schema: $ZodType): ZodDef {
  return (schema as $ZodTypes)._zod.def; // every schema that zod creates is one of $ZodTypes
}

/** Returns the schema inside a layer such as `.optional()` or `.default(…)`; `undefined` if the schema is not a layer. */
export function innerOf(schema: $ZodType): $ZodType | undefined {
  const def = defOf(schema);
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
    case 'default':
    case 'prefault':
    case 'catch':
      return def.innerType;
    case 'lazy':
      return def.getter();
    default:
      return undefined;
  }
}
