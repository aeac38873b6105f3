import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cached, MemoryStore } from 'typed-session';
import { ProbedStore } from '../support/app.js';
import { gate } from '../support/shop.js';
import { aRecord } from './samples.js';

/** A cache before a store under watch, which holds one session. */
async function aCache() {
  const memory = new MemoryStore();
  const inner = new ProbedStore(memory);
  const store = cached(inner, { ttl: 1_000 });
  await memory.create('a', aRecord());
  return { memory, inner, store };
}

const down = (): never => {
  throw new Error('down');
};

describe('cached() before a store that fails', () => {
  it('keeps nothing of a read that failed, and asks again at the next one', async () => {
    const { inner, store } = await aCache();
    inner.before.read = down;
    await expect(store.read('a')).rejects.toThrow('down');
    inner.before = {};
    expect(await store.read('a')).toMatchObject({ revision: 1 });
  });

  it.each(['before', 'after'] as const)('keeps nothing of a write that failed %s it took place', async (when) => {
    const { memory, inner, store } = await aCache();
    await store.read('a');
    inner[when].update = down;
    await expect(store.update('a', aRecord({ revision: 2 }), 1)).rejects.toThrow('down');
    expect(await store.read('a')).toEqual(await memory.read('a'));
    expect(await store.read('a')).toMatchObject({ revision: when === 'after' ? 2 : 1 });
  });

  it('does not serve a session whose deletion was not answered', async () => {
    const { inner, store } = await aCache();
    await store.read('a');
    inner.after.delete = down;
    await expect(store.delete('a')).rejects.toThrow('down');
    expect(await store.read('a')).toBeUndefined();
  });

  it('serves what it has for its ttl, and fails then', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { inner, store } = await aCache();
    await store.read('a');
    inner.before.read = down;
    expect(await store.read('a')).toBeDefined();
    vi.advanceTimersByTime(1_000);
    await expect(store.read('a')).rejects.toThrow('down');
  });

  it('does not let a read wait for one that has been under way for longer than its ttl', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { memory, inner, store } = await aCache();
    const answer = gate();
    inner.after.read = answer.pass;
    const slow = store.read('a');
    await answer.begun;
    await memory.delete('a'); // revoked elsewhere, after the server has read it
    vi.advanceTimersByTime(1_000);
    inner.after = {};
    expect(await store.read('a')).toBeUndefined();
    answer.open();
    expect(await slow).toBeDefined();
    expect(await store.read('a')).toBeUndefined();
  });
});
