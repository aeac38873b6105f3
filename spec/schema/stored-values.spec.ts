import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import {
  bigintText,
  isoDate,
  session,
  SessionOptionsError,
  SessionValidationError,
  type SessionSchema,
} from 'typed-session';
import { PayloadCodec } from '../../lib/schema/payload-codec.js';

const secret = 'only for a spec, and 32 bytes long at least';
const start = (schema: SessionSchema, principal: string) =>
  session({ schema, secret, principal, initial: {} } as unknown as Parameters<typeof session>[0]);

describe('the option principal, at start-up', () => {
  it.each<[string, z.ZodType]>([
    ['an object', z.object({ id: z.string() })],
    ['a list', z.array(z.string())],
    ['a boolean', z.boolean()],
    ['null alone', z.null()],
    ['text or an object', z.union([z.string(), z.object({})])],
    ['anything', z.unknown()],
    [
      'a codec to text from an object',
      z.codec(z.object({ n: z.string() }), z.string(), { decode: ({ n }) => n, encode: (n) => ({ n }) }),
    ],
  ])('refuses a field that holds %s', (_, field) => {
    const refused = expect(() => start(z.object({ p: field.optional() }), 'p'));
    refused.toThrow(SessionOptionsError);
    refused.toThrow('must name a field that is stored as a string, a number, or a bigint');
  });

  it.each<[string, z.ZodType]>([
    ['text', z.string()],
    ['a number', z.int()],
    ['one of several words', z.enum(['a', 'b'])],
    ['text or null', z.string().nullable()],
    ['text or a number', z.union([z.string(), z.number()])],
    ['a bigint by a codec', bigintText],
    ['a Date by a codec', isoDate],
  ])('accepts a field that holds %s', (_, field) => {
    expect(() => start(z.object({ p: field.optional() }), 'p')).not.toThrow();
  });
});

describe('a schema of another library that transforms what no example at start-up shows', () => {
  const user = v.pipe(v.string(), v.startsWith('user_'));

  const encode = (schema: SessionSchema, payload: object) => PayloadCodec.of(schema, undefined).encode(payload);

  it('is stored if it leaves its own output alone', () => {
    expect(encode(v.object({ name: v.optional(v.pipe(v.string(), v.trim())) }), { name: ' ann ' })).toEqual({
      name: 'ann',
    });
  });

  it('is not stored if it would transform its output again', () => {
    const schema = v.object({
      name: v.optional(
        v.pipe(
          user,
          v.transform((text) => `${text}!`),
        ),
      ),
    });
    expect(() => encode(schema, { name: 'user_ann' })).toThrow(
      expect.objectContaining({
        constructor: SessionValidationError,
        issues: [{ path: ['name'], code: 'one_way' }],
      }) as Error,
    );
  });

  it('is not stored if it refuses its output', () => {
    const schema = v.object({
      n: v.optional(
        v.union([
          v.pipe(
            user,
            v.transform(() => 'b'),
          ),
          v.literal('c'),
        ]),
      ),
    });
    expect(() => encode(schema, { n: 'user_ann' })).toThrow(
      expect.objectContaining({ issues: [{ path: ['n'], code: 'one_way' }] }) as Error,
    );
  });
});
