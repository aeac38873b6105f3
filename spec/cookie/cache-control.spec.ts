import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShared, isTargeted, privateOf } from '../../lib/cookie/cache-control.js';

const directive = fc.oneof(
  fc.constantFrom(
    'public',
    'private',
    'no-store',
    'no-cache',
    'max-age=60',
    's-maxage=5',
    'proxy-revalidate',
    'PUBLIC',
  ),
  fc.constantFrom('private="x-name"', 'no-cache="set-cookie, x"', 'ext="a, public"', 'ext="a\\", public"', '', ' '),
);

describe('Cache-Control', () => {
  it('is never shared once it was made private, and keeps every directive that is not for shared caches', () => {
    fc.assert(
      fc.property(fc.array(directive), fc.constantFrom(',', ', ', ' , '), (directives: readonly string[], comma) => {
        const value = privateOf(directives.join(comma));
        expect(isShared(value)).toBe(false);
        for (const kept of ['no-store', 'no-cache', 'max-age=60', 'ext="a, public"', 'ext="a\\", public"']) {
          expect(value.includes(kept) || !directives.includes(kept)).toBe(true);
        }
        expect(privateOf(value)).toBe(value);
      }),
    );
  });

  it('is not shared with private or no-store, in any case and place', () => {
    for (const value of ['private', 'No-Store', 'max-age=1,private', 'private="Set-Cookie"']) {
      expect([value, isShared(value)]).toEqual([value, false]);
    }
    for (const value of ['public', 'max-age=1', 'no-cache', 'ext="private"', 'x-private', 'private="x"']) {
      expect([value, isShared(value)]).toEqual([value, true]);
    }
  });

  it('of a CDN is told by the name of its field', () => {
    for (const name of ['CDN-Cache-Control', 'surrogate-control', 'Vercel-CDN-Cache-Control']) expect(isTargeted(name)).toBe(true); // prettier-ignore
    for (const name of ['Cache-Control', 'X-Surrogate-Control', 'CDN-Cache-Control-X']) expect(isTargeted(name)).toBe(false); // prettier-ignore
  });
});
