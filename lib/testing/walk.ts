import assert from 'node:assert/strict';
import type { SessionRecord, SessionStore, StoreEntry } from '../stores/store-contract.js';
import type { Subject } from './subject.js';

/** More pages than the store of any test has. */
const MOST_PAGES = 100_000;

interface Walk {
  /** Stops when it returns true, because the rest belongs to other tests. Default: at the end. */
  readonly until?: (met: ReadonlyMap<string, SessionRecord>) => boolean;
  /** Called after each page. */
  readonly between?: (page: readonly StoreEntry[]) => Promise<void>;
  /** The store of each page. */
  readonly stores?: readonly SessionStore[];
}

/** Returns every record that `scan` finds, page by page. */
export async function walk(subject: Subject, limit: number, how: Walk = {}): Promise<Map<string, SessionRecord>> {
  const { until = () => false, between = async () => undefined, stores = [subject.store] } = how;
  const met = new Map<string, SessionRecord>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { entries, next } = await subject.scan(cursor, limit, stores[pages % stores.length]);
    for (const [key, record] of entries) met.set(key, record);
    assert.ok(next === undefined || typeof next === 'string', 'next must be text, or undefined after the last page');
    if (next === undefined || until(met)) return met;
    assert.notEqual(next, cursor, 'next must lead on: it is the cursor that this page was asked for with');
    cursor = next;
    await between(entries);
  }
  assert.fail(`scan must come to an end: next must be undefined after the last page (${MOST_PAGES} pages)`);
}
