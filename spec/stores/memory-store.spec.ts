import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionOptionsError } from '../../lib/errors.js';
import { MemoryStore } from '../../lib/stores/memory/memory-store.js';
import { expectTakenOnce } from '../support/take.js';
import { conformance } from './conformance.js';
import { aRecord } from './samples.js';

conformance('MemoryStore', { open: () => new MemoryStore(), without: ['shared'] });

it('gives a token to one of 50 requests that take it at the same time', async () => {
  await expectTakenOnce(new MemoryStore());
});

it.each([1, 2, 3, 100])('scans every record once, in the order of creation, in pages of %i', async (limit) => {
  const store = new MemoryStore();
  for (const key of ['d', 'a', 'c', 'e', 'b']) await store.create(key, aRecord());
  const met: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.scan(cursor, limit);
    met.push(...page.entries.map(([key]) => key));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(met).toEqual(['d', 'a', 'c', 'e', 'b']);
});

it('scans a record once that is touched or stored between two pages', async () => {
  const store = new MemoryStore();
  for (const key of ['a', 'b', 'c', 'd']) await store.create(key, aRecord());
  const first = await store.scan(undefined, 2);
  await store.touch('a', Date.now() + 120_000, 1);
  await store.update('d', aRecord({ revision: 2 }), 1);
  await store.delete('b');
  const second = await store.scan(first.next, 100);
  expect(first.entries.map(([key]) => key)).toEqual(['a', 'b']);
  expect(second).toMatchObject({ entries: [['c', {}], ['d', { revision: 2 }]], next: undefined }); // prettier-ignore
});

