import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { isoDate } from 'typed-session';
import { sameBothWays } from '../../lib/schema/same-both-ways.js';

const item = z.object({ sku: z.string().min(1), qty: z.int().positive(), note: z.string().nullable().optional() });
const tree = z.object({
  name: z.string(),
  get parts() {
    return z.array(tree).optional();
  },
});

describe('a schema that does the same in both directions', () => {
  const same = {
    'an object of plain fields': z.object({
      id: z.uuid().optional(),
      role: z.enum(['a', 'b']).default('a'),
      list: z.array(item).default([]),
      pair: z.tuple([z.string(), z.number()]).optional(),
      by: z.record(z.string(), z.boolean()).optional(),
      either: z.union([z.literal('x'), z.number()]).optional(),
    }),
    'a strict object': z.strictObject({ a: z.string().optional() }),
    'a loose object of one kind': z.object({ a: z.string().optional() }).catchall(z.number()),
    'a union of states': z.discriminatedUnion('is', [
      z.object({ is: z.literal('a'), x: z.int() }),
      z.object({ is: z.literal('b'), y: z.string().refine((text) => text !== 'no') }),
    ]),
    'a schema of zod/mini': mini.object({ a: mini.optional(mini.string()), b: mini._default(mini.number(), 1) }),
  };

  it.each(Object.entries(same))('%s', (_name, schema) => {
    const withDefault = sameBothWays(schema);
    expect(withDefault).toBeDefined();
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom('a', 'b', 'x', null, undefined, true),
      fc.constant([item]),
    );
    const guess = fc.dictionary(fc.constantFrom('id', 'role', 'list', 'a', 'b', 'is', 'x', 'y', 'either', 'by'), value);
    fc.assert(
      fc.property(guess, (payload) => {
        for (const field of withDefault ?? []) if (payload[field] === undefined) payload[field] = 'a';
        const encoded = z.safeEncode(schema as never, payload as never);
        const decoded = z.safeDecode(schema as never, payload as never);
        expect(decoded.success).toBe(encoded.success);
        if (encoded.success) expect(decoded.data).toStrictEqual(encoded.data);
      }),
    );
  });

  it('names the fields with defaults, which encoding does not fill in', () => {
    expect(sameBothWays(same['an object of plain fields'])).toEqual(['role', 'list']);
  });
});

it.each(
  Object.entries({
    'a codec': z.object({ at: isoDate.optional() }),
    'a default inside of a field': z.object({ a: z.object({ b: z.string().default('') }).optional() }),
    'a catch': z.object({ a: z.string().catch('') }),
    'a prefault': z.object({ a: z.string().prefault('') }),
    'a trimmed text': z.object({ a: z.string().trim().optional() }),
    'a text in lower case': z.object({ a: z.string().toLowerCase().optional() }),
    'a check that may replace the value': z.object({
      a: z
        .string()
        .check(() => undefined)
        .optional(),
    }),
    'a conversion': z.object({ a: z.coerce.number().optional() }),
    'a URL, which zod trims': z.object({ a: z.url().optional() }),
    'a pipe': z.object({ a: z.string().pipe(z.string()).optional() }),
    'a readonly part, which decoding freezes': z.object({ a: z.array(z.string()).readonly().optional() }),
    'anything at all': z.object({ a: z.any() }),
    'a schema that contains itself': tree,
  }),
)('a schema may do something else in one direction: %s', (_name, schema) => {
  expect(sameBothWays(schema)).toBeUndefined();
});
