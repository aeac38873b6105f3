import { describe, expect, it } from 'vitest';
import type { SessionRecord, SessionStore } from '../../lib/stores/store.js';
import { aKey, aRecord } from './samples.js';

/** The part of the store contract about what is stored: all of a record, and nothing but what was passed in. */
export function contentContract(store: () => SessionStore): void {
  describe('what a record may hold', () => {
    it.each<[string, Partial<SessionRecord>]>([
      ['no data', { data: '' }],
      ['text of many scripts', { data: '{"name":"Zoë 你好 👩‍👩‍👧 \u2028 \\u0000","rtl":"שלום"}' }],
      ['data of several lines', { data: '{\n  "views": 1\n}\n' }],
      ['a megabyte of data', { data: JSON.stringify({ text: 'ü1'.repeat(350_000) }) }],
      ['a version of the schema', { schemaVersion: 12 }],
      ['a life of the cookie', { cookieMaxAge: 3_600_000 }],
      ['a cookie that ends with the browser', { cookieMaxAge: null }],
      ['a principal', { principal: 'ada@example.org' }],
      ['a principal of any text', { principal: 'a\u0000\'"\n👩‍👧' }],
      ['an empty principal', { principal: '' }],
      ['a note that leads to a successor', { data: '', rotatedTo: 'the-key-of-the-successor' }],
      ['a note that leads nowhere', { data: '', rotatedTo: null }],
      ['a large revision', { revision: 2 ** 40 }],
      ['a deadline at the end of time', { expiresAt: 8.64e15 }],
    ])('reads back %s', async (_, fields) => {
      const key = aKey();
      const record = aRecord(fields);
      await store().create(key, record);
      expect(await store().read(key)).toEqual(record);
      const next = { ...record, revision: record.revision + 1 };
      expect(await store().update(key, next, record.revision)).toBe(true);
      expect(await store().read(key)).toEqual(next);
    });

    it('does not change with the object that was passed in', async () => {
      const key = aKey();
      const passed = { ...aRecord() };
      const before = { ...passed };
      await store().create(key, passed);
      passed.data = '{"views":99}';
      passed.expiresAt = 0;
      expect(await store().read(key)).toEqual(before);

      const next = { ...before, revision: 2 };
      await store().update(key, next, 1);
      next.data = '{"views":99}';
      next.revision = 99;
      expect(await store().read(key)).toEqual({ ...before, revision: 2 });
    });

    it('does not change with the object that was read', async () => {
      const key = aKey();
      const record = aRecord();
      await store().create(key, record);
      const found = await store().read(key);
      if (found === undefined) throw new Error('The record is gone.');
      Reflect.set(found, 'data', '{"views":99}');
      Reflect.set(found, 'revision', 99);
      expect(await store().read(key)).toEqual(record);
    });
  });
}
