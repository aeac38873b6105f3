import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MemoryStore, SessionOptionsError, isoDate, session } from 'typed-session';
import type { SessionSchema } from '../../lib/schema/payload-types.js';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { isDate } from '../../lib/realms.js';
import { makeApp } from '../support/app.js';
import { withoutLink } from '../support/message.js';

interface Comment {
  text: string;
  replies?: Comment[] | undefined;
}
const comment: z.ZodType<Comment, Comment> = z.lazy(() =>
  z.object({ text: z.string(), replies: z.array(comment).optional() }),
);
const category = z.object({
  name: z.string(),
  get inner() {
    return z.array(category).optional();
  },
});

/** An app whose `/set` puts fields into the session, and whose `/` shows what a later request finds. */
async function open(schema: SessionSchema, initial?: object) {
  const store = new MemoryStore();
  const sessions = session({ schema, secret: 's', store, ...(initial && { initial }) } as never);
  let fields: object = {};
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/set', (req, res) => {
      Object.assign(sessions.of(req), fields);
      res.end('ok');
    });
  });
  const set = (to: object) => {
    fields = to;
    return client.get('/set');
  };
  return { client, set, text: async () => (await store.scan(undefined, 2)).entries.map(([, { data }]) => data) };
}

interface Shape {
  readonly schema: SessionSchema;
  readonly initial?: object;
  /** What a handler sets. */
  readonly fits: object;
  /** What JSON a later request finds. */
  readonly found?: object;
  /** What is refused at the commit, and the message's end. */
  readonly refused: readonly [object, string];
}

const zodShapes: Readonly<Record<string, Shape>> = {
  'an intersection': {
    schema: z.intersection(z.object({ a: z.string().optional() }), z.object({ at: isoDate.optional() })),
    fits: { a: 'x', at: new Date(0) },
    found: { a: 'x', at: '1970-01-01T00:00:00.000Z' },
    refused: [{ at: 'soon' }, 'at (invalid_type)'],
  },
  'a loose object': {
    schema: z.looseObject({ a: z.string().optional() }),
    fits: { a: 'x', more: { b: [1] } },
    refused: [{ a: 5 }, 'a (invalid_type)'],
  },
  'a strict object': {
    schema: z.strictObject({ a: z.string().optional() }),
    fits: { a: 'x' },
    refused: [{ b: 5 }, 'payload (unrecognized_keys)'],
  },
  'an object with a catchall': {
    schema: z.object({ a: z.string().optional() }).catchall(z.int()),
    fits: { a: 'x', n: 1 },
    refused: [{ n: 'x' }, '[*] (invalid_type)'],
  },
  'a record': {
    schema: z.record(z.string(), z.union([z.string(), z.int()])),
    fits: { a: 'x', b: 1 },
    refused: [{ a: {} }, '[*] (invalid_union)'],
  },
  'a lazy and recursive schema': {
    schema: z.object({ thread: comment.optional() }),
    fits: { thread: { text: 'a', replies: [{ text: 'b', replies: [{ text: 'c' }] }] } },
    refused: [{ thread: { text: 'a', replies: [{ text: 1 }] } }, 'thread.replies[0].text (invalid_type)'],
  },
  'a schema that is recursive by a getter': {
    schema: z.object({ tree: category.optional() }),
    fits: { tree: { name: 'a', inner: [{ name: 'b', inner: [] }] } },
    refused: [{ tree: { name: 'a', inner: [{}] } }, 'tree.inner[0].name (invalid_type)'],
  },
  'a refined field': {
    schema: z.object({ even: z.int().refine((n) => n % 2 === 0).optional() }),
    fits: { even: 2 },
    refused: [{ even: 3 }, 'even (custom)'],
  },
  'fields checked across': {
    schema: z.object({ from: z.int().default(0), to: z.int().default(9) }).superRefine((range, context) => {
      if (range.from > range.to) context.addIssue({ code: 'custom', path: ['to'], message: `below ${range.from}` });
    }),
    fits: { from: 3, to: 4 },
    refused: [{ from: 5 }, 'to (custom)'],
  },
  'a branded field': {
    schema: z.object({ userId: z.string().min(2).brand('UserId').optional() }),
    fits: { userId: 'ann' },
    refused: [{ userId: 'a' }, 'userId (too_small)'],
  },
  'a branded payload': {
    schema: z.object({ userId: z.string().optional() }).brand('Session'),
    fits: { userId: 'ann' },
    refused: [{ userId: 1 }, 'userId (invalid_type)'],
  },
  'a readonly payload': {
    schema: z.object({ list: z.array(z.string()).readonly().default([]) }).readonly(),
    fits: { list: ['a'] },
    refused: [{ list: [1] }, 'list[0] (invalid_type)'],
  },
  'an object with a default': {
    schema: z.object({ userId: z.string().optional() }).default({}),
    fits: { userId: 'ann' },
    refused: [{ userId: 1 }, 'userId (invalid_type)'],
  },
  'a union of states with a default': {
    schema: z
      .discriminatedUnion('kind', [z.object({ kind: z.literal('guest') }), z.object({ kind: z.literal('user'), userId: isoDate })])
      .default({ kind: 'guest' }),
    initial: { kind: 'guest' },
    fits: { kind: 'user', userId: new Date(0) },
    found: { kind: 'user', userId: '1970-01-01T00:00:00.000Z' },
    refused: [{ kind: 'user', userId: 5 }, 'userId (invalid_type)'],
  },
  'a catch, which mends what is stored': {
    schema: z.object({ theme: z.enum(['light', 'dark']).catch('light') }),
    fits: { theme: 'dark' },
    refused: [{ other: 1 }, 'other (unrecognized_keys)'],
  },
  'a template literal': {
    schema: z.object({ label: z.templateLiteral(['user-', z.int()]).optional() }),
    fits: { label: 'user-5' },
    refused: [{ label: 'guest-5' }, 'label (invalid_format)'],
  },
  'zod/mini': {
    schema: mini.object({
      a: mini.optional(mini.string().check(mini.minLength(2))),
      at: mini.optional(mini.codec(mini.iso.datetime(), mini.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      })),
    }),
    fits: { a: 'xy', at: new Date(0) },
    found: { a: 'xy', at: '1970-01-01T00:00:00.000Z' },
    refused: [{ a: 'x' }, 'a (too_small)'],
  },
}; // prettier-ignore

