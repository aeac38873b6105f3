import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { OwnDatabase } from '../../lib/stores/sqlite/sqlite-driver.js';
import { SqliteStore } from '../../lib/stores/sqlite/sqlite-store.js';
import { expectTakenOnce } from '../support/take.js';
import { conformance } from './conformance.js';
import { aRecord } from './samples.js';
import { aDatabase, aFile, aStore, ask, open } from './sqlite-samples.js';

const shared = aFile();
conformance('SqliteStore on a file', { open: () => new SqliteStore({ file: shared }), damage: damageIn(shared) });
conformance('SqliteStore in memory', {
  open: () => new SqliteStore({ file: ':memory:' }),
  without: ['shared'],
});
const opened = aFile();
conformance('SqliteStore on an open database', {
  open: () => new SqliteStore({ database: aDatabase(opened), table: 'web_sessions' }),
});

// node:sqlite is there from Node 22 on
const builtin = process.getBuiltinModule('node:sqlite') as
  | { DatabaseSync: new (file: string) => OwnDatabase } // typed only by the types of newer Nodes
  | undefined;
if (builtin !== undefined) {
  const file = aFile();
  conformance('SqliteStore on node:sqlite', {
    open: () => {
      const database = new builtin.DatabaseSync(file);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000'); // as advised
      open.push(database);
      return new SqliteStore({ database });
    },
  });
}

/** Writes something else over what a store has written. */
function damageIn(file: string): (key: string) => void {
  return (key) => {
    const statement = aDatabase(file).prepare('UPDATE sessions SET record = \'{"form":1\' WHERE key = ?');
    (statement as { run(key: string): unknown }).run(key); // every binding takes text
  };
}

it('gives a token to one of 50 requests that take it at the same time', async () => {
  await expectTakenOnce(aStore({ file: aFile() }));
});

it.each([1, 2, 3, 100])('scans every record once, in order, in pages of %i', async (limit) => {
  const store = aStore({ file: ':memory:' });
  for (const key of ['d', 'a', 'c', 'e', 'b']) await store.create(key, aRecord());
  const met: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.scan(cursor, limit);
    met.push(...page.entries.map(([key]) => key));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(met).toEqual(['a', 'b', 'c', 'd', 'e']);
});

