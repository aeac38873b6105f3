import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordFromValue, valueOf } from '../../lib/stores/redis/redis-commands.js';
import { RECORD_FORM, recordFromText, recordToText } from '../../lib/stores/record-text.js';
import type { SessionRecord } from '../../lib/stores/store-contract.js';

/** What each form's fixture holds. A new form adds a fixture and a line; none is ever removed. */
const FIXTURES: Readonly<Record<number, SessionRecord>> = {
  1: {
    data: '{"cart":[{"sku":"ü-1","qty":2}],\n"note":"line\\nbreak"}',
    revision: 7,
    schemaVersion: 3,
    createdAt: 1_767_225_600_000,
    expiresAt: 1_767_312_000_000,
    cookieMaxAge: 3_600_000,
    principal: 'zoë "z"',
    forwardTo: null,
  },
};

function fixture(form: number): string {
  return readFileSync(new URL(`../fixtures/records/form-${form}.txt`, import.meta.url), 'utf8');
}

/** Any record that the library may want to store. */
const records: fc.Arbitrary<SessionRecord> = fc.record(
  {
    data: fc.string({ unit: 'binary', maxLength: 200 }),
    revision: fc.integer({ min: 1 }),
    schemaVersion: fc.nat(),
    createdAt: fc.maxSafeNat(),
    expiresAt: fc.maxSafeNat(),
    cookieMaxAge: fc.option(fc.maxSafeNat()),
    principal: fc.string({ unit: 'binary' }),
    forwardTo: fc.option(fc.string({ unit: 'binary' })),
    writeId: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['data', 'revision', 'schemaVersion', 'createdAt', 'expiresAt'] },
);

const CORRUPT = { data: '', revision: 4, schemaVersion: 0, createdAt: 0, expiresAt: 9 };

describe('the text of a record', () => {
  it('has a fixture for every form ever released', () => {
    const forms = Array.from({ length: RECORD_FORM }, (_, at) => at + 1);
    expect(Object.keys(FIXTURES).map(Number)).toEqual(forms);
  });

  it.each(Object.entries(FIXTURES))('is read in form %s', (form, record) => {
    expect(recordFromText(fixture(Number(form)), record.revision, record.expiresAt)).toEqual(record);
  });

  it('is written in the newest form exactly as its fixture has it', () => {
    const record = FIXTURES[RECORD_FORM];
    expect(record && recordToText(record)).toBe(fixture(RECORD_FORM));
  });

  it('gives back every record', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(recordFromText(recordToText(record), record.revision, record.expiresAt)).toEqual(record);
      }),
    );
  });

  it('leaves out what a record does not have', () => {
    const text = recordToText({ data: '{}', revision: 1, schemaVersion: 0, createdAt: 5, expiresAt: 9 });
    expect(text).toBe('{"form":1,"schemaVersion":0,"createdAt":5}\n{}');
  });

  it('holds neither revision nor deadline, which a store moves without it', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(), (record, revision, expiresAt) => {
        expect(recordToText({ ...record, revision, expiresAt })).toBe(recordToText(record));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['one line', '{"form":1,"schemaVersion":0,"createdAt":0}'],
    ['a head that is no JSON', 'form 1\n{}'],
    ['a head that is no object', '1\n{}'],
    ['a head that is null', 'null\n{}'],
    ['a head without a form', '{"schemaVersion":0,"createdAt":0}\n{}'],
    ['a form that is not yet known', '{"form":2,"schemaVersion":0,"createdAt":0}\n{}'],
    ['a form that never was', '{"form":0,"schemaVersion":0,"createdAt":0}\n{}'],
    ['a form that is no number', '{"form":"1","schemaVersion":0,"createdAt":0}\n{}'],
    ['a wrong version of the schema', '{"form":1,"schemaVersion":"0","createdAt":0}\n{}'],
    ['a wrong time', '{"form":1,"schemaVersion":0,"createdAt":null}\n{}'],
    ['a wrong life of the cookie', '{"form":1,"schemaVersion":0,"createdAt":0,"cookieMaxAge":"1"}\n{}'],
    ['a wrong principal', '{"form":1,"schemaVersion":0,"createdAt":0,"principal":1}\n{}'],
    ['a wrong successor', '{"form":1,"schemaVersion":0,"createdAt":0,"forwardTo":1}\n{}'],
    ['a wrong write id', '{"form":1,"schemaVersion":0,"createdAt":0,"writeId":1}\n{}'],
    ["express-session's form", '{"cookie":{"originalMaxAge":null},"views":1}'],
  ])('gives a record without data for %s', (_, text) => {
    expect(recordFromText(text, 4, 9)).toEqual(CORRUPT);
  });

  it('never throws on text that something else wrote', () => {
    const head = fc.record(
      {
        form: fc.oneof(fc.constant(1), fc.jsonValue()),
        schemaVersion: fc.oneof(fc.constant(0), fc.jsonValue()),
        createdAt: fc.oneof(fc.constant(0), fc.jsonValue()),
        cookieMaxAge: fc.jsonValue(),
        principal: fc.jsonValue(),
        forwardTo: fc.jsonValue(),
        writeId: fc.jsonValue(),
        __proto__: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.oneof(head, fc.jsonValue()), fc.string()).map(([first, rest]) => `${JSON.stringify(first)}\n${rest}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const record = recordFromText(text, 4, 9);
        expect(record).toMatchObject({ revision: 4, expiresAt: 9 });
        expect(typeof record.data).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});

it('a value that the first RedisStore wrote is read, and is what it writes', () => {
  const value = readFileSync(new URL('../fixtures/records/redis-1.txt', import.meta.url), 'utf8');
  expect(recordFromValue(value, 0)).toEqual(FIXTURES[1]);
  expect(valueOf(FIXTURES[1]!)).toBe(value);
});
