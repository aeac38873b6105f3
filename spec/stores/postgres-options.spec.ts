import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { SessionOptionsError } from '../../lib/errors.js';
import type { PostgresStoreOptions } from '../../lib/stores/postgres/postgres-options.js';
import { PostgresStore } from '../../lib/stores/postgres/postgres-store.js';
import { createTableSql } from '../../lib/stores/postgres/postgres-table.js';

describe('PostgresStore', () => {
  const pool = new pg.Pool(); // it connects when it is asked for a connection
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^options: must be an object, as in new PostgresStore/],
    ['no pool', {}, /^pool: must be a Pool of pg/],
    ['null as pool', { pool: null }, /^pool: must be a Pool of pg/],
    ['the address of a server', { pool: 'postgres://127.0.0.1' }, /^pool: must be a Pool of pg/],
    ['the options of a pool', { pool: { connectionString: 'postgres://127.0.0.1' } }, /^pool: must be a Pool of pg/],
    ['a single client', { pool: new pg.Client() }, /^pool: must be a Pool of pg/],
    ['a table name with a quote', { pool, table: 'a"b' }, /^table: must be a name/],
    ['an empty table name', { pool, table: '' }, /^table: must be a name/],
    ['an empty schema', { pool, table: '.a' }, /^table: must be a name/],
    ['an empty name in a schema', { pool, table: 'a.' }, /^table: must be a name/],
    ['a name with a database', { pool, table: 'a.b.c' }, /^table: must be a name/],
    ['a table name that begins with a digit', { pool, table: 'web.1a' }, /^table: must be a name/],
    [
      'a table name that is longer than those of its indexes may be',
      { pool, table: 'a'.repeat(53) },
      /^table: must be/,
    ],
    ['a schema of 64 letters', { pool, table: `${'a'.repeat(64)}.b` }, /^table: must be a name/],
    ['a table name that is no text', { pool, table: null }, /^table: must be a name/],
    ['a negative pruneInterval', { pool, pruneInterval: -1 }, /^pruneInterval: must be whole milliseconds/],
    ['an endless pruneInterval', { pool, pruneInterval: Infinity }, /^pruneInterval: must be whole milliseconds/],
    ['an unknown option', { pool, tableName: 'x' }, /^tableName: PostgresStore has no such option, only pool, table/],
  ])('refuses %s and names the option', (_, options, message) => {
    const wrong = options as PostgresStoreOptions; // what a JavaScript user may pass
    expect(() => new PostgresStore(wrong)).toThrow(SessionOptionsError);
    expect(() => new PostgresStore(wrong)).toThrow(message);
  });

  it('takes a name, and a name after that of a schema', async () => {
    for (const table of ['a'.repeat(52), `${'s'.repeat(63)}.${'a'.repeat(52)}`, 'Order', '_x.y_1']) {
      await new PostgresStore({ pool, table }).close();
    }
    expect(pool.totalCount).toBe(0);
  });
});

describe('createTableSql', () => {
  it('quotes the table’s name, and names its indexes after it', () => {
    const sql = createTableSql('web.Order');
    expect(sql).toMatch(/^CREATE TABLE IF NOT EXISTS "web"\."Order" \(/);
    expect(sql).toContain('CREATE INDEX IF NOT EXISTS "Order_expires_at" ON "web"."Order" (expires_at);');
  });

  it('refuses what is no name', () => {
    expect(() => createTableSql('a; DROP TABLE users')).toThrow(/^table: must be a name/);
  });
});
