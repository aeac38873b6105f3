import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PostgresStore } from 'typed-session/postgres';
import { serve } from '../../support/app.js';
import { startPostgres, type PrivateServer } from '../../support/private-server.js';
import { gate } from '../../support/shop.js';
import { noUnhandledRejections, servesAgain } from './bench.js';
import { faultyShop, listenerOf, type FaultyOptions } from './shop.js';

async function aShop(config: pg.PoolConfig, options: FaultyOptions = {}) {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url, connectionTimeoutMillis: 20_000, ...config });
  const store = new PostgresStore({ pool, pruneInterval: 0 });
  await store.setup();
  onTestFinished(() => pool.end());
  return { server, pool, client: await serve(listenerOf(faultyShop(store, options))) };
}

/** What an administrator does, on a connection of his own. */
async function tell(server: PrivateServer, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const sql of statements) await client.query(sql);
  await client.end();
}

describe('PostgreSQL', () => {
  noUnhandledRejections();

  it('that ends the connections of the pool in the middle of a request: the commit has another, and is stored', async () => {
    const { pass, begun, open } = gate();
    let waits = false;
    const { server, pool, client } = await aShop({ max: 1 }, { pass: () => (waits ? pass() : Promise.resolve()) });
    await client.get('/view');
    waits = true;
    const answer = client.get('/view');
    await begun;
    const removed = new Promise((resolve) => pool.once('remove', resolve));
    await tell(server, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL'); // prettier-ignore
    await removed;
    open();
    expect((await answer).status).toBe(200);
    expect(await client.json('/')).toMatchObject({ views: 2 });
  });

  it('that takes reads alone, as a demoted primary does: reads go on, a write is a 503, and nothing is lost', async () => {
    const { server, client } = await aShop({ max: 1 });
    await client.get('/login');
    await client.get('/view');
    const jar = new Map(client.jar);
    await tell(server, 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
    await expect.poll(async () => (await client.get('/view')).status, { interval: 25 }).toBe(503); // each process reads its settings in its time
    expect((await client.get('/account')).status).toBe(200);
    for (const path of ['/view', '/login?as=eve', '/logout']) {
      const { status, text, cookies } = await client.get(path);
      expect({ status, cookies }).toEqual({ status: 503, cookies: [] });
      expect(text).toContain('(25006)');
    }
    expect(client.jar).toEqual(jar);
    const { views } = (await client.json('/')) as { views: number };
    await tell(server, 'SET default_transaction_read_only = off', 'ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()'); // prettier-ignore
    await expect.poll(async () => (await client.get('/view')).status, { interval: 25 }).toBe(200);
    expect(await client.json('/')).toMatchObject({ views: views + 1, userId: 'ada' });
  });

  it('whose pool has no connection free: a 503, nothing is sent later, and service resumes when one is', async () => {
    const { pool, client } = await aShop({ max: 1, connectionTimeoutMillis: 1_000 });
    await client.get('/view');
    const taken = await pool.connect();
    const { status, text } = await client.get('/view');
    expect(status).toBe(503);
    expect(text).toContain('NoConnectionError');
    taken.release();
    expect(await client.json('/view')).toBe(2);
    expect(pool.waitingCount).toBe(0);
  });

  it('whose row is locked for longer than storeTimeout: a 503, and the statement does not take up the pool', async () => {
    const { server, pool, client } = await aShop({ max: 1 }, { storeTimeout: 1_000 });
    await client.get('/view');
    const locking = new pg.Client({ connectionString: server.url });
    await locking.connect();
    await locking.query('BEGIN; LOCK TABLE sessions IN SHARE MODE'); // reads may go on
    const { status, text } = await client.get('/view');
    expect(status).toBe(503);
    expect(text).toContain('did not answer within storeTimeout (1000 ms)');
    expect(await client.json('/')).toMatchObject({ views: 1 });
    await locking.end();
    await servesAgain(client);
    expect((await client.get('/put?sku=tea')).status).toBe(200);
    expect(pool.waitingCount).toBe(0);
  });

  it('without the table: a 503 that says how to make it', async () => {
    const { server, client } = await aShop({ max: 1 });
    await tell(server, 'DROP TABLE sessions');
    const { status, text } = await client.get('/view');
    expect(status).toBe(503);
    expect(text).toContain('run store.setup() once');
  });
});