const standardShapes: Readonly<Record<string, Shape>> = {
  valibot: {
    schema: v.object({
      userId: v.optional(v.pipe(v.string(), v.minLength(2))),
      cart: v.optional(v.array(v.object({ sku: v.string() })), []),
    }),
    fits: { userId: 'ann', cart: [{ sku: 'tea' }] },
    refused: [{ cart: [{ sku: 5 }] }, 'cart[0].sku (invalid)'],
  },
  'a variant of valibot': {
    schema: v.variant('kind', [
      v.object({ kind: v.literal('guest') }),
      v.object({ kind: v.literal('user'), userId: v.string() }),
    ]),
    initial: { kind: 'guest' },
    fits: { kind: 'user', userId: 'ann' },
    refused: [{ kind: 'admin' }, 'kind (invalid)'],
  },
  arktype: {
    schema: type({ 'userId?': 'string >= 2', cart: type({ sku: 'string' }).array().default(() => []) }),
    fits: { userId: 'ann', cart: [{ sku: 'tea' }] },
    refused: [{ cart: [{ sku: 5 }] }, 'cart[0].sku (invalid)'],
  },
}; // prettier-ignore

describe.each(Object.entries({ ...zodShapes, ...standardShapes }))(
  'a schema may be %s',
  (_, { schema, initial, fits, found, refused }) => {
    it('and what fits it comes back', async () => {
      const { client, set } = await open(schema, initial);
      await set(fits);
      expect(await client.json('/')).toMatchObject(found ?? fits);
    });

    it('and what does not fit is not stored', async () => {
      const { set, text, client } = await open(schema, initial);
      await set(fits);
      const before = await text();
      const [wrong, end] = refused;
      const answer = await set(wrong);
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'SESSION_VALIDATION' });
      const { message } = JSON.parse(answer.text) as { message: string };
      expect(withoutLink(message).endsWith(`: ${end}`), answer.text).toBe(true);
      expect(await text()).toEqual(before);
      expect(await client.json('/')).toMatchObject(found ?? fits);
    });
  },
);

describe('a schema of another library', () => {
  it('is refused at start-up where it would have to be awaited', () => {
    const later = v.objectAsync({ a: v.optionalAsync(v.pipeAsync(v.string(), v.checkAsync(() => Promise.resolve(true)))) }); // prettier-ignore
    expect(() => session({ schema: later, secret: 's' } as never)).toThrow(/schema: has an async refinement/);
  });

  it('is not stored where JSON could not hold the payload', async () => {
    const { set, text } = await open(v.object({ at: v.optional(v.custom<Date>(isDate)), n: v.optional(v.number()) }));
    const answer = await set({ at: new Date() });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('at is an instance of Date: declare it as isoDate');
    expect((await set({ n: Infinity })).text).toContain('n is Infinity: declare it as nullable, and use null');
    expect(await text()).toEqual([]);
  });

  it('has to give a first payload', () => {
    expect(() => session({ schema: v.object({ a: v.string() }), secret: 's' } as never)).toThrow(SessionOptionsError);
  });
});