describe('MemoryStore', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.useRealTimers();
  });

  /** The keys that the store still has, of those that are asked for. */
  async function kept(store: MemoryStore, ...keys: string[]): Promise<string[]> {
    const found = await Promise.all(keys.map((key) => store.read(key)));
    return keys.filter((_, at) => found[at] !== undefined);
  }

  describe('options', () => {
    it.each([0, -1, 1.5, NaN, Infinity, 10_000_001, '10', null])('refuses %s as maxSessions', (maxSessions) => {
      const options = { maxSessions } as { maxSessions: number }; // what a JavaScript user may pass
      expect(() => new MemoryStore(options)).toThrow(SessionOptionsError);
      expect(() => new MemoryStore(options)).toThrow(/^maxSessions: must be a whole number from 1/);
    });

    it('names an option that it does not know', () => {
      const options = { max: 10 } as object; // a typing error that an object made elsewhere hides from the compiler
      expect(() => new MemoryStore(options)).toThrow(/^max: MemoryStore has no such option/);
    });

    it.each([null, 10])('refuses %s in place of options', (options) => {
      const wrong = options as unknown as object; // what a JavaScript user may pass
      expect(() => new MemoryStore(wrong)).toThrow(/^options: must be an object/);
    });

    it('takes an undefined maxSessions for the default', () => {
      expect(() => new MemoryStore({ maxSessions: undefined })).not.toThrow();
    });
  });

  describe('when it is full', () => {
    it('lets the session go that was stored longest ago', async () => {
      const store = new MemoryStore({ maxSessions: 2 });
      for (const key of ['a', 'b', 'c']) expect(await store.create(key, aRecord())).toBe(true);
      expect(await kept(store, 'a', 'b', 'c')).toEqual(['b', 'c']);
      expect(await store.size()).toBe(2);
    });

    it('counts a touch and an update as stored, and a read not', async () => {
      const store = new MemoryStore({ maxSessions: 3 });
      for (const key of ['touched', 'read', 'updated']) await store.create(key, aRecord());
      await store.update('updated', aRecord({ revision: 2 }), 1);
      await store.touch('touched', Date.now() + 60_000, 1);
      await store.read('read');
      await store.create('new', aRecord());
      expect(await kept(store, 'touched', 'read', 'updated', 'new')).toEqual(['touched', 'updated', 'new']);
    });

    it('lets dead sessions go before any live one', async () => {
      const store = new MemoryStore({ maxSessions: 3 });
      await store.create('oldest', aRecord());
      await store.create('dead', aRecord({ expiresAt: Date.now() - 1 }));
      await store.create('young', aRecord());
      await store.create('new', aRecord());
      expect(await kept(store, 'oldest', 'dead', 'young', 'new')).toEqual(['oldest', 'young', 'new']);
    });

    it('finds the dead ones wherever the last look stopped', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const store = new MemoryStore({ maxSessions: 300 });
      for (let at = 0; at < 300; at++) {
        await store.create(`k${at}`, aRecord({ expiresAt: Date.now() + (at === 5 ? 10 : 60_000) }));
      }
      await store.create('first', aRecord()); // looks at some, finds none and lets k0 go
      vi.setSystemTime(Date.now() + 10); // k5 is dead now, and the last look is past it
      await store.create('second', aRecord());
      expect(await kept(store, 'k0', 'k1', 'k5', 'first', 'second')).toEqual(['k1', 'first', 'second']);
      expect(await store.size()).toBe(300);
    });

    it('replaces nothing where create meets a live key', async () => {
      const store = new MemoryStore({ maxSessions: 2 });
      await store.create('a', aRecord());
      await store.create('b', aRecord());
      expect(await store.create('b', aRecord())).toBe(false);
      expect(await kept(store, 'a', 'b')).toEqual(['a', 'b']);
    });

    it('holds what a list in order of use would hold, whatever happens', async () => {
      const step = fc.record({
        act: fc.constantFrom('create' as const, 'update' as const, 'touch' as const, 'delete' as const),
        key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const store = new MemoryStore({ maxSessions: 3 });
          let model: string[] = [];
          for (const { act, key } of steps) {
            const known = model.includes(key);
            if (act === 'create') {
              expect(await store.create(key, aRecord())).toBe(!known);
              if (!known) model = [...model, key].slice(-3);
              continue;
            }
            const others = model.filter((other) => other !== key);
            if (act === 'delete') expect(await store.delete(key)).toBe(known);
            if (act === 'touch') expect(await store.touch(key, Date.now() + 60_000, 1)).toBe(known);
            if (act === 'update') expect(await store.update(key, aRecord(), 1)).toBe(known);
            if (known) model = act === 'delete' ? others : [...others, key];
          }
          expect(await kept(store, 'a', 'b', 'c', 'd', 'e', 'f')).toEqual([...model].sort());
          await store.close();
        }),
      );
    });
  });

  describe('expired sessions', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });

    it('leave without being read', async () => {
      const store = new MemoryStore();
      for (let at = 0; at < 1_000; at++) await store.create(`k${at}`, aRecord({ expiresAt: Date.now() + 1 }));
      await store.create('live', aRecord());
      await vi.advanceTimersByTimeAsync(1_500);
      expect(await store.size()).toBe(1);
    });

    it('leave in later passes as in the first', async () => {
      const store = new MemoryStore();
      for (let at = 0; at < 5; at++) await store.create(`k${at}`, aRecord({ expiresAt: Date.now() + at * 10_000 + 1 }));
      for (const left of [4, 3, 2, 1, 0]) {
        await vi.advanceTimersByTimeAsync(2_000);
        expect(await store.size()).toBe(left);
        await vi.advanceTimersByTimeAsync(8_000);
      }
    });

    it('leave in slices of a millisecond, with pauses for requests in between', async () => {
      const store = new MemoryStore();
      for (let at = 0; at < 2_000; at++) await store.create(`k${at}`, aRecord({ expiresAt: Date.now() + 1 }));
      let clock = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => clock++); // every look at the clock: a millisecond more
      vi.advanceTimersToNextTimer();
      expect(await store.size()).toBe(2_000 - 256);
      vi.advanceTimersToNextTimer();
      expect(await store.size()).toBe(2_000 - 2 * 256);
      await vi.advanceTimersByTimeAsync(200);
      expect(await store.size()).toBe(0);
    });

    it('leave slice by slice too where prune is called', async () => {
      vi.useRealTimers();
      const store = new MemoryStore();
      for (let at = 0; at < 2_000; at++) await store.create(`k${at}`, aRecord({ expiresAt: Date.now() - 1 }));
      let clock = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => clock++);
      const pruned = store.prune();
      expect(await store.size()).toBe(2_000 - 256);
      expect(await pruned).toBe(2_000);
      await store.close();
    });

    it('do not keep the process alive, nor does the store', async () => {
      vi.useRealTimers();
      const timers = vi.spyOn(globalThis, 'setTimeout');
      const store = new MemoryStore();
      await store.create('a', aRecord());
      expect(timers.mock.results.map((result) => (result.value as NodeJS.Timeout).hasRef())).toEqual([false]); // as spied
      await store.close();
    });

    it('cost a timer only while there are sessions', async () => {
      const store = new MemoryStore();
      expect(vi.getTimerCount()).toBe(0);
      await store.create('a', aRecord());
      await store.create('b', aRecord());
      expect(vi.getTimerCount()).toBe(1);
      await store.delete('a');
      await store.delete('b');
      expect(vi.getTimerCount()).toBe(0);
      await store.create('c', aRecord({ expiresAt: Date.now() + 10 }));
      await vi.advanceTimersByTimeAsync(1_000);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it('counts without looking at what it holds', async () => {
    const store = new MemoryStore();
    await store.create('a', aRecord());
    const looks = vi.spyOn(Map.prototype, 'values');
    expect(await store.size()).toBe(1);
    expect(looks).not.toHaveBeenCalled();
  });

  it('forgets all and stops its timer when it is closed, also twice', async () => {
    vi.useFakeTimers();
    const store = new MemoryStore();
    await store.create('a', aRecord());
    await store.close();
    await store.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(await store.size()).toBe(0);
  });

  it('shows nothing of what it holds', async () => {
    const store = new MemoryStore();
    await store.create('a', aRecord());
    expect(Reflect.ownKeys(store)).toEqual([]);
    await store.close();
  });

  describe('the warning', () => {
    /** Makes two stores in a process of their own, as far as modules go, and gives the warnings. */
    async function warnings(environment: string): Promise<unknown[][]> {
      vi.stubEnv('NODE_ENV', environment);
      vi.resetModules();
      const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const fresh = await import('../../lib/stores/memory/memory-store.js');
      new fresh.MemoryStore();
      new fresh.MemoryStore({ maxSessions: 5 });
      return emitted.mock.calls;
    }

    it('comes once in production', async () => {
      expect(await warnings('production')).toEqual([
        [expect.stringMatching(/^MemoryStore/), { type: 'TypedSessionWarning', code: 'TYPED_SESSION_MEMORY_STORE' }],
      ]);
    });

    it('does not come elsewhere', async () => {
      expect(await warnings('development')).toEqual([]);
    });
  });
});

