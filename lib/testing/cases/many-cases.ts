import assert from 'node:assert/strict';
import { group, type StoreCase } from '../conformance-case.js';
import { expectData, expectNothing, expectTrue } from '../expect.js';
import { inParallel } from '../parallel.js';
import type { ConformancePart } from '../conformance-options.js';
import { aRecord, HOUR, type Subject } from '../subject.js';
import { walk } from '../walk.js';

/** Stores many sessions, each with its index as its data, and returns their keys. */
async function many(subject: Subject): Promise<string[]> {
  const keys = subject.keys(subject.sessions);
  const expiresAt = Date.now() + HOUR;
  const created = await inParallel(keys, (key, views) =>
    subject.store.create(key, aRecord({ data: `{"views":${views}}`, expiresAt })),
  );
  expectTrue(
    created.every((answer) => answer),
    'create must store every session of many',
  );
  return keys;
}

function withMany(needs: ConformancePart[], does: string, run: StoreCase['run']): StoreCase[] {
  return group('many sessions', needs, { [does]: run });
}

/** Cases with the number of sessions that the option `sessions` sets. */
export const manyCases = [
  ...withMany([], 'are all found, and gone once they are deleted', async (subject) => {
    const { store } = subject;
    const keys = await many(subject);
    const found = await inParallel(keys, (key) => store.read(key));
    for (const [views, record] of found.entries()) {
      expectData(record, `{"views":${views}}`, 'read must find every session of many');
    }
    await inParallel(keys, (key) => store.delete(key));
    const left = await inParallel(keys.slice(0, 100), (key) => store.read(key));
    for (const record of left) expectNothing(record, 'delete must remove every session of many');
  }),
  ...withMany(['scan'], 'are all met by scan', async (subject) => {
    const keys = await many(subject);
    const met = await walk(subject, 1_000, { until: (all) => keys.every((key) => all.has(key)) });
    const missing = keys.filter((key) => !met.has(key)).length;
    assert.equal(missing, 0, `scan must meet every session of many (missing: ${missing})`);
  }),
  ...withMany(['size'], 'are counted by size', async (subject) => {
    await many(subject);
    const size = await subject.size();
    assert.ok(size >= subject.sessions, `size must count every session of many (${size}, not ${subject.sessions})`);
  }),
];
