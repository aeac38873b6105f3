import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyValue } from '../../lib/schema/copy-value.js';
import { matchItems } from '../../lib/schema/match-items.js';
import { copyEncoded, isDeeper, sameEncoded, type EncodedPayload } from '../../lib/schema/encoded-payload.js';
import { findUnknown, keepUnknown } from '../../lib/schema/unknown-fields.js';

const named = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'a', 'b', 'c'];
/** A tree in which every key that begins with `~` is one that the schema does not know. */
const tree = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer({ min: 0, max: 3 }), fc.string({ maxLength: 2 }), fc.constant(null), tie('object'), fc.array(tie('value'), { maxLength: 4 })),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...named), fc.constantFrom('~x', '~y', '~constructor')), tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).object as fc.Arbitrary<EncodedPayload>; // prettier-ignore

/** What a schema would keep of a tree. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('~')).map(([key, inner]) => [key, known(inner)])); // prettier-ignore
}

const path = (keys: readonly PropertyKey[]) => keys;

describe('keeping what a schema does not know', () => {
  it('changes nothing if nothing was changed, wherever the unknown fields are', () => {
    fc.assert(
      fc.property(tree, (stored) => {
        const kept = known(stored) as EncodedPayload;
        expect(sameEncoded(keepUnknown(stored, kept, kept), stored)).toBe(true);
      }),
    );
  });

  it('stores exactly what was to be stored, as far as the schema knows it', () => {
    fc.assert(
      fc.property(tree, tree, (stored, other) => {
        const mine = known(other) as EncodedPayload;
        expect(sameEncoded(known(keepUnknown(stored, known(stored) as EncodedPayload, mine)), mine)).toBe(true);
      }),
    );
  });

  it('leaves all three trees as they were', () => {
    fc.assert(
      fc.property(tree, tree, (stored, other) => {
        const all = [stored, known(stored), known(other)] as const;
        const before = JSON.stringify(all);
        keepUnknown(all[0], all[1] as EncodedPayload, all[2] as EncodedPayload);
        expect(JSON.stringify(all)).toBe(before);
      }),
    );
  });

  it('keeps the unknown fields of every object that has not gone, whatever else changes', () => {
    fc.assert(
      fc.property(tree, fc.integer(), (stored, n) => {
        const kept = known(stored) as EncodedPayload;
        const mine = { ...kept, a: n, added: [n] };
        const whole = keepUnknown(stored, kept, mine);
        for (const [field, value] of Object.entries(stored)) {
          if (field !== 'a') expect(sameEncoded(whole[field], value)).toBe(true);
        }
      }),
    );
  });

  it('names exactly the fields that are unknown', () => {
    fc.assert(
      fc.property(tree, (stored) => {
        const found = findUnknown(stored, known(stored) as EncodedPayload, path);
        expect(found.length > 0).toBe(JSON.stringify(stored).includes('"~'));
        expect(findUnknown(known(stored) as EncodedPayload, known(stored) as EncodedPayload, path)).toEqual([]);
      }),
    );
  });
});

describe('finding the items of a list again', () => {
  const item = fc.record({ id: fc.string({ maxLength: 6 }), n: fc.integer() });
  const items = fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 20 });

  it('finds each item by its name, in any order, changed or not', () => {
    fc.assert(
      fc.property(
        items.chain((before) => fc.tuple(fc.constant(before), fc.shuffledSubarray(before))),
        ([before, some]) => {
          const after = some.map(({ id, n }, at) => ({ id, n: at % 2 === 0 ? n : n + 1 }));
          const found = matchItems(before, after);
          expect(found.map((index) => before[index ?? -1]?.id)).toEqual(after.map(({ id }) => id));
        },
      ),
    );
  });

  it('gives no item to two', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), (before, after) => {
        const found = matchItems(before, after).filter((index) => index !== undefined);
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });

  it('looks at each item a fixed number of times, also if all have changed or all are the same', () => {
    for (const size of [100, 200, 400]) {
      let looks = 0;
      const watched = (value: object): object => new Proxy(value, { get: (target, name) => { looks++; return Reflect.get(target, name) as unknown; } }); // prettier-ignore
      const list = (make: (i: number) => object) => Array.from({ length: size }, (_, i) => watched(make(i)));
      matchItems(list((n) => ({ n })), list((n) => ({ n: -n }))); // prettier-ignore
      matchItems(list(() => ({ n: 1 })), list(() => ({ n: 2 }))); // prettier-ignore
      matchItems(list(() => ({ n: 1 })), [...list(() => ({ n: 1 })), watched({ n: 1 })]); // prettier-ignore
      expect(looks).toBeLessThan(size * 100);
    }
  });
});

describe('copying values', () => {
  const json = fc.jsonValue();
  it('gives the same, of which no object is the same', () => {
    fc.assert(
      fc.property(json, (value) => {
        const whole = { value, map: new Map([['k', value]]), set: new Set([value]), at: new Date(5) };
        const foreign: object[] = [];
        const copy = copyValue(whole, foreign) as typeof whole;
        expect(foreign).toEqual([]);
        expect(sameEncoded(copy.value, copyEncoded(value))).toBe(true);
        expect(copy.at).toEqual(whole.at);
        expect(copy.at).not.toBe(whole.at);
        expect(copy.map).not.toBe(whole.map);
        const mine = objectsIn([copy.value, ...copy.map.values(), ...copy.set]);
        const theirs = new Set(objectsIn(value));
        expect(mine.some((object) => theirs.has(object))).toBe(false);
      }),
    );
  });

  it('finds out about levels without walking further than the limit', () => {
    const self: unknown[] = [];
    self.push(self, self);
    expect(isDeeper(self)).toBe(true);
    expect(isDeeper({ a: [{}] }, 2)).toBe(true);
    expect(isDeeper({ a: [{}] }, 3)).toBe(false);
    expect(isDeeper(new Map([['a', new Set([1])]]), 1)).toBe(true);
  });
});

function objectsIn(value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}
