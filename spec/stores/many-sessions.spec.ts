import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../lib/stores/memory/memory-store.js';
import { mapInTurns, pagesOf } from '../../lib/stores/in-turns.js';
import { valueOf } from '../../lib/stores/redis/redis-commands.js';
import { RedisStore } from '../../lib/stores/redis/redis-store.js';
import { SqliteStore } from '../../lib/stores/sqlite/sqlite-store.js';
import { turnsDuring } from '../support/turns.js';
import { aRecord } from './samples.js';

// A principal with many sessions: other work has its turn in between. Counted, never timed.

const keys = Array.from({ length: 250 }, (_, at) => `key ${at}`);

it('converts rows in pages of a hundred, with a turn for others after each', async () => {
  const { result, turns } = await turnsDuring(() => mapInTurns(keys, (key) => key.length));
  expect(result).toEqual(keys.map((key) => key.length));
  expect(turns).toBe(2);
});

it.each([0, 1, 100, 101, 250])('splits %i items into pages that hold all of them', (count) => {
  const pages = pagesOf(keys.slice(0, count));
  expect(pages.flat()).toEqual(keys.slice(0, count));
  expect(pages).toHaveLength(Math.ceil(count / 100));
});

describe('SqliteStore', () => {
  const filled = async (): Promise<SqliteStore> => {
    const store = new SqliteStore({ file: ':memory:', pruneInterval: 0 });
    for (const key of keys) await store.create(key, aRecord({ principal: 'ada' }));
    await store.create('other', aRecord({ principal: 'bob' }));
    return store;
  };

  it('lists and revokes in pages of a hundred, with a turn for others after each', async () => {
    const store = await filled();
    const listed = await turnsDuring(() => store.list('ada'));
    expect(listed.result.map(([key]) => key)).toEqual(keys);
    expect(listed.turns).toBe(2);
    const revoked = await turnsDuring(() => store.revoke('ada', ['key 7']));
    expect(revoked).toEqual({ result: 249, turns: 2 });
    expect((await store.list('ada')).map(([key]) => key)).toEqual(['key 7']);
    expect(await store.list('bob')).toHaveLength(1);
    await store.close();
  });

  it('lists a session that moves to another key between two pages', async () => {
    const store = await filled();
    const listing = store.list('ada');
    const record = aRecord({ principal: 'ada' });
    await store.create('a key before all others', record);
    await store.update('key 240', { ...aRecord({ data: '', revision: 2 }), forwardTo: 'a key before all others' }, 1);
    const found = (await listing).map(([key]) => key);
    expect(found).toHaveLength(250);
    expect(found).toContain('a key before all others');
    await store.close();
  });

  it('stops a revocation when it is closed', async () => {
    const store = await filled();
    const revoking = store.revoke('ada', []);
    await store.close();
    expect(await revoking).toBe(100);
  });
});

describe('MemoryStore', () => {
  it('revokes in pages of five hundred, and leaves what has another principal by then', async () => {
    const store = new MemoryStore();
    for (let at = 0; at < 1_200; at++) await store.create(`k${at}`, aRecord({ principal: 'ada' }));
    const { result, turns } = await turnsDuring(async () => {
      const revoking = store.revoke('ada', ['k3']);
      await store.update('k1100', aRecord({ principal: 'bob', revision: 2 }), 1);
      await store.delete('k1101');
      return revoking;
    });
    expect({ result, turns }).toEqual({ result: 1_197, turns: 2 });
    expect((await store.list('ada')).map(([key]) => key)).toEqual(['k3']);
    expect(await store.list('bob')).toHaveLength(1);
    await store.close();
  });
});

describe('RedisStore', () => {
  /** A client whose server has the sessions of one principal, and what it is asked for. */
  function aClient() {
    const seen = { commands: 0, pending: 0, mostPending: 0 };
    const value = valueOf(aRecord({ principal: 'ada' }));
    const answer = async <T>(reply: T): Promise<T> => {
      seen.commands += 1;
      seen.pending += 1;
      seen.mostPending = Math.max(seen.mostPending, seen.pending);
      await new Promise((resolve) => setImmediate(resolve));
      seen.pending -= 1;
      return reply;
    };
    const script = async (_: string, options: { keys: string[]; arguments: string[] }) => {
      const [cursor] = options.arguments;
      const asksIndex = options.keys[0]?.includes('principal:') === true && options.arguments.length === 1;
      if (!asksIndex) return answer(1);
      const page = cursor === '0' ? keys.slice(0, 150) : keys.slice(140); // some are in both
      return answer([cursor === '0' ? '7' : '0', page.flatMap((key) => [key, '1'])]);
    };
    const client = { get: () => answer(value), eval: script, evalSha: script };
    return { seen, store: new RedisStore({ client }) };
  }

  it('reads the sessions of a principal a hundred at a time, of an index that it reads in pages', async () => {
    const { seen, store } = aClient();
    expect((await store.list('ada')).map(([key]) => key)).toEqual(keys);
    expect(seen).toEqual({ commands: 2 + 250, pending: 0, mostPending: 100 });
  });

  it('revokes them a hundred at a time, and corrects the index with one command', async () => {
    const { seen, store } = aClient();
    expect(await store.revoke('ada', ['key 1', 'key 2'])).toBe(248);
    expect(seen).toEqual({ commands: 2 + 248 + 1, pending: 0, mostPending: 100 });
  });
});
