import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionRecord, SessionStore } from '../../lib/stores/store.js';
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

    if (capabilities.includes('scan')) {
      /** Every record that the store lists, a page at a time. */
      const listed = async (limit: number): Promise<Map<string, SessionRecord>> => {
        const met = new Map<string, SessionRecord>();
        let cursor: string | undefined;
        do {
          const page = (await store.scan?.(cursor, limit)) ?? { entries: [], next: undefined };
          for (const [key, record] of page.entries) {
            expect(met.has(key)).toBe(false);
            met.set(key, record);
          }
          cursor = page.next;
        } while (cursor !== undefined);
        return met;
      };

      it.each([1, 2, 3, 100])('lists every live record once, in pages of %i', async (limit) => {
        const live = new Map(Array.from({ length: 5 }, (_, at) => [aKey(), aRecord({ data: `{"views":${at}}` })]));
        for (const [key, record] of live) await store.create(key, record);
        const dead = aKey();
        await store.create(dead, aRecord({ expiresAt: Date.now() - 1 }));
        const met = await listed(limit);
        for (const [key, record] of live) expect(met.get(key)).toEqual(record);
        expect(met.has(dead)).toBe(false);
      });

      it('lists what stays, while other records come and go', async () => {
        const stays = [aKey(), aKey(), aKey(), aKey()];
        const goes = [aKey(), aKey(), aKey(), aKey()];
        for (const [at, key] of stays.entries()) {
          await store.create(goes[at] ?? '', aRecord());
          await store.create(key, aRecord());
        }
        const met: string[] = [];
        let cursor: string | undefined;
        do {
          const page = (await store.scan?.(cursor, 2)) ?? { entries: [], next: undefined };
          met.push(...page.entries.map(([key]) => key));
          cursor = page.next;
          await store.delete(goes.pop() ?? '');
          await store.update(stays[0] ?? '', aRecord({ revision: met.length + 2 }), 1);
        } while (cursor !== undefined);
        expect(stays.map((key) => met.filter((other) => other === key).length)).toEqual([1, 1, 1, 1]);
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
