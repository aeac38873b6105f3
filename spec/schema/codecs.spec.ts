import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigintText, isoDate, mapOf, setOf, urlText } from 'typed-session';
import { z } from 'zod';
import { PayloadCodec } from '../../lib/schema/payload-codec.js';
import type { Payload, SessionSchema } from '../../lib/schema/payload-types.js';

/** A schema, and a value that it accepts. */
interface Sample {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** Field names that are nobody's: neither reserved nor JavaScript's. */
const name = fc.string({ minLength: 1, maxLength: 6 }).map((text) => `f${text}`);
const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.string().map((value) => ({ schema: z.string(), value })),
  fc.string().map((value) => ({ schema: z.string().brand('Id'), value })),
  // JSON writes -0 as 0.
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ schema: z.number(), value: value === 0 ? 0 : value })),
  fc.maxSafeInteger().map((value) => ({ schema: z.int(), value })),
  fc.boolean().map((value) => ({ schema: z.boolean(), value })),
  fc.constantFrom('red', 'blue').map((value) => ({ schema: z.enum(['red', 'blue']), value })),
  fc.constant({ schema: z.null(), value: null }),
  fc.date({ noInvalidDate: true }).map((value) => ({ schema: isoDate, value })),
  fc.bigInt().map((value) => ({ schema: bigintText, value })),
  fc.webUrl({ withQueryParameters: true }).map((text) => ({ schema: urlText, value: new URL(text) })),
);

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('sample').map(({ schema, value }) => ({ schema: z.array(schema), value: [value, value] })),
    fc.tuple(name, tie('sample')).map(([key, { schema, value }]) => ({
      schema: z.record(z.string(), schema),
      value: { [key]: value },
    })),
    fc.tuple(tie('sample'), tie('sample')).map(([a, b]) => ({
      schema: z.tuple([a.schema, b.schema]),
      value: [a.value, b.value],
    })),
    fc.tuple(name, tie('sample')).map(([key, { schema, value }]) => ({
      schema: z.object({ [key]: schema, absent: schema.optional(), preset: schema.default(value as never) }),
      value: { [key]: value, preset: value },
    })),
    tie('sample').map(({ schema, value }) => ({
      schema: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('with'), value: schema }),
        z.object({ kind: z.literal('without') }),
      ]),
      value: { kind: 'with', value },
    })),
    tie('sample').map(({ schema, value }) => ({ schema: schema.nullable(), value })),
    tie('sample').map(({ schema }) => ({ schema: schema.nullable(), value: null })),
    tie('sample').map(({ schema, value }) => ({ schema: schema.readonly(), value })),
    tie('sample').map(({ schema, value }) => ({ schema: z.lazy(() => schema), value })),
    tie('sample').map(({ schema, value }) => ({ schema: setOf(schema), value: new Set([value]) })),
    fc.tuple(tie('sample'), tie('sample')).map(([key, item]) => ({
      schema: mapOf(key.schema, item.schema),
      value: new Map([[key.value, item.value]]),
    })),
  ),
}));

const payload = fc.dictionary(name, sample, { minKeys: 1, maxKeys: 4, noNullPrototype: true }).map((fields) => ({
  schema: z.object(Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema.optional()]))),
  value: Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value])),
}));

function codecOf<S extends SessionSchema>(schema: S): PayloadCodec<S> {
  return PayloadCodec.of(schema, undefined);
}

function throughText<S extends SessionSchema>(codec: PayloadCodec<S>, value: object): Payload<S> {
  return codec.decodeOrThrow(JSON.parse(codec.stringify(codec.encode(value))) as Record<string, unknown>);
}

describe('a payload of any schema', () => {
  it('comes back from the store as it was', () => {
    fc.assert(
      fc.property(payload, ({ schema, value }) => {
        const back = throughText(codecOf(schema), value);
        return isDeepStrictEqual(back, value);
      }),
      { numRuns: 300 },
    );
  });

  it('is seen to be the same as it was loaded, until it is changed', () => {
    fc.assert(
      fc.property(payload, ({ schema, value }) => {
        const codec = codecOf(schema.loose());
        const tree = codec.encode(value);
        const loaded = codec.decodeOrThrow(JSON.parse(JSON.stringify(tree)) as typeof tree);
        const same = codec.same(codec.comparable(loaded), tree);
        (loaded as Record<string, unknown>)['unknown'] = 1; // fields of the schema begin with f
        return same && !codec.same(codec.comparable(loaded), tree);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the ready-made codecs', () => {
  const all = z.object({
    at: isoDate.optional(),
    big: bigintText.optional(),
    url: urlText.optional(),
    tags: setOf(isoDate).default(() => new Set<Date>()),
    seen: mapOf(z.string(), bigintText).default(() => new Map<string, bigint>()),
  });

  it('notice a change inside a Set, a Map, a URL and a Date', () => {
    const codec = codecOf(all);
    const tree = codec.encode({
      at: new Date(1),
      url: new URL('https://a.test/?p=1'),
      tags: new Set([new Date(2)]),
      seen: new Map([['a', 1n]]),
    });
    const changes: ((loaded: z.output<typeof all>) => unknown)[] = [
      (loaded) => loaded.at?.setTime(9),
      (loaded) => loaded.url?.searchParams.set('p', '2'),
      (loaded) => loaded.tags.add(new Date(3)),
      (loaded) => loaded.seen.set('a', 2n),
    ];
    for (const change of changes) {
      const loaded = codec.decodeOrThrow(tree);
      expect(codec.same(codec.comparable(loaded), tree)).toBe(true);
      change(loaded);
      expect(codec.same(codec.comparable(loaded), tree)).toBe(false);
    }
  });

  it('write what a person can read in the store', () => {
    const codec = codecOf(all);
    expect(
      codec.stringify(
        codec.encode({
          at: new Date(0),
          big: -12n,
          url: new URL('https://a.test'),
          tags: new Set(),
          seen: new Map([['a', 1n]]),
        }),
      ),
    ).toBe('{"at":"1970-01-01T00:00:00.000Z","big":"-12","url":"https://a.test/","tags":[],"seen":[["a","1"]]}');
  });

  it.each([
    ['at', 'yesterday'],
    ['at', '2026-02-30T00:00:00.000Z'],
    ['at', 5],
    ['big', '1.5'],
    ['big', ''],
    ['big', '0x10'],
    ['url', 'nowhere'],
    ['tags', { 0: 'a' }],
    ['tags', ['yesterday']],
    ['seen', [['a']]],
    ['seen', [['a', 1]]],
  ])('refuse what the store holds of another kind: %s %j', (field, value) => {
    expect(codecOf(all).decode({ [field]: value })).toMatchObject({ ok: false });
  });

  it.each([
    ['at', new Date(NaN)],
    ['at', 'text'],
    ['big', 12],
    ['url', 'https://a.test/'],
    ['tags', ['x']],
    ['tags', new Set(['x'])],
    ['seen', { a: 1n }],
    ['seen', new Map([['a', 1]])],
  ])('refuse what code sets of another kind: %s', (field, value) => {
    const rest = { tags: new Set(), seen: new Map() };
    expect(() => codecOf(all).encode({ ...rest, [field]: value })).toThrow(new RegExp(`: ${field}`));
  });
});
