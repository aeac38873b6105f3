import assert from 'node:assert/strict';
import type { SessionRecord, SessionStore } from '../stores/store-contract.js';
import { times } from './parallel.js';

/** More attempts than a counter needs, because one of several swaps at the same time always wins. */
const MOST_TRIES = 1_000;

/** Ten counters increment one record, using these stores in turn. Each retries until its swap wins. */
export async function countToTen(stores: readonly [SessionStore, ...SessionStore[]], key: string): Promise<void> {
  await times(10, async (nth) => {
    const store = stores[nth % stores.length] ?? stores[0];
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found = await store.read(key);
      assert.ok(found !== undefined, 'a record must not go by itself while it is updated');
      if (await store.update(key, oneMore(found), found.revision)) return;
    }
    assert.fail('update must succeed where the record is at the revision that was read: of several at a time, one');
  });
}

function oneMore(record: SessionRecord): SessionRecord {
  const views = Number(record.data.replace(/\D/g, '')) + 1;
  return { ...record, data: `{"views":${views}}`, revision: record.revision + 1 };
}
