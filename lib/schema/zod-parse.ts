import type { $ZodRawIssue, $ZodType } from 'zod/v4/core';

/** What came of decoding or encoding: the issues of zod, without the messages that it would put together for them. */
export type ZodResult =
  | { readonly success: true; readonly data: object }
  | { readonly success: false; readonly issues: readonly $ZodRawIssue[] };

/** Decodes a value: zod's `safeDecode`, run by the zod that made the schema. */
export function safeDecode(schema: $ZodType, value: unknown): ZodResult {
  return parse(schema, value, 'forward');
}

/** Encodes a value: zod's `safeEncode`, run by the zod that made the schema. */
export function safeEncode(schema: $ZodType, value: unknown): ZodResult {
  return parse(schema, value, 'backward');
}

/** A schema works asynchronously, which zod reports by an error in some places and by a promise in others. */
export class AsyncSchemaError extends Error {}

/**
 * What `safeParse` of zod does, short of its error object. It comes from the schema and not from an import, so that the
 * app's zod is the only one in the process, in whichever version and module kind the app loads it.
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
    // By name: the class belongs to the zod of the schema.
    if (error instanceof Error && error.constructor.name === '$ZodAsyncError') throw new AsyncSchemaError();
    throw error;
  }
}
