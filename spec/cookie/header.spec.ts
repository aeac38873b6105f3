import { stringifySetCookie } from 'cookie';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookieValues } from '../../lib/cookie/cookie-header.js';

describe('finding cookies in a header', () => {
  it('gives every value of the name in order, and no other’s', () => {
    expect(cookieValues('a=1; sid=x; b=2; sid=y', 'sid')).toEqual(['x', 'y']);
    expect(cookieValues('xsid=1; sidx=2; a=sid=3; sid =4;sid= 5 ;sid="6"', 'sid')).toEqual(['4', '5', '6']);
    expect(cookieValues('', 'sid')).toEqual([]);
    expect(cookieValues('sid', 'sid')).toEqual([]);
    expect(cookieValues('sid=', 'sid')).toEqual([]);
    expect(cookieValues('SID=1', 'sid')).toEqual([]);
  });

  it('leaves broken percent encoding as it is', () => {
    expect(cookieValues('sid=%E0%A4%A; sid=%41', 'sid')).toEqual(['%E0%A4%A', 'A']);
  });

  it('passes over what is longer than browsers keep', () => {
    expect(cookieValues(`sid=${'a'.repeat(4097)}; sid=${'b'.repeat(4096)}`, 'sid')).toEqual(['b'.repeat(4096)]);
  });

  it('never throws, whatever the header', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (header, name) => {
        expect(Array.isArray(cookieValues(header, name))).toBe(true);
      }),
    );
  });

  it('finds again what `cookie` has written, among other cookies', () => {
    const value = fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(value), value, fc.array(value), (before, mine, after) => {
        const pair = (name: string, text: string): string =>
          stringifySetCookie({ name, value: text }).split(';')[0] ?? '';
        const header = [
          ...before.map((text, i) => pair(`b${String(i)}`, text)),
          pair('sid', mine),
          ...after.map((text, i) => pair(`a${String(i)}`, text)),
        ].join('; ');
        expect(cookieValues(header, 'sid')).toEqual([mine].filter((text) => encodeURIComponent(text).length <= 4096));
      }),
    );
  });
});
