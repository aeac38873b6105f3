import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyEncoded, sameEncoded } from '../../lib/schema/encoded-payload.js';

const json = fc.jsonValue();

describe('comparing trees', () => {
  it('agrees with JSON text, whatever the order of the keys', () => {
    const sorted = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    fc.assert(fc.property(json, json, (a, b) => sameEncoded(a, b) === (sorted(a) === sorted(b))));
    fc.assert(fc.property(json, (a) => sameEncoded(a, JSON.parse(JSON.stringify(a)))));
  });

  it('counts an undefined property as absent', () => {
    expect(sameEncoded({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameEncoded({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(sameEncoded({ a: undefined }, { b: undefined })).toBe(true);
    expect(sameEncoded({ a: 1, b: undefined }, { a: 1, b: null })).toBe(false);
  });

  it('is not fooled by what every object inherits', () => {
    expect(sameEncoded({ toString: 1 }, {})).toBe(false);
    expect(sameEncoded({}, { constructor: 1 })).toBe(false);
    expect(sameEncoded(JSON.parse('{"__proto__":{"a":1}}'), {})).toBe(false);
  });

  it('takes objects of a class for different unless they are the same one', () => {
    const date = new Date(0);
    expect(sameEncoded(date, date)).toBe(true);
    expect(sameEncoded(new Date(0), new Date(1))).toBe(false);
    expect(sameEncoded(new Map(), {})).toBe(false);
    expect(sameEncoded([], {})).toBe(false);
    expect(sameEncoded(NaN, NaN)).toBe(true);
  });
});

describe('copying a tree', () => {
  const harmless = json.filter((value) => !JSON.stringify(value).includes('__proto__')); // the next test's
  it('gives the same, sharing nothing that could be changed', () => {
    fc.assert(
      fc.property(harmless, (value) => {
        const copy = copyEncoded(value);
        expect(copy).toEqual(value);
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it('leaves out what would change a prototype', () => {
    const copy = copyEncoded(JSON.parse('{"a":{"__proto__":{"admin":true},"b":1}}')) as { a: { admin?: boolean } };
    expect(copy).toEqual({ a: { b: 1 } });
    expect(copy.a.admin).toBeUndefined();
  });
});
