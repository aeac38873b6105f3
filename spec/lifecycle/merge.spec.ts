import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryStore, SessionConflictError } from 'typed-session';
import { mergeTrees } from '../../lib/lifecycle/merge.js';
import { resolveOptions } from '../../lib/lifecycle/settings.js';

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
  return resolved.codec.encode(mergeTrees(resolved, base, mine, theirs).payload);
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
    expect(() => mergeTrees(resolved, {}, { a: 1 }, { b: 1 })).toThrow(SessionConflictError);
  });
});
