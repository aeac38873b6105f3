import { describe, expect, it } from 'vitest';
import { cached, MemoryStore } from 'typed-session';
import { ProbedStore } from '../support/app.js';
import { gate } from '../support/shop.js';
import { aRecord } from './samples.js';

/** A cache before a store whose first update takes place at once, and is answered when the gate opens. */
async function slowToAnswer() {
  const inner = new ProbedStore(new MemoryStore());
  const answer = gate();
  let isFirst = true;
  inner.after.update = async () => {
    if (!isFirst) return;
    isFirst = false;
    await answer.pass();
  };
  const store = cached(inner, { ttl: 60_000 });
  await store.create('a', aRecord({ principal: 'ann' }));
  const update = store.update('a', aRecord({ principal: 'ann', revision: 2 }), 1);
  await answer.begun;
  return { store, answered: async () => { answer.open(); expect(await update).toBe(true); } }; // prettier-ignore
}

describe('cached(), where an update is answered after what was done on top of it,', () => {
  it('does not serve the session again that was destroyed meanwhile', async () => {
    const { store, answered } = await slowToAnswer();
    expect(await store.delete('a')).toBe(true);
    await answered();
    expect(await store.read('a')).toBeUndefined();
  });

  it('does not serve the session again that was revoked meanwhile', async () => {
    const { store, answered } = await slowToAnswer();
    expect(await store.revoke?.('ann', [])).toBe(1);
    await answered();
    expect(await store.read('a')).toBeUndefined();
  });

  it('serves the later update', async () => {
    const { store, answered } = await slowToAnswer();
    expect(await store.update('a', aRecord({ revision: 3 }), 2)).toBe(true);
    await answered();
    expect(await store.read('a')).toMatchObject({ revision: 3 });
  });
});
