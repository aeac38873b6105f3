import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { session } from 'typed-session';
import { PostgresStore } from '../../lib/stores/postgres/postgres-store.js';
import { aRecord } from '../stores/samples.js';
import { makeApp } from '../support/app.js';
import { schema as sessionSchema } from '../support/shop.js';
import { proxyTo } from '../support/tcp-proxy.js';
import { database } from './postgres-database.js';
import { serverUrl, through } from './suite.js';

const url = serverUrl('POSTGRES_URL');
const { aPool, aStore, aTable, admin, as, ask, schema } = database(url);

describe('PostgresStore', () => {
  describe('a signal', () => {
    it('that is aborted already lets nothing be sent', async () => {
      const pool = aPool();
      const store = new PostgresStore({ pool, pruneInterval: 0 });
      const signal = AbortSignal.abort();
      await expect(store.read('a', { signal })).rejects.toBe(signal.reason);
      await expect(store.create('a', aRecord(), { signal })).rejects.toBe(signal.reason);
      expect(pool.totalCount).toBe(0);
    });

    it('that aborts while all connections are taken lets nothing be sent, and gives the connection back', async () => {
      const pool = aPool({ max: 1 });
      const store = await aStore({ pool });
      const taken = await pool.connect();
      const sent = vi.spyOn(taken, 'query');
      const waits = new AbortController();
      const answer = store.create('a', aRecord(), waits);
      waits.abort();
      taken.release();
      await expect(answer).rejects.toBe(waits.signal.reason);
      expect(sent).not.toHaveBeenCalled();
      expect(pool.idleCount).toBe(1);
      expect(await store.create('a', aRecord())).toBe(true);
    });

    it('that aborts while the server is at work throws the connection away', async () => {
      const table = aTable();
      const pool = aPool({ max: 1, idleTimeoutMillis: 0 });
      const store = await aStore({ pool, table });
      await store.create('a', aRecord());
      const { waiting, letGo } = await blocked(table);
      const hangs = new AbortController();
      const answer = store.update('a', aRecord({ revision: 2 }), 1, hangs);
      const rejected = expect(answer).rejects.toThrow('Connection terminated');
      await waiting();
      hangs.abort();
      expect(pool.totalCount).toBe(0);
      await rejected;
      await letGo();
      expect(await store.read('a')).toBeDefined();
      expect(pool.totalCount).toBe(1);
    });

    it('that never aborts is left as it was', async () => {
      const store = await aStore({ pool: aPool() });
      const { signal } = new AbortController();
      const added = vi.spyOn(signal, 'addEventListener');
      const removed = vi.spyOn(signal, 'removeEventListener');
      await store.read('a', { signal });
      expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener)); // prettier-ignore
    });
  });

  describe('a connection', () => {
    it('stays in the pool after an error that is about the statement', async () => {
      const pool = aPool({ max: 1 });
      const store = new PostgresStore({ pool, table: aTable(), pruneInterval: 0 });
      const [one] = (await pool.query('SELECT pg_backend_pid() AS pid')).rows as { pid: number }[];
      await expect(store.read('a')).rejects.toThrow(/does not exist/);
      expect((await pool.query('SELECT pg_backend_pid() AS pid')).rows).toEqual([one]);
    });

    it('leaves no listener behind', async () => {
      const pool = aPool({ max: 1 });
      const store = await aStore({ pool });
      for (let at = 0; at < 20; at++) await store.read('a');
      await expect(store.create('a', aRecord({ revision: 2 ** 70 }))).rejects.toMatchObject({ code: '22P02' });
      const client = await pool.connect();
      expect(client.listenerCount('error')).toBe(0);
      client.release();
      expect(pool.totalCount).toBe(1);
      for (let at = 0; at < 20; at++) new PostgresStore({ pool, pruneInterval: 0 });
      expect(pool.listenerCount('error')).toBe(1);
    });

    it('that the server ends while idle ends neither the process nor the store', async () => {
      const pool = aPool();
      const store = await aStore({ pool });
      const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const removed = new Promise((resolve) => pool.once('remove', resolve)); // events.once would listen to errors, too
      await ask('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await removed;
      expect(pool.totalCount).toBe(0);
      expect(await store.create('a', aRecord())).toBe(true);
    });

    it('that the server ends at work fails that command, and the next one has another', async () => {
      const table = aTable();
      const pool = aPool({ max: 1 });
      const store = await aStore({ pool, table });
      await store.create('a', aRecord());
      const { waiting, letGo } = await blocked(table);
      const answer = expect(store.delete('a')).rejects.toMatchObject({ code: '57P01' });
      await ask('SELECT pg_terminate_backend($1)', [await waiting()]);
      await answer;
      await letGo();
      expect(await store.delete('a')).toBe(true);
      expect(pool.totalCount).toBe(1);
    });

    it('to a server that has become read-only is not used again', async () => {
      const role = `${schema}_replica`;
      const table = aTable();
      await aStore({ table });
      await admin.query(
        `CREATE ROLE ${role} LOGIN SUPERUSER; ALTER ROLE ${role} SET default_transaction_read_only = on`,
      );
      onTestFinished(async () => {
        await ask(`DROP ROLE ${role}`);
      });
      const pool = aPool({ connectionString: as(role), max: 1 });
      const store = new PostgresStore({ pool, table, pruneInterval: 0 });
      expect(await store.read('a')).toBeUndefined();
      await expect(store.create('a', aRecord())).rejects.toMatchObject({ code: '25006' });
      await admin.query(`ALTER ROLE ${role} RESET default_transaction_read_only`); // connections that are open stay as they are
      expect(await store.create('a', aRecord())).toBe(true);
      await pool.end();
    });

    it('that is cut at work or idle is a 503, and is followed by another when the server can be reached again', async () => {
      const table = aTable();
      const proxy = await proxyTo(Number(url.port));
      const pool = aPool({ connectionString: through(url, proxy.port), connectionTimeoutMillis: 2_000 });
      const store = await aStore({ pool, table });
      const sessions = session({ schema: sessionSchema, secret: 'keep it', store });
      const client = await makeApp((app) => {
        app.use(sessions);
        app.get('/view', (req, res) => {
          sessions.of(req).views += 1;
          res.json(sessions.of(req).views);
        });
      });
      expect(await client.json('/view')).toBe(1);
      const { waiting, letGo } = await blocked(table);
      const [answer] = await Promise.all([client.get('/view'), waiting().then(() => proxy.cut())]);
      expect(answer.status).toBe(503);
      expect((await client.get('/view')).status).toBe(503);
      await letGo();
      await proxy.mend();
      expect((await client.get('/view')).status).toBe(200);
    });
  });
});

/** Lets whoever changes a row of a table wait. */
async function blocked(table: string): Promise<{ waiting: () => Promise<number>; letGo: () => Promise<void> }> {
  const client = await aPool().connect();
  await client.query(`BEGIN; SELECT 1 FROM ${table} FOR UPDATE`);
  const who = 'SELECT pid FROM pg_stat_activity WHERE wait_event_type = $$Lock$$ AND query LIKE $1';
  return {
    /** Resolves to the process of the server that waits. */
    waiting: async () => {
      const like = `%"${table.replace('.', '"."')}"%`;
      await expect.poll(() => ask(who, [like])).toHaveLength(1);
      return (await ask(who, [like]))[0] as number;
    },
    letGo: async () => {
      await client.query('ROLLBACK');
      client.release();
    },
  };
}
