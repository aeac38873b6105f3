import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryStore, SessionConflictError } from 'typed-session';
import { mergeEncoded } from '../../lib/sessions/merge.js';
import { resolveOptions } from '../../lib/sessions/session-config.js';

const schema = z.object({
  a: z.int().optional(),
  b: z.string().optional(),
  c: z.array(z.int()).default([]),
  d: z.object({ e: z.boolean(), f: z.string().optional() }).optional(),
});
type Tree = Record<string, unknown>;

function settings(options: object = {}) {
  return resolveOptions<typeof schema>({ schema, secret: 's', ...options }, () => new MemoryStore());
}

const tree = fc.record(
  {
    a: fc.integer(),
    b: fc.string(),
    c: fc.array(fc.integer(), { maxLength: 3 }),
    d: fc.record({ e: fc.boolean(), f: fc.string() }, { requiredKeys: ['e'] }),
  },
  { requiredKeys: ['c'] },
) as fc.Arbitrary<Tree>;

const merge = (base: Tree, mine: Tree, theirs: Tree, options = {}) => {
  const resolved = settings(options);
  return resolved.codec.encode(mergeEncoded(resolved, base, mine, theirs).payload);
};

describe('merging two changes of a payload', () => {
  it('of which one changed nothing gives the other', () => {
    fc.assert(
      fc.property(tree, tree, (base, changed) => {
        expect(merge(base, base, changed)).toEqual(changed);
        expect(merge(base, changed, base)).toEqual(changed);
      }),
    );
  });

  it('that are the same gives that', () => {
    fc.assert(
      fc.property(tree, tree, (base, changed) => {
        expect(merge(base, changed, structuredClone(changed))).toEqual(changed);
      }),
    );
  });

  it('takes each field from the side that changed it, and from the later one where both did', () => {
    fc.assert(
      fc.property(tree, tree, tree, (base, mine, theirs) => {
        const merged = merge(base, mine, theirs);
        for (const field of ['a', 'b', 'c', 'd']) {
          const iChanged = JSON.stringify(mine[field]) !== JSON.stringify(base[field]);
          expect(merged[field]).toEqual(iChanged ? mine[field] : theirs[field]);
        }
      }),
    );
  });

  it('leaves the three sides as they were', () => {
    fc.assert(
      fc.property(tree, tree, tree, (base, mine, theirs) => {
        const before = JSON.stringify([base, mine, theirs]);
        merge(base, mine, theirs);
        expect(JSON.stringify([base, mine, theirs])).toBe(before);
      }),
    );
  });

  it("is refused under conflict: 'error', with the fields that both changed", () => {
    expect(() => merge({ a: 1, c: [] }, { a: 2, c: [] }, { a: 3, b: 'x', c: [] }, { conflict: 'error' })).toThrow(
      new SessionConflictError(['a']),
    );
  });

  it('is refused where the schema accepts each side but not both', () => {
    const either = z
      .object({ a: z.int().optional(), b: z.int().optional() })
      .refine((p) => p.a === undefined || p.b === undefined);
    const resolved = resolveOptions<typeof either>({ schema: either, secret: 's' }, () => new MemoryStore());
    expect(() => mergeEncoded(resolved, {}, { a: 1 }, { b: 1 })).toThrow(SessionConflictError);
  });
});

const fields = ['a', 'b', 'c', 'd'];
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** A payload, and two changes of it that have no field in common. */
const disjoint = fc.tuple(tree, tree, tree, fc.subarray(fields)).map(([base, one, other, ofOne]) => {
  const changed = (by: Tree, which: (field: string) => boolean): Tree =>
    Object.fromEntries(fields.flatMap((field) => {
      const value = (which(field) ? by : base)[field];
      return value === undefined ? [] : [[field, value]];
    })); // prettier-ignore
  return {
    base,
    mine: changed(one, (field) => ofOne.includes(field)),
    theirs: changed(other, (field) => !ofOne.includes(field)),
  };
});