describe('what JSON cannot hold', () => {
  class Money {
    readonly amount = 5;
  }
  const anything = z.object({ any: z.any().optional(), list: z.array(z.unknown()).optional() });
  const self: Record<string, unknown> = {};
  self['self'] = self;
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];

  it.each([
    [{ any: new Date() }, 'any is an instance of Date: declare it as isoDate', 'any (not_json)'],
    [{ any: { deep: [new Set()] } }, 'any[*][0] is an instance of Set: declare it as setOf(item)', 'any[*][0] (not_json)'],
    [{ any: new Map() }, 'any is an instance of Map: declare it as mapOf(key, value)', 'any (not_json)'],
    [{ any: new URL('https://a.test') }, 'any is an instance of URL: declare it as urlText', 'any (not_json)'],
    [{ any: new Money() }, 'any is an instance of Money: declare it with z.codec(…)', 'any (not_json)'],
    [{ any: 5n }, 'any is a bigint: declare it as bigintText', 'any (not_json)'],
    [{ any: NaN }, 'any is NaN: declare it as nullable, and use null', 'any (not_json)'],
    [{ any: -Infinity }, 'any is -Infinity: declare it as nullable, and use null', 'any (not_json)'],
    [{ any: () => 1 }, 'any is a function: keep data in the session, and nothing that acts', 'any (not_json)'],
    [{ any: Symbol('x') }, 'any is a symbol: keep data in the session, and nothing that acts', 'any (not_json)'],
    [{ list: [1, undefined] }, 'list[1] is undefined in an array: use null', 'list[1] (not_json)'],
    [{ any: self }, 'has more than 500 levels, or holds itself', 'any (too_deep)'],
    [{ any: deep }, 'has more than 500 levels, or holds itself', 'any (too_deep)'],
  ])('is found at the commit: %#', async (fields, advice, end) => {
    const { set, text } = await open(anything);
    const answer = await set(fields);
    const { code, message } = JSON.parse(answer.text) as { code: string; message: string };
    expect(code).toBe('SESSION_VALIDATION');
    expect(message).toContain(advice);
    expect(withoutLink(message).endsWith(end), message).toBe(true);
    expect(await text()).toEqual([]);
  }); // prettier-ignore

  it.each([
    [z.object({ a: z.object({ at: z.date() }).optional() }), 'a.at is a date, which JSON cannot hold: use isoDate'],
    [z.object({ a: z.bigint().optional() }), 'use bigintText'],
    [z.object({ a: z.set(z.string()).optional() }), 'use setOf(item)'],
    [z.object({ a: z.map(z.string(), z.string()).optional() }), 'use mapOf(key, value)'],
    [z.object({ a: z.instanceof(URL).optional() }), 'use urlText'],
    [z.object({ a: z.instanceof(Money).optional() }), 'a is an instance of Money, which JSON cannot hold: use z.codec(…)'],
    [z.object({ a: z.symbol().optional() }), 'use a string'],
    [z.object({ a: z.nan().optional() }), 'use z.number().nullable()'],
    [z.object({ a: z.file().optional() }), 'a reference to where the file is kept'],
    [z.object({ a: z.promise(z.string()).optional() }), 'the value that the promise resolves to'],
    [z.object({ a: z.literal(5n).optional() }), 'a bigint, which JSON cannot hold'],
    [z.object({ a: z.array(z.string().optional()).optional() }), 'undefined'],
    [z.object({ a: z.string().transform(Number).optional() }), 'transformed one way only'],
    [z.object({ a: z.record(z.string(), z.union([z.string(), z.date()])).optional() }), 'use isoDate'],
  ])('is refused at start-up where the schema shows it: %#', (schema, advice) => {
    expect(() => session({ schema, secret: 's' } as never)).toThrow(SessionOptionsError);
    expect(() => session({ schema, secret: 's' } as never)).toThrow(advice);
  }); // prettier-ignore
});

describe('a schema that would have to be awaited', () => {
  const later = () => Promise.resolve(true);
  it.each([
    ['an async refinement', z.object({ a: z.string().refine(async () => await later()).optional() })],
    ['one on the payload', z.object({ a: z.string().optional() }).refine(async () => await later())],
    [
      'an async codec',
      z.object({
        a: z.codec(z.string(), z.string(), { decode: async (text) => (await later(), text), encode: (text) => text }).optional(),
      }),
    ],
  ])('is refused at start-up: %s', (_, schema) => {
    expect(() => session({ schema, secret: 's' } as never)).toThrow(/schema: .*has an async refinement or codec/);
  }); // prettier-ignore

  it.each([
    [
      'a promise that is returned',
      z.object({
        a: z
          .string()
          .refine(() => later())
          .optional(),
      }),
    ],
    [
      'an async superRefine',
      z.object({
        a: z
          .string()
          .superRefine(async () => {
            await later();
          })
          .optional(),
      }),
    ],
  ])('and where that cannot be seen, at the first value that gets there: %s', async (_, schema) => {
    const { set, text } = await open(schema);
    const answer = await set({ a: 'x' });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('has an async refinement or codec');
    expect(await text()).toEqual([]);
  });
});
