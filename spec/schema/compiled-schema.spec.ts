import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import * as core from 'zod/v4/core';
import { compiled } from '../../lib/schema/compiled-schema.js';
import 'typed-session'; // adds the zod of this test

const before = z.config().jitless;
afterEach(() => {
  z.config({ jitless: before });
});

const canCompile = 'compile' in core;

it('a schema is compiled if its zod can do that, and decodes as before', () => {
  const schema = z.object({ a: z.string().default('x') });
  const fast = compiled(schema);
  expect(fast === schema).toBe(!canCompile);
  expect(z.decode(fast, {})).toEqual({ a: 'x' });
  expect(z.safeDecode(fast, { a: 1 } as never).error?.issues).toEqual(z.safeDecode(schema, { a: 1 } as never).error?.issues); // prettier-ignore
});

it('a schema is not compiled if the app has forbidden zod to generate code', () => {
  z.config({ jitless: true });
  const schema = z.object({ a: z.string() });
  expect(compiled(schema)).toBe(schema);
});

it('a schema of another version of zod is not compiled', () => {
  const schema = z.object({ a: z.string() });
  const { version } = schema._zod;
  const other = { ...schema, _zod: { ...schema._zod, version: { ...version, minor: version.minor + 1 } } };
  expect(compiled(other as typeof schema)).toBe(other);
});