describe('merging two changes of a payload, whoever is later,', () => {
  it('gives the same where they have no field in common, and both of them', () => {
    fc.assert(
      fc.property(disjoint, ({ base, mine, theirs }) => {
        const merged = merge(base, mine, theirs);
        expect(merged).toEqual(merge(base, theirs, mine));
        for (const field of fields) {
          const changed = [mine, theirs].find((side) => !same(side[field], base[field]));
          expect(merged[field]).toEqual((changed ?? base)[field]);
        }
      }),
    );
  });

  it('gives a payload that the schema accepts, and that a second merge leaves alone', () => {
    fc.assert(
      fc.property(tree, tree, tree, (base, mine, theirs) => {
        const merged = merge(base, mine, theirs);
        expect(schema.parse(merged)).toEqual(merged);
        expect(merge(theirs, merged, theirs)).toEqual(merged); // on what is stored now, as after another lost swap
      }),
    );
  });

  it('leaves no change of a third out, in whichever order they come', () => {
    fc.assert(
      fc.property(disjoint, tree, ({ base, mine, theirs }, third) => {
        const later = { ...base, a: third['a'] };
        const rest = [mine, theirs].map((side): Tree => ({ ...side, a: base['a'] }));
        const one = merge(base, rest[0]!, merge(base, rest[1]!, later));
        const other = merge(base, later, merge(base, rest[0]!, rest[1]!));
        expect(one).toEqual(other);
      }),
    );
  });

  it('names just the fields that both changed, and differently', () => {
    fc.assert(
      fc.property(tree, tree, tree, (base, mine, theirs) => {
        const expected = fields.filter(
          (field) =>
            !same(mine[field], base[field]) && !same(theirs[field], base[field]) && !same(mine[field], theirs[field]),
        );
        expect([...mergeEncoded(settings(), base, mine, theirs).fields].toSorted()).toEqual(expected);
      }),
    );
  });

  it('asks a merge function where both changed its field, be it to the same value, with the three values', () => {
    fc.assert(
      fc.property(tree, tree, tree, (base, mine, theirs) => {
        const asked: unknown[][] = [];
        const own = (...values: number[][]): number[] => {
          asked.push(values);
          return [4, 2];
        };
        const merged = merge(base, mine, theirs, { merge: { c: own } });
        const isConflict = [mine, theirs].every((side) => !same(side['c'], base['c']));
        expect(asked).toEqual(isConflict ? [[base['c'], mine['c'], theirs['c']]] : []);
        if (isConflict) expect(merged['c']).toEqual([4, 2]);
        else expect(merged).toEqual(merge(base, mine, theirs));
      }),
    );
  });

  it('counts what both added, with a merge function that adds', () => {
    const counter = z.object({ n: z.int().default(0) });
    const add = (base: number, mine: number, theirs: number) => mine + theirs - base;
    const resolved = resolveOptions<typeof counter>({ schema: counter, secret: 's', merge: { n: add } }, () => new MemoryStore()); // prettier-ignore
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        (n, steps) => {
          // each step was made on the same base, and meets what all before it have stored
          let stored: Tree = { n };
          for (const step of steps) {
            const mine = { n: n + step };
            stored = same(stored, { n })
              ? mine
              : resolved.codec.encode(mergeEncoded(resolved, { n }, mine, stored).payload);
          }
          const expected = steps.reduce((sum, step) => sum + step, 0);
          expect(stored).toEqual({ n: n + expected });
        },
      ),
    );
  });
});

const states = z.discriminatedUnion('state', [
  z.object({ state: z.literal('out'), notice: z.string().optional() }),
  z.object({ state: z.literal('in'), user: z.string(), seen: z.int().default(0) }),
  z.object({ state: z.literal('admin'), user: z.string(), rights: z.array(z.string()).default([]) }),
]);

describe('merging two changes of a union', () => {
  const state = fc.oneof(
    fc.record({ state: fc.constant('out'), notice: fc.constantFrom('x', 'y') }, { requiredKeys: ['state'] }),
    fc.record({ state: fc.constant('in'), user: fc.constantFrom('ada', 'bob'), seen: fc.nat(2) }),
    fc.record({ state: fc.constant('admin'), user: fc.constantFrom('ada', 'bob'), rights: fc.subarray(['a', 'b']) }),
  ) as fc.Arbitrary<Tree>;
  const resolved = resolveOptions<typeof states>({ schema: states, secret: 's', initial: { state: 'out' } }, () => new MemoryStore()); // prettier-ignore

  it('never mixes two states: it is one that somebody was in, whole, or refused', () => {
    fc.assert(
      fc.property(state, state, state, (base, mine, theirs) => {
        let merged: Tree;
        try {
          merged = resolved.codec.encode(mergeEncoded(resolved, base, mine, theirs).payload);
        } catch (error) {
          expect(error).toBeInstanceOf(SessionConflictError);
          // I changed a state that they have left
          expect(theirs['state']).not.toBe(base['state']);
          expect(mine['state']).toBe(base['state']);
          expect(mine).not.toEqual(base);
          return;
        }
        expect(states.parse(merged)).toEqual(merged);
        if (mine['state'] !== base['state']) expect(merged).toEqual(mine);
        else if (theirs['state'] !== base['state']) expect(merged).toEqual(theirs);
        else
          for (const field of Object.keys(merged)) expect([mine[field], theirs[field]]).toContainEqual(merged[field]);
      }),
    );
  });
});
