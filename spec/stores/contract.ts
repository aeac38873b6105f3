import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionStore } from '../../lib/stores/store.js';
import { contentContract } from './contract-content.js';
import { swapContract } from './contract-swaps.js';
import { aKey, aRecord } from './samples.js';

/**
 * What every store has to do, whatever it is made of.
 *
 * @param name - the store's name, for the report
 * @param makeStore - gives a store for one test, which closes it
 * @param capabilities - the optional methods that the store must have
 */
export function storeContract(
  name: string,
  makeStore: () => SessionStore | Promise<SessionStore>,
  capabilities: readonly ('prune' | 'size' | 'scan')[] = ['prune', 'size', 'scan'],
): void {
  describe(`${name} keeps the store contract`, () => {
    let store: SessionStore;
    beforeEach(async () => {
      store = await makeStore();
    });
    afterEach(async () => {
      vi.useRealTimers();
      await store.close?.();
    });

    describe('read and create', () => {
      it('reads nothing under a key that was never stored', async () => {
        expect(await store.read(aKey())).toBeUndefined();
      });

      it('reads back what was created', async () => {
        const key = aKey();
        const record = aRecord();
        expect(await store.create(key, record)).toBe(true);
        expect(await store.read(key)).toEqual(record);
      });

      it('refuses to create over a live record and leaves that as it is', async () => {
        const key = aKey();
        const first = aRecord();
        await store.create(key, first);
        expect(await store.create(key, aRecord({ data: '{"views":2}', revision: 9 }))).toBe(false);
        expect(await store.read(key)).toEqual(first);
      });

      it('lets exactly one of many parallel creates have the key', async () => {
        const key = aKey();
        const records = Array.from({ length: 20 }, (_, at) => aRecord({ data: `{"views":${at}}` }));
        const created = await Promise.all(records.map((record) => store.create(key, record)));
        expect(created.filter(Boolean)).toHaveLength(1);
        expect(await store.read(key)).toEqual(records[created.indexOf(true)]);
      });

      it('creates over a dead record', async () => {
        const key = aKey();
        await store.create(key, aRecord({ expiresAt: Date.now() - 1, revision: 5, principal: 'ada' }));
        const second = aRecord({ data: '{"views":2}' });
        expect(await store.create(key, second)).toBe(true);
        expect(await store.read(key)).toEqual(second);
      });

      it('never serves a record that was stored with a deadline in the past', async () => {
        const key = aKey();
        await store.create(key, aRecord({ expiresAt: Date.now() - 1 }));
        expect(await store.read(key)).toBeUndefined();
      });

      it('serves a record until the millisecond of its deadline and not from then on', async () => {
        const key = aKey();
        const record = aRecord();
        await store.create(key, record);
        vi.useFakeTimers({ toFake: ['Date'], now: record.expiresAt - 1 });
        expect(await store.read(key)).toEqual(record);
        vi.setSystemTime(record.expiresAt);
        expect(await store.read(key)).toBeUndefined();
      });

      it('keeps records of different keys apart, also where the keys look alike', async () => {
        const base = aKey();
        const keys = [
          base,
          `${base} `,
          `${base}%`,
          `${base}'"\\;--`,
          `${base}:\u00e9`,
          `${base}:e\u0301`,
          `${base}:😀`,
        ];
        const stored = keys.map((_, at) => aRecord({ data: `{"views":${at}}` }));
        for (const [at, key] of keys.entries()) expect(await store.create(key, aRecord(stored[at]))).toBe(true);
        for (const [at, key] of keys.entries()) expect(await store.read(key)).toEqual(stored[at]);
      });

      it('tells upper and lower case in keys apart', async () => {
        const key = `${aKey()}-a`;
        await store.create(key, aRecord());
        expect(await store.read(key.replace(/-a$/, '-A'))).toBeUndefined();
      });

      it('takes keys of 512 characters', async () => {
        const key = aKey().padEnd(512, 'k');
        const record = aRecord();
        await store.create(key, record);
        expect(await store.read(key)).toEqual(record);
        expect(await store.read(key.slice(0, -1))).toBeUndefined();
      });
    });

    describe('delete', () => {
      it('removes a record, and the second time there is none', async () => {
        const key = aKey();
        await store.create(key, aRecord());
        expect(await store.delete(key)).toBe(true);
        expect(await store.read(key)).toBeUndefined();
        expect(await store.delete(key)).toBe(false);
      });

      it('does not count a dead record as one', async () => {
        const key = aKey();
        await store.create(key, aRecord({ expiresAt: Date.now() - 1 }));
        expect(await store.delete(key)).toBe(false);
      });

      it('tells exactly one of many parallel deletes that it was the one', async () => {
        const key = aKey();
        await store.create(key, aRecord());
        const deleted = await Promise.all(Array.from({ length: 20 }, () => store.delete(key)));
        expect(deleted.filter(Boolean)).toHaveLength(1);
      });

      it('makes place for a new record under the same key', async () => {
        const key = aKey();
        await store.create(key, aRecord());
        await store.delete(key);
        const second = aRecord({ data: '{"views":2}' });
        expect(await store.create(key, second)).toBe(true);
        expect(await store.read(key)).toEqual(second);
      });
    });

    swapContract(() => store);
    contentContract(() => store);

    if (capabilities.includes('prune')) {
      it('prunes the dead records, says how many, and leaves the live ones', async () => {
        const live = aKey();
        await store.prune?.();
        await store.create(live, aRecord());
        for (let at = 0; at < 3; at++) await store.create(aKey(), aRecord({ expiresAt: Date.now() - 1 }));
        expect(await store.prune?.()).toBe(3);
        expect(await store.prune?.()).toBe(0);
        expect(await store.read(live)).toBeDefined();
      });
    }

    if (capabilities.includes('size')) {
      it('counts what it holds', async () => {
        const before = (await store.size?.()) ?? NaN;
        const key = aKey();
        await store.create(key, aRecord());
        await store.create(aKey(), aRecord());
        expect(await store.size?.()).toBe(before + 2);
        await store.create(key, aRecord());
        await store.update(key, aRecord({ revision: 2 }), 1);
        expect(await store.size?.()).toBe(before + 2);
        await store.delete(key);
        expect(await store.size?.()).toBe(before + 1);
      });
    }
  });
}
