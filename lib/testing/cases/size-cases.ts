import assert from 'node:assert/strict';
import { group } from '../conformance-case.js';
import { expectRecord } from '../expect.js';
import { aRecord, type Subject } from '../subject.js';

/** How often an exact count is tried, because other users of the same server may interfere. */
const TRIES = 10;

/** Repeats the counts until one round has the expected ones. */
async function once(
  expected: readonly number[],
  advice: string,
  round: () => Promise<readonly number[]>,
): Promise<void> {
  let counted: readonly number[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    counted = await round();
    if (counted.length === expected.length && counted.every((count, at) => count === expected[at])) return;
  }
  assert.fail(`${advice} (counted ${counted.join(', ')} in place of ${expected.join(', ')})`);
}

/** Creates, updates, refuses, and deletes records, and returns by how much the size changed each time. */
async function changes(subject: Subject): Promise<number[]> {
  const { store } = subject;
  const before = await subject.size();
  const key = subject.key();
  await store.create(key, aRecord());
  await store.create(subject.key(), aRecord());
  const created = await subject.size();
  await store.create(key, aRecord());
  await store.update(key, aRecord({ revision: 2 }), 1);
  const updated = await subject.size();
  await store.delete(key);
  return [created, updated, await subject.size()].map((size) => size - before);
}

/** `size` and `prune`. */
export const sizeCases = [
  ...group('size', ['size'], {
    'counts what the store holds': (subject) =>
      once([2, 2, 1], 'size must resolve to the number of live records', () => changes(subject)),
  }),
  ...group('prune', ['prune'], {
    'removes the dead records, says how many, and leaves the live ones': async (subject) => {
      const { key, record } = await subject.stored();
      await once([3, 0], 'prune must remove every dead record and resolve to how many', async () => {
        await subject.prune();
        for (let dead = 0; dead < 3; dead++) await subject.dead();
        return [await subject.prune(), await subject.prune()];
      });
      expectRecord(await subject.store.read(key), record, 'prune must leave live records as they are');
    },
  }),
];
