import type { $ZodType, $ZodTypes } from 'zod/v4/core';

/** The definition of a schema, of one of the kinds that zod has. */
export type ZodDef = $ZodTypes['_zod']['def'];

/** What a schema of zod was made of. */
export function defOf(schema: $ZodType): ZodDef {
  return (schema as $ZodTypes)._zod.def; // every schema that zod makes is one of $ZodTypes
}

/** The schema inside of a layer such as `.optional()` or `.default(…)`; `undefined` if the schema is no such layer. */
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
