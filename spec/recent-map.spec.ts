import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from '../lib/recent-map.js';

describe('a map that forgets', () => {
  it('returns what was set last under a key, or nothing', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      fc.record({ set: key, value: fc.integer() }),
      fc.record({ get: key }),
      fc.record({ delete: key }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new RecentMap<number>(2);
        const model = new Map<string, number>();
        for (const one of steps) {
          if ('set' in one) {
            map.set(one.set, one.value);
            model.set(one.set, one.value);
          } else if ('delete' in one) {
            map.delete(one.delete);
            model.delete(one.delete);
          } else {
            expect([undefined, model.get(one.get)]).toContain(map.get(one.get));
          }
        }
      }),
    );
  });

  it('keeps what was set last, up to its limit, and never more than twice that', () => {
    const map = new RecentMap<number>(100);
    for (let i = 0; i < 1_000; i++) map.set(String(i), i);
    const kept = Array.from({ length: 1_000 }, (_, i) => map.get(String(i)) !== undefined);
    expect(kept.slice(-100)).toEqual(Array.from({ length: 100 }, () => true));
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(200);
  });

  it('counts an entry once, however often it is set', () => {
    const map = new RecentMap<number>(10);
    map.set('rare', 1);
    for (let i = 0; i < 1_000; i++) map.set('frequent', i);
    expect(map.get('rare')).toBe(1);
  });

  it('counts by weight, and does not keep what is heavier than its limit', () => {
    const map = new RecentMap<string>(10, (text) => text.length);
    map.set('small', 'x');
    map.set('large', 'y'.repeat(11));
    expect(map.get('large')).toBeUndefined();
    expect(map.get('small')).toBe('x');
    map.set('small', 'x'.repeat(11));
    expect(map.get('small')).toBeUndefined();
  });
});
