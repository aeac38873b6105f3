import { describe, expect, it, vi } from 'vitest';
import { SessionConflictError, type SessionRecord } from 'typed-session';
import { swap } from '../../lib/sessions/swap.js';
import { isOurs } from '../../lib/sessions/write-id.js';
import type { GuardedStore } from '../../lib/sessions/guarded-store.js';

const record = (revision: number, writeId: string, data = ''): SessionRecord => ({
  data,
  revision,
  writeId,
  schemaVersion: 0,
  createdAt: 0,
  expiresAt: 1,
});

/** A store of one record, which others change as often as is told before each update. */
function storeOf(first: SessionRecord, others: (SessionRecord | undefined)[], retryBudget = 1_000) {
  const updates: number[] = [];
  let current: SessionRecord | undefined = first;
  const store = {
    retryBudget,
    update: async (_key: string, next: SessionRecord, revision: number) => {
      if (others.length > 0) current = others.shift();
      updates.push(revision);
      if (current?.revision !== revision) return false;
      current = next;
      return true;
    },
    read: async () => current,
  };
  return { store: store as unknown as GuardedStore, updates, current: () => current };
}

const attemptOn = (from: SessionRecord, data: string) => ({ from, record: record(from.revision + 1, 'mine', data) });

describe('swap', () => {
  it('replaces a record that nobody else has changed in one command', async () => {
    const from = record(1, 'a');
    const { store, updates, current } = storeOf(from, []);
    const again = vi.fn();
    expect(await swap(store, 'k', attemptOn(from, 'x'), again)).toMatchObject({ record: { data: 'x', revision: 2 } });
    expect(updates).toEqual([1]);
    expect(again).not.toHaveBeenCalled();
    expect(current()?.data).toBe('x');
  });

  it('reads again and tries with what is there now, as often as others are faster', async () => {
    const from = record(1, 'a');
    const { store, updates } = storeOf(from, [record(2, 'b', 'b'), record(5, 'c', 'c')]);
    const done = await swap(store, 'k', attemptOn(from, 'x'), (found) => attemptOn(found!, `${found!.data}x`));
    expect(done?.record).toMatchObject({ data: 'cx', revision: 6 });
    expect(updates).toEqual([1, 2, 5]);
  });

  it('takes its own write for success, if a driver has sent the command twice', async () => {
    const from = record(1, 'a');
    const { store } = storeOf(from, [record(2, 'mine', 'x')]);
    const again = vi.fn();
    expect(await swap(store, 'k', attemptOn(from, 'x'), again)).toMatchObject({ record: { revision: 2, data: 'x' } });
    expect(again).not.toHaveBeenCalled();
  });

  it.each([[undefined], [record(9, 'b')]])('gives up if it is told so: %#', async (now) => {
    const from = record(1, 'a');
    const { store, updates } = storeOf(from, [now]);
    const again = vi.fn(() => undefined);
    expect(await swap(store, 'k', attemptOn(from, 'x'), again)).toBeUndefined();
    expect(again).toHaveBeenCalledWith(now, expect.objectContaining({ from }));
    expect(updates).toHaveLength(1);
  });

  it('is a conflict if others are faster until the retryBudget of the store has ended, but never before the second try', async () => {
    const from = record(1, 'a');
    const { store, updates } = storeOf(from, [record(2, 'b'), record(3, 'c')], -1);
    await expect(swap(store, 'k', attemptOn(from, 'x'), (found) => attemptOn(found!, 'x'))).rejects.toThrow(
      SessionConflictError,
    );
    expect(updates).toEqual([1, 2]);
  });

  it('succeeds at the second try, however little the retryBudget is', async () => {
    const from = record(1, 'a');
    const { store, current } = storeOf(from, [record(2, 'b')], -1);
    await swap(store, 'k', attemptOn(from, 'x'), (found) => attemptOn(found!, 'x'));
    expect(current()).toMatchObject({ data: 'x', revision: 3 });
  });

  it('is no conflict if the session has ended meanwhile, however long that took', async () => {
    const from = record(1, 'a');
    const { store } = storeOf(from, [record(2, 'b'), undefined], -1);
    const again = (found: SessionRecord | undefined) => found && attemptOn(found, 'x');
    expect(await swap(store, 'k', attemptOn(from, 'x'), again)).toBeUndefined();
  });
});

it('a write without a writeId, as an older release makes it, is nobody’s', () => {
  const { writeId: _, ...bare } = record(1, 'a');
  expect(isOurs(bare, bare)).toBe(false);
  expect(isOurs(undefined, bare)).toBe(false);
});
