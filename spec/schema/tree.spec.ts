import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyTree, sameTree } from '../../lib/schema/encoded-payload.js';

const json = fc.jsonValue();

describe('comparing trees', () => {
  it('agrees with JSON text, whatever the order of the keys', () => {
    const sorted = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    fc.assert(fc.property(json, json, (a, b) => sameTree(a, b) === (sorted(a) === sorted(b))));
    fc.assert(fc.property(json, (a) => sameTree(a, JSON.parse(JSON.stringify(a)))));
  });

  it('counts an undefined property as absent', () => {
    expect(sameTree({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameTree({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(sameTree({ a: undefined }, { b: undefined })).toBe(true);
    expect(sameTree({ a: 1, b: undefined }, { a: 1, b: null })).toBe(false);
  });

  it('is not fooled by what every object inherits', () => {
    expect(sameTree({ toString: 1 }, {})).toBe(false);
    expect(sameTree({}, { constructor: 1 })).toBe(false);
    expect(sameTree(JSON.parse('{"__proto__":{"a":1}}'), {})).toBe(false);
  });

  it('takes objects of a class for different unless they are the same one', () => {
    const date = new Date(0);
    expect(sameTree(date, date)).toBe(true);
    expect(sameTree(new Date(0), new Date(1))).toBe(false);
    expect(sameTree(new Map(), {})).toBe(false);
    expect(sameTree([], {})).toBe(false);
    expect(sameTree(NaN, NaN)).toBe(true);
  });
});

describe('copying a tree', () => {
  const harmless = json.filter((value) => !JSON.stringify(value).includes('__proto__')); // the next test's
  it('gives the same, sharing nothing that could be changed', () => {
    fc.assert(
      fc.property(harmless, (value) => {
        const copy = copyTree(value);
        expect(copy).toEqual(value);
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it('leaves out what would change a prototype', () => {
    const copy = copyTree(JSON.parse('{"a":{"__proto__":{"admin":true},"b":1}}')) as { a: { admin?: boolean } };
    expect(copy).toEqual({ a: { b: 1 } });
    expect(copy.a.admin).toBeUndefined();
  });
});
