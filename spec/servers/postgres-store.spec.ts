import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PostgresStore } from '../../lib/stores/postgres/postgres-store.js';
import { conformance } from '../stores/conformance.js';
import { aRecord } from '../stores/samples.js';
import { Client } from '../support/app.js';
import { postgresStore } from './postgres-suite.js';
import { serverUrl } from './suite.js';

const url = serverUrl('POSTGRES_URL');
const { aPool, aStore, aTable, admin, ask } = postgresStore('PostgreSQL', url);

// what an administrator may have set for the whole database
const serializable = aTable();
const strict = new pg.Pool({ connectionString: url.href, options: '-c default_transaction_isolation=serializable' });
const strictStore = () => new PostgresStore({ pool: strict, table: serializable, pruneInterval: 0 });
beforeAll(() => strictStore().setup());
afterAll(() => strict.end());
conformance('PostgresStore where transactions are serializable', { open: strictStore });

describe('PostgresStore', () => {
  describe('the principal', () => {
    it('is listed and revoked without what is dead', async () => {
      const store = await aStore();
      await store.create('a', aRecord({ principal: 'ada' }));
      await store.create('b', aRecord({ principal: 'ada' }));
      await store.create('dead', aRecord({ principal: 'ada', expiresAt: Date.now() - 1 }));
      await store.create('c', aRecord({ principal: 'eve' }));
      expect((await store.list('ada')).map(([key]) => key).sort()).toEqual(['a', 'b']);
      expect(await store.revoke('ada', ['b', 'c', '{"odd",\\keys}'])).toBe(1);
      expect((await store.list('ada')).map(([key]) => key)).toEqual(['b']);
      expect(await store.revoke('ada', [])).toBe(1);
      expect(await store.read('c')).toBeDefined();
    });
  });

  it('reads numbers of a driver that gives bigints', async () => {
    const types = { getTypeParser: () => (text: string) => (/^\d+$/.test(text) ? BigInt(text) : text) };
    const store = await aStore({ pool: aPool({ types: types }) }); // its types know every type of the server
    const record = aRecord();
    await store.create('a', record);
    expect(await store.read('a')).toEqual(record);
    expect(await store.size()).toBe(1);
  });

  it('rounds a deadline with a fraction up: the record is dead from the next millisecond on', async () => {
    const store = await aStore();
    await store.create('a', aRecord({ expiresAt: 2e12 + 0.25 }));
    expect(await store.read('a')).toMatchObject({ expiresAt: 2e12 + 1 });
  });

  describe('pruning', () => {
    it('leaves to another process what that is removing', async () => {
      const table = aTable();
      const store = await aStore({ table });
      for (const key of ['a', 'b', 'c']) await store.create(key, aRecord({ expiresAt: 5 }));
      const other = await aPool().connect();
      await other.query(`BEGIN; DELETE FROM ${table} WHERE key = 'b'`);
      expect(await store.prune()).toBe(2);
      await other.query('ROLLBACK');
      other.release();
      expect(await store.prune()).toBe(1);
    });

    it('happens every minute where nothing else is said, never at an interval of 0, and keeps no process alive', () => {
      const timers = vi.spyOn(globalThis, 'setInterval');
      const never = new PostgresStore({ pool: admin, pruneInterval: 0 });
      expect(timers).not.toHaveBeenCalled();
      const store = new PostgresStore({ pool: admin });
      onTestFinished(() => store.close());
      expect(timers).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 60_000);
      expect((timers.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false); // as spied
      timers.mockRestore();
      return never.close();
    });

    it('happens on its own, and never twice at once', async () => {
      const pool = aPool({ max: 2 });
      const table = aTable();
      const store = await aStore({ pool, table });
      await store.create('a', aRecord({ expiresAt: 5 }));
      const taken = await Promise.all([pool.connect(), pool.connect()]);
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      onTestFinished(() => void vi.useRealTimers());
      const pruning = new PostgresStore({ pool, table, pruneInterval: 1_000 });
      vi.advanceTimersByTime(5_000);
      expect(pool.waitingCount).toBe(1);
      for (const client of taken) client.release();
      await expect.poll(() => ask(`SELECT key FROM ${table}`)).toEqual([]);
      await pruning.close();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('stops where the store is closed in the middle', async () => {
      const table = aTable();
      const store = await aStore({ table });
      await ask(`INSERT INTO ${table} SELECT 'dead' || i, 1, 5, NULL, '' FROM generate_series(1, 2500) i RETURNING 1`);
      const pruned = store.prune();
      await store.close();
      expect(await pruned).toBe(1000);
    });

    it('on its own fails without a word: the next request will tell', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      onTestFinished(() => void vi.useRealTimers());
      const pool = aPool();
      const store = new PostgresStore({ pool, table: aTable(), pruneInterval: 1_000 });
      onTestFinished(() => store.close());
      const failed = once(pool, 'release');
      vi.advanceTimersByTime(1_000);
      await failed;
      await expect(store.read('a')).rejects.toThrow(/does not exist/); // an unhandled rejection would have been told by now
    });
  });

  it('never closes the pool', async () => {
    const pool = aPool();
    const store = await aStore({ pool });
    await store.close();
    await store.close();
    expect(pool.ending).toBe(false);
    expect((await pool.query('SELECT 1')).rowCount).toBe(1);
  });

  it('serves two processes on one table: no view is lost, and a logout is one for both', async () => {
    const table = aTable();
    const [first, second] = await Promise.all([start(table), start(table)]);
    const one = (await first.json('/view')) as { views: number; pid: number };
    for (const [name, value] of first.jar) second.jar.set(name, value);
    const two = (await second.json('/view')) as typeof one;
    expect([one.views, two.views]).toEqual([1, 2]);
    expect(one.pid).not.toBe(two.pid);
    await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? first : second).get('/view')));
    expect(await second.json('/view')).toMatchObject({ views: 23 });
    await first.get('/logout');
    expect(await second.json('/view')).toMatchObject({ views: 1 });
  }, 60_000);
});

/** Starts the app in a process of its own. */
async function start(table: string): Promise<Client> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'postgres-app.ts')], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, POSTGRES_URL: url.href, TABLE: table },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.stdin.end();
    await exit;
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return new Client(`http://127.0.0.1:${port}`);
}
