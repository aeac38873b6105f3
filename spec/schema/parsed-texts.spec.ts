import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonExact } from '../../lib/schema/json-values.js';
import { ParsedTexts } from '../../lib/schema/parsed-texts.js';

describe('texts that were parsed last', () => {
  it('are parsed once while the text under a key stays the same', () => {
    const texts = new ParsedTexts();
    const first = texts.find('key', '{"a":1}');
    expect(first?.value).toEqual({ a: 1 });
    expect(texts.find('key', '{"a":1}')).toBe(first);
    expect(texts.find('key', '{"a":2}')?.value).toEqual({ a: 2 });
    expect(texts.find('other', '{"a":1}')).not.toBe(first);
  });

  it('are forgotten when they are told to be', () => {
    const texts = new ParsedTexts();
    const first = texts.find('key', '{}');
    texts.forget('key');
    expect(texts.find('key', '{}')).not.toBe(first);
  });

  it.each(['', '1', '[]', 'null', '{"a":', '{"a":1} '])('are objects: %j', (text) => {
    expect(new ParsedTexts().find('key', text)?.value).toEqual(text === '{"a":1} ' ? { a: 1 } : undefined);
  });

  it('are what JSON.parse makes of them, also if they were remembered when they were stored', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything({ withMap: true, withDate: true })), (value) => {
        let text: string;
        try {
          text = JSON.stringify(value);
        } catch {
          return; // a bigint
        }
        const texts = new ParsedTexts();
        texts.add('key', text, value, true);
        expect(texts.find('key', text)?.value).toEqual(JSON.parse(text));
        expect(Object.keys(texts.find('key', text)?.value ?? {})).toEqual(Object.keys(JSON.parse(text) as object));
      }),
    );
  });
});

it('a value is exact as JSON if and only if its text becomes the same value again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const again: unknown = JSON.parse(JSON.stringify(value));
      if (isJsonExact(value)) expect(again).toStrictEqual(value);
      else expect(JSON.stringify(value)).toContain('0'); // a -0
    }),
  );
  for (const value of [
    undefined,
    NaN,
    Infinity,
    -0,
    new Date(),
    () => 1,
    { a: undefined },
    [undefined],
    1n,
    Symbol('s'),
  ]) {
    expect(isJsonExact(value)).toBe(false);
  }
});
