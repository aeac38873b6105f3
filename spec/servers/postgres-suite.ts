import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { keyText } from '../../lib/stores/postgres/postgres-commands.js';
import { PostgresStore } from '../../lib/stores/postgres/postgres-store.js';
import { conformance } from '../stores/conformance.js';
import { aKey, aRecord, MINUTE } from '../stores/samples.js';
import { expectTakenOnce } from '../support/take.js';
import { database, type Database } from './postgres-database.js';

/**
 * What a `PostgresStore` does on every server, and behind every pooler.
 *
 * @param name - what is in front of the table, for the report
 * @param url - where to connect to
 */
export function postgresStore(name: string, url: URL): Database {
  const db = database(url);
  const { aPool, aStore, aTable, ask, admin } = db;
  const table = `${db.schema}.contract`;
  beforeAll(() => new PostgresStore({ pool: admin, table, pruneInterval: 0 }).setup());

  conformance(`PostgresStore on ${name}`, {
    open: () => new PostgresStore({ pool: admin, table, pruneInterval: 0 }),
    damage: (key) => ask(`UPDATE ${table} SET record = $1 WHERE key = $2`, ['{"form":1', keyText(key)]),
  });

  describe(`PostgresStore on ${name}`, () => {
    it('gives a token to one of 50 requests that take it at the same time', async () => {
      await expectTakenOnce(await aStore());
    });

    it('sends one statement a method, which leaves nothing behind on its connection', async () => {
      const store = await aStore();
      const sent = vi.spyOn(pg.Client.prototype, 'query');
      await store.create('a', aRecord({ principal: 'ada' }));
      await store.read('a');
      await store.update('a', aRecord({ principal: 'ada', revision: 2 }), 1);
      await store.touch('a', Date.now() + MINUTE, 2);
      await store.list('ada');
      await store.revoke('ada', []);
      await store.delete('a');
      await store.scan(undefined, 10);
      await store.size();
      await store.prune();
      const texts = sent.mock.calls.map(([text]) => text as unknown); // a text, or an object where it has a name
      sent.mockRestore();
      const verbs = texts.map((text) => (typeof text === 'string' ? /^\w+/.exec(text)?.[0] : text));
      expect(verbs).toEqual(['INSERT', 'SELECT', 'UPDATE', 'UPDATE', 'SELECT', 'DELETE', 'DELETE', 'SELECT', 'SELECT', 'DELETE']); // prettier-ignore
      expect(texts.join()).not.toMatch(/\b(SET \w+ (TO|=)|LISTEN|PREPARE|DECLARE|TEMP|advisory)\b/);
    });

    it('makes one table where ten processes make it at the same time', async () => {
      const table = aTable();
      const pools = Array.from({ length: 10 }, () => aPool({ max: 1 }));
      const stores = pools.map((pool) => new PostgresStore({ pool, table, pruneInterval: 0 }));
      await Promise.all(stores.map((store) => store.setup()));
      expect(await stores[0]?.create('a', aRecord())).toBe(true);
      expect(await stores[9]?.read('a')).toBeDefined();
    });

    it('removes each dead session once, where several processes prune at the same time', async () => {
      const table = aTable();
      const store = await aStore({ table });
      const live = aKey();
      await store.create(live, aRecord());
      await ask(
        `INSERT INTO ${table} SELECT 'dead' || i, 1, 5, NULL, '' FROM generate_series(1, 4500) i RETURNING 'ok'`,
      );
      const pruned = await Promise.all(
        Array.from({ length: 4 }, () => new PostgresStore({ pool: aPool(), table, pruneInterval: 0 }).prune()),
      );
      const rest = await store.prune(); // rows that one had locked are left out by the others
      expect(pruned.reduce((sum, count) => sum + count, rest)).toBe(4500);
      expect(await ask(`SELECT key FROM ${table}`)).toEqual([live]);
    });

    it('says what to do where the table is missing', async () => {
      const table = aTable();
      const store = new PostgresStore({ pool: admin, table, pruneInterval: 0 });
      const advice = `the table "${table.replace('.', '"."')}" does not exist: run store.setup() once`;
      await expect(store.read('a')).rejects.toMatchObject({
        code: 'SESSION_STORE',
        operation: 'read',
        message: expect.stringContaining(advice),
        cause: { code: '42P01' },
      });
      await expect(store.create('a', aRecord())).rejects.toThrow(advice);
      await expect(store.prune()).rejects.toThrow(advice);
    });
  });
  return db;
}
