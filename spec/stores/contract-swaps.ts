import { describe, expect, it, vi } from 'vitest';
import type { SessionStore } from '../../lib/stores/store.js';
import { aKey, aRecord, MINUTE } from './samples.js';

/** The part of the store contract about compare-and-swap. */
export function swapContract(store: () => SessionStore): void {
  describe('update', () => {
    it('replaces all of the record at the revision it was made on', async () => {
      const key = aKey();
      await store().create(key, aRecord());
      const next = aRecord({
        data: '{"views":2}',
        revision: 2,
        schemaVersion: 3,
        createdAt: 5,
        expiresAt: Date.now() + 2 * MINUTE,
        cookieMaxAge: 7,
        principal: 'ada',
      });
      expect(await store().update(key, next, 1)).toBe(true);
      expect(await store().read(key)).toEqual(next);
    });

    it('clears the optional fields that the new record does not have', async () => {
      const key = aKey();
      await store().create(key, aRecord({ principal: 'ada', cookieMaxAge: 7, rotatedTo: 'elsewhere' }));
      const next = aRecord({ revision: 2 });
      await store().update(key, next, 1);
      expect(await store().read(key)).toEqual(next);
    });

    it('refuses a stale revision and leaves the record as it is', async () => {
      const key = aKey();
      const record = aRecord({ revision: 4 });
      await store().create(key, record);
      expect(await store().update(key, aRecord({ revision: 4 }), 3)).toBe(false);
      expect(await store().update(key, aRecord({ revision: 6 }), 5)).toBe(false);
      expect(await store().read(key)).toEqual(record);
    });

    it('never brings a missing record to life', async () => {
      const key = aKey();
      expect(await store().update(key, aRecord({ revision: 2 }), 1)).toBe(false);
      expect(await store().read(key)).toBeUndefined();
    });

    it('never brings a deleted record back', async () => {
      const key = aKey();
      await store().create(key, aRecord());
      await store().delete(key);
      expect(await store().update(key, aRecord({ revision: 2 }), 1)).toBe(false);
      expect(await store().read(key)).toBeUndefined();
    });

    it('never brings a dead record back', async () => {
      const key = aKey();
      await store().create(key, aRecord({ expiresAt: Date.now() - 1 }));
      expect(await store().update(key, aRecord({ revision: 2 }), 1)).toBe(false);
      expect(await store().read(key)).toBeUndefined();
    });

    it('lets exactly one of twenty parallel compare-and-swaps win', async () => {
      const key = aKey();
      await store().create(key, aRecord());
      const records = Array.from({ length: 20 }, (_, at) => aRecord({ data: `{"views":${at}}`, revision: 2 }));
      const won = await Promise.all(records.map((record) => store().update(key, record, 1)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store().read(key)).toEqual(records[won.indexOf(true)]);
    });

    it('loses no step of counters that try again after a lost swap', async () => {
      const key = aKey();
      await store().create(key, aRecord({ data: '0' }));
      const count = async (): Promise<void> => {
        for (;;) {
          const found = await store().read(key);
          if (found === undefined) throw new Error('The record is gone.');
          const next = { ...found, data: String(Number(found.data) + 1), revision: found.revision + 1 };
          if (await store().update(key, next, found.revision)) return;
        }
      };
      await Promise.all(Array.from({ length: 10 }, count));
      expect(await store().read(key)).toMatchObject({ data: '10', revision: 11 });
    });
  });

  describe('touch', () => {
    it('moves the deadline and nothing else, the revision least of all', async () => {
      const key = aKey();
      const record = aRecord({ revision: 3, principal: 'ada', cookieMaxAge: 7 });
      await store().create(key, record);
      const expiresAt = record.expiresAt + MINUTE;
      expect(await store().touch(key, expiresAt, 3)).toBe(true);
      expect(await store().read(key)).toEqual({ ...record, expiresAt });
    });

    it('keeps a record alive past its first deadline', async () => {
      const key = aKey();
      const record = aRecord();
      await store().create(key, record);
      await store().touch(key, record.expiresAt + MINUTE, 1);
      vi.useFakeTimers({ toFake: ['Date'], now: record.expiresAt + 1 });
      expect(await store().read(key)).toEqual({ ...record, expiresAt: record.expiresAt + MINUTE });
    });

    it('brings a deadline forward too', async () => {
      const key = aKey();
      await store().create(key, aRecord());
      expect(await store().touch(key, Date.now() - 1, 1)).toBe(true);
      expect(await store().read(key)).toBeUndefined();
    });

    it('refuses a stale revision and leaves the deadline as it is', async () => {
      const key = aKey();
      const record = aRecord({ revision: 2 });
      await store().create(key, record);
      expect(await store().touch(key, record.expiresAt + MINUTE, 1)).toBe(false);
      expect(await store().read(key)).toEqual(record);
    });

    it('does not find a missing record', async () => {
      expect(await store().touch(aKey(), Date.now() + MINUTE, 1)).toBe(false);
    });

    it('never brings a dead record back', async () => {
      const key = aKey();
      await store().create(key, aRecord({ expiresAt: Date.now() - 1 }));
      expect(await store().touch(key, Date.now() + MINUTE, 1)).toBe(false);
      expect(await store().read(key)).toBeUndefined();
    });
  });
}