describe('a full MemoryStore', () => {
  const open = async (maxSessions: number) => {
    const store = new MemoryStore({ maxSessions });
    const put = (key: string, principal?: string) => store.create(key, aRecord({ principal }));
    const there = async (...keys: string[]) => {
      const found = await Promise.all(keys.map((key) => store.read(key)));
      return keys.filter((_, at) => found[at] !== undefined);
    };
    return { store, put, there };
  };

  it('evicts sessions without a principal first, the oldest of them before the others', async () => {
    const { put, there } = await open(4);
    await put('user', 'ann');
    for (const key of ['a', 'b', 'c', 'd', 'e']) await put(key);
    expect(await there('user', 'a', 'b', 'c', 'd', 'e')).toEqual(['user', 'c', 'd', 'e']);
  });

  it('keeps every user through a flood of visitors, also if the users came last', async () => {
    const { store, put, there } = await open(100);
    for (let i = 0; i < 100; i++) await put(`visitor ${i}`);
    for (let i = 0; i < 50; i++) await put(`user ${i}`, `u${i}`);
    for (let i = 0; i < 1000; i++) await put(`flood ${i}`);
    expect(await there(...Array.from({ length: 50 }, (_, i) => `user ${i}`))).toHaveLength(50);
    expect(await store.size()).toBe(100);
  });

  it('evicts the user who was away longest if there are only users', async () => {
    const { store, put, there } = await open(3);
    for (const user of ['a', 'b', 'c']) await put(user, user);
    const a = await store.read('a');
    await store.touch('a', a!.expiresAt + 1, a!.revision);
    await put('d', 'd');
    expect(await there('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
  });

  it('counts a session as a user’s from the moment at which it gets a principal, and no longer than it has one', async () => {
    const { store, put, there } = await open(3);
    for (const key of ['a', 'b']) await put(key);
    await put('c', 'ann');
    const [a, c] = [await store.read('a'), await store.read('c')];
    await store.update('a', { ...a!, revision: 2, principal: 'bob' }, a!.revision);
    await store.update('c', { ...c!, revision: 2, principal: undefined }, c!.revision);
    await put('d', 'dan');
    expect(await there('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
    await put('e', 'eve');
    expect(await there('a', 'c', 'd', 'e')).toEqual(['a', 'd', 'e']);
    await put('f');
    expect(await there('d', 'e', 'f')).toEqual(['d', 'e', 'f']);
    await put('g');
    expect(await there('d', 'e', 'f', 'g')).toEqual(['d', 'e', 'g']);
  });
});
