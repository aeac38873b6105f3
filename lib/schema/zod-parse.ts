import type { $ZodRawIssue, $ZodType } from 'zod/v4/core';

/** The result of decoding or encoding. It has zod's issues, without the messages that zod would create for them. */
export type ZodResult =
  | { readonly success: true; readonly data: object }
  | { readonly success: false; readonly issues: readonly $ZodRawIssue[] };

/** Decodes a value like zod's `safeDecode`, with the zod that created the schema. */
export function safeDecode(schema: $ZodType, value: unknown): ZodResult {
  return parse(schema, value, 'forward');
}

/** Encodes a value like zod's `safeEncode`, with the zod that created the schema. */
export function safeEncode(schema: $ZodType, value: unknown): ZodResult {
  return parse(schema, value, 'backward');
}

/** The schema is async. zod reports this with an error in some places and with a promise in others. */
export class AsyncSchemaError extends Error {}

/**
 * Does what zod's `safeParse` does, except for the error object. It runs the schema itself and imports nothing from zod.
 * So the app's zod is the only one in the process, in the version and module format that the app loads.
 */
function parse(schema: $ZodType, value: unknown, direction: 'forward' | 'backward'): ZodResult {
  const result = run(schema, value, direction);
  if (result instanceof Promise) throw new AsyncSchemaError();
  return result.issues.length > 0
    ? { success: false, issues: result.issues }
    : { success: true, data: result.value as object }; // the schema's own output
}

function run(schema: $ZodType, value: unknown, direction: 'forward' | 'backward') {
  try {
    return schema._zod.run({ value, issues: [] }, { async: false, direction });
  } catch (error) {
    // Compared by name, because the class belongs to the zod that created the schema.
    if (error instanceof Error && error.constructor.name === '$ZodAsyncError') throw new AsyncSchemaError();
    throw error;
  }
}