describe('SqliteStore', () => {
  describe('the file', () => {
    it('keeps sessions from one store to the next', async () => {
      const file = aFile();
      const record = aRecord({ principal: 'ada' });
      const first = aStore({ file });
      await first.create('a', record);
      await first.close();
      expect(await aStore({ file }).read('a')).toEqual(record);
    });

    it('is written ahead, synced at checkpoints, and waited for', () => {
      const database = aDatabase(aFile());
      expect(ask(database, 'PRAGMA journal_mode')).toBe('wal');
      expect(ask(database, 'PRAGMA synchronous')).toBe(1);
      expect(ask(database, 'PRAGMA busy_timeout')).toBe(5_000);
    });

    it('gives each record to exactly one of two processes that swap it at once', async () => {
      const file = aFile();
      const count = 500;
      const store = aStore({ file });
      for (let at = 0; at < count; at++) await store.create(`k${at}`, aRecord());

      const child = fork(new URL('sqlite-child.ts', import.meta.url), [file, String(count)], {
        execArgv: ['--import', 'tsx'],
        cwd: fileURLToPath(new URL('../..', import.meta.url)), // where tsx is found
      });
      const ended = once(child, 'exit').then(() => Promise.reject(new Error('The other process ended early.')));
      await Promise.race([once(child, 'message'), ended]); // ready
      const message = Promise.race([once(child, 'message'), ended]);
      child.send('go');

      const mine: number[] = [];
      for (let at = count - 1; at >= 0; at--) {
        const found = await store.read(`k${at}`);
        if (found?.revision !== 1) continue;
        if (await store.update(`k${at}`, { ...found, data: 'parent', revision: 2 }, 1)) mine.push(at);
      }
      const [theirs] = (await message) as [number[]]; // as sqlite-child.ts sends it
      const all = [...mine, ...theirs].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: count }, (_, at) => at));
      for (const at of theirs) expect(await store.read(`k${at}`)).toMatchObject({ data: 'child', revision: 2 });
      for (const at of mine) expect(await store.read(`k${at}`)).toMatchObject({ data: 'parent', revision: 2 });
    }, 60_000); // a second process has to start
  });

  it('executes one statement a method, each prepared once', async () => {
    const database = aDatabase();
    const executed: string[] = [];
    let prepared = 0;
    const store = aStore({
      database: {
        exec: (sql) => database.exec(sql),
        prepare(sql) {
          prepared++;
          const statement = database.prepare(sql);
          const [verb = ''] = sql.split(' ');
          return {
            run: (...values) => (executed.push(verb), statement.run(...values)),
            get: (...values) => (executed.push(verb), statement.get(...values)),
            all: (...values) => (executed.push(verb), statement.all(...values)),
          };
        },
      },
    });
    const atStart = prepared;
    executed.length = 0;
    for (let round = 0; round < 2; round++) {
      await store.create('a', aRecord());
      await store.read('a');
      await store.update('a', aRecord({ revision: 2 }), 1);
      await store.touch('a', Date.now() + 60_000, 2);
      await store.delete('a');
      await store.size();
      await store.prune();
    }
    const round = ['INSERT', 'SELECT', 'UPDATE', 'UPDATE', 'DELETE', 'SELECT', 'DELETE'];
    expect(executed).toEqual([...round, ...round]);
    expect(prepared).toBe(atStart);
  });

  it('reads numbers of a database that gives bigints', async () => {
    const database = aDatabase() as OwnDatabase & { defaultSafeIntegers(): void }; // libsql has it, as better-sqlite3
    database.defaultSafeIntegers();
    const store = aStore({ database });
    const record = aRecord();
    await store.create('a', record);
    expect(await store.read('a')).toEqual(record);
    expect(await store.size()).toBe(1);
  });

  it('rejects, and does not throw, where the database fails', async () => {
    const database = aDatabase();
    const store = aStore({ database });
    database.exec('DROP TABLE sessions');
    const record = aRecord();
    const attempts = [
      () => store.read('a'),
      () => store.create('a', record),
      () => store.update('a', record, 1),
      () => store.touch('a', 5, 1),
      () => store.delete('a'),
      () => store.prune(),
      () => store.size(),
    ].map((attempt) => attempt());
    const results = await Promise.allSettled(attempts);
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'rejected'));
    await expect(attempts[0]).rejects.toThrow(/no such table/);
  });

  describe('pruning', () => {
    async function withDead(count: number, pruneInterval: number): Promise<{ store: SqliteStore; left(): unknown }> {
      const database = aDatabase();
      const store = aStore({ database, pruneInterval });
      for (let at = 0; at < count; at++) await store.create(`k${at}`, aRecord({ expiresAt: Date.now() - 1 }));
      return { store, left: () => ask(database, 'SELECT count(*) FROM sessions') };
    }

    it('goes on in batches and lets others in between', async () => {
      const { store, left } = await withDead(250, 0);
      const pruned = store.prune();
      expect(left()).toBe(150);
      expect(await pruned).toBe(250);
      expect(left()).toBe(0);
    });

    it('stops where the store is closed in the middle', async () => {
      const { store, left } = await withDead(250, 0);
      const pruned = store.prune();
      await store.close();
      expect(await pruned).toBe(100);
      expect(left()).toBe(150);
    });

    it('happens on its own at every interval', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const { store, left } = await withDead(3, 5_000);
      vi.advanceTimersByTime(4_999);
      expect(left()).toBe(3);
      vi.advanceTimersByTime(1);
      expect(left()).toBe(0);
      await store.create('k', aRecord({ expiresAt: Date.now() - 1 }));
      vi.advanceTimersByTime(5_000);
      expect(left()).toBe(0);
    });

    it('happens every minute where nothing else is said, and never at an interval of 0', () => {
      const timers = vi.spyOn(globalThis, 'setInterval');
      aStore({ file: ':memory:', pruneInterval: 0 });
      expect(timers).not.toHaveBeenCalled();
      aStore({ file: ':memory:' });
      expect(timers).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 60_000);
    });

    it('does not keep the process alive', () => {
      const timers = vi.spyOn(globalThis, 'setInterval');
      aStore({ file: ':memory:' });
      expect(timers.mock.results.map((result) => (result.value as NodeJS.Timeout).hasRef())).toEqual([false]); // as spied
    });

    it('on its own fails without a word: the next request will tell', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const unhandled = vi.fn();
      process.once('unhandledRejection', unhandled);
      const database = aDatabase();
      const store = aStore({ database });
      database.exec('DROP TABLE sessions');
      vi.advanceTimersByTime(60_000);
      await new Promise((resolve) => setImmediate(resolve)); // unhandled rejections are told by now
      process.off('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
      await expect(store.read('a')).rejects.toThrow(/no such table/);
    });
  });

  describe('close', () => {
    it('ends the store and its timer, and may be called twice', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const store = aStore({ file: aFile() });
      await store.close();
      await store.close();
      expect(vi.getTimerCount()).toBe(0);
      await expect(store.read('a')).rejects.toThrow('The store is closed.');
      await expect(store.prune()).rejects.toThrow('The store is closed.');
    });

    it('leaves a database open that was passed in', async () => {
      const database = aDatabase();
      const store = aStore({ database });
      await store.create('a', aRecord());
      await store.close();
      expect(ask(database, 'SELECT count(*) FROM sessions')).toBe(1);
    });
  });
});
