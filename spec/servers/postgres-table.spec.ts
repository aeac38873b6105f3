import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTableSql } from 'typed-session/postgres';
import { PostgresStore } from '../../lib/stores/postgres/postgres-store.js';
import { createTable } from '../../lib/stores/postgres/postgres-table.js';
import { aRecord } from '../stores/samples.js';
import { database } from './postgres-database.js';
import { serverUrl } from './suite.js';

const { aPool, aStore, aTable, admin, as, ask, schema } = database(serverUrl('POSTGRES_URL'));

describe('PostgresStore', () => {
  describe('setup()', () => {
    it('runs what docs/reference/postgres.sql says', async () => {
      const documented = readFileSync(resolve(import.meta.dirname, '../../docs/reference/postgres.sql'), 'utf8');
      expect(documented.replace(/^(--.*)?\n/gm, '')).toBe(createTableSql());

      const table = aTable();
      const query = vi.spyOn(pg.Client.prototype, 'query');
      onTestFinished(() => query.mockRestore());
      const sent = (): string[] => query.mock.calls.map(([text]) => String(text as unknown));
      const store = new PostgresStore({ pool: admin, table, pruneInterval: 0 });
      await store.setup();
      const creating = sent().filter((text) => text.startsWith('CREATE'));
      expect(`${creating.join('\n')}\n`).toBe(createTableSql(table));
      expect(sent().at(-1)).toBe('COMMIT');

      query.mockClear();
      await store.setup();
      expect(sent().filter((text) => /CREATE|ALTER|DROP/.test(text))).toEqual([]);
    });

    it('takes the table that createTableSql() made', async () => {
      const table = aTable();
      await admin.query(createTableSql(table));
      await admin.query(createTableSql(table));
      const store = await aStore({ table });
      expect(await store.create('a', aRecord())).toBe(true);
    });

    it('makes an index again that is missing', async () => {
      const table = aTable();
      const store = await aStore({ table });
      await admin.query(`DROP INDEX ${table}_expires_at`);
      await store.setup();
      expect(await ask(`SELECT to_regclass('${table}_expires_at') IS NOT NULL`)).toEqual([true]);
    });

    it('makes indexes of a table whose name is as long as names may be', async () => {
      const table = `${schema}.${'t'.repeat(52)}`;
      await aStore({ table });
      expect(await ask('SELECT indexname::text FROM pg_indexes WHERE schemaname = $1 AND tablename ~ $2 ORDER BY 1', [schema, '^t{52}$'])) // prettier-ignore
        .toEqual(['_expires_at', '_pkey', '_principal'].map((end) => 't'.repeat(end === '_pkey' ? 58 : 52) + end).map((name) => name.replace(/^t{58}/, 't'.repeat(52)))); // prettier-ignore
    });

    it.each([
      ['a table of connect-pg-simple', 'sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL'],
      [
        'a table of a newer release',
        'key text, revision bigint, expires_at bigint, principal text, record text, form int',
      ],
    ])('refuses %s and leaves it as it is', async (_, columns) => {
      const table = aTable();
      await admin.query(`CREATE TABLE ${table} (${columns})`);
      await admin.query(`INSERT INTO ${table} DEFAULT VALUES`).catch(() => undefined);
      const pool = aPool({ max: 1 });
      const store = new PostgresStore({ pool, table, pruneInterval: 0 });
      await expect(store.setup()).rejects.toMatchObject({ code: 'SESSION_OPTIONS', option: 'table' });
      await expect(store.setup()).rejects.toThrow(/has other columns .* Choose another table, or update/);
      expect(await ask('SELECT count(*)::int FROM pg_indexes WHERE schemaname || $$.$$ || tablename = $1 AND indexname ~ $2', [table, 'expires_at|principal'])).toEqual([0]); // prettier-ignore
      expect((await pool.query('SELECT 1')).rowCount).toBe(1); // and the connection is not in a transaction
      expect((await pool.query('SELECT pg_current_xact_id_if_assigned() AS id')).rows).toEqual([{ id: null }]);
    });

    it('says at run time that a table is something else', async () => {
      const table = aTable();
      await admin.query(`CREATE TABLE ${table} (sid text, sess json, expire timestamp)`);
      const store = new PostgresStore({ pool: admin, table, pruneInterval: 0 });
      await expect(store.read('a')).rejects.toThrow(
        /has other columns than those of a session store: .* another name, the option table/,
      );
    });

    it('brings a table of an older release to today’s form, step by step, and keeps its sessions', async () => {
      const table = aTable();
      await admin.query(`CREATE TABLE ${table} (id text PRIMARY KEY, record text NOT NULL)`);
      await admin.query(`INSERT INTO ${table} VALUES ('a', '{}')`);
      const steps = {
        'id text,record text': (name: string) => `ALTER TABLE ${name} RENAME COLUMN id TO key`,
        'key text,record text': (name: string) =>
          `ALTER TABLE ${name} ADD revision bigint NOT NULL DEFAULT 1, ADD expires_at bigint NOT NULL DEFAULT 9e15,` +
          ` ADD principal text, ADD r text NOT NULL DEFAULT '', DROP COLUMN record; ALTER TABLE ${name} RENAME r TO record`,
      };
      await createTable(admin, table, steps);
      const store = await aStore({ table });
      expect(await store.read('a')).toMatchObject({ revision: 1, expiresAt: 9e15 });
    });

    it('tells why it failed where its connection breaks, and leaves everything as it was', async () => {
      const table = aTable();
      await admin.query(`CREATE TABLE ${table} (id text)`);
      const pool = aPool();
      const breaks = {
        'id text': (name: string) => `ALTER TABLE ${name} ADD key text; SELECT pg_terminate_backend(pg_backend_pid())`,
      };
      await expect(createTable(pool, table, breaks)).rejects.toMatchObject({ code: '57P01' });
      await expect(createTable(pool, table)).rejects.toThrow(/found: id text\)/);
    });

    it('is for the first: a role without rights to create may call it afterwards', async () => {
      const role = `${schema}_app`;
      const table = aTable();
      await aStore({ table });
      await admin.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
      onTestFinished(async () => {
        await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      });
      await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${role}`);
      const pool = aPool({ connectionString: as(role) });
      const store = await aStore({ pool, table });
      await store.create('a', aRecord({ expiresAt: Date.now() - 1 }));
      expect(await store.prune()).toBe(1);
      await pool.end();
    });

    it('fails where the schema is missing', async () => {
      const store = new PostgresStore({ pool: admin, table: 'nowhere_at_all.sessions', pruneInterval: 0 });
      await expect(store.setup()).rejects.toMatchObject({ code: '3F000' });
      await expect(store.read('a')).rejects.toThrow('"nowhere_at_all"."sessions" does not exist');
    });
  });

  describe('the table', () => {
    it('may be named by a word of SQL, and keeps its case', async () => {
      const store = await aStore({ table: `${schema}.Order` });
      await store.create('a', aRecord());
      expect(await ask(`SELECT key FROM ${schema}."Order"`)).toEqual(['a']);
    });

    it('is looked for in the search_path where its name has no schema', async () => {
      const pool = aPool({ options: `-c search_path=${schema}` });
      const store = await aStore({ pool, table: 'plain' });
      await store.create('a', aRecord());
      expect(await ask(`SELECT key FROM ${schema}.plain`)).toEqual(['a']);
    });

    it('holds a principal as it is, so that an administrator can ask for it', async () => {
      const table = aTable();
      const store = await aStore({ table });
      await store.create('a', aRecord({ principal: 'CORP\\ada Zoë 你好 😀' }));
      expect(await ask(`SELECT principal FROM ${table}`)).toEqual(['CORP\\ada Zoë 你好 😀']);
    });

    it.each([
      ['NUL', 'a\0b', 'a0b'],
      ['half of a surrogate pair', 'a\ud800', 'a\ud801'],
      ['a backslash', 'a\\', 'a\\\\'],
      ['what looks like an escape', 'a\\0000', 'a\0'],
      ['512 characters of four bytes', '😀'.repeat(256), '😀'.repeat(255)],
    ])('keeps keys apart that hold %s, and gives them back', async (_, one, other) => {
      const store = await aStore();
      await store.create(one, aRecord({ principal: 'ada', data: '1' }));
      expect(await store.read(other)).toBeUndefined();
      await store.create(other, aRecord({ principal: 'ada', data: '2' }));
      expect(await store.read(one)).toMatchObject({ data: '1' });
      expect(new Set((await store.list('ada')).map(([key]) => key))).toEqual(new Set([one, other]));
      const { entries, next } = await store.scan(undefined, 1);
      expect(new Set([...entries, ...(await store.scan(next, 1)).entries].map(([key]) => key))).toEqual(
        new Set([one, other]),
      );
      expect(await store.revoke('ada', [one])).toBe(1);
      expect(await store.read(one)).toBeDefined();
    });

    it.each([
      ['NUL', 'a\0b', 'ab'],
      ['half of a surrogate pair', 'a\ud800', 'a\ud801'],
      ['more characters than an index takes', 'ü1😀'.repeat(5_000), 'ü1😀'.repeat(5_001)],
      ['what looks like our hash', '\\sha256:', '\\sha256:a'],
      ['nothing', '', ' '],
    ])('finds principals that hold %s, and tells them apart', async (_, one, other) => {
      const store = await aStore();
      const record = aRecord({ principal: one });
      await store.create('a', record);
      await store.create('b', aRecord({ principal: other }));
      expect(await store.list(one)).toEqual([['a', record]]);
      expect(await store.revoke(other, [])).toBe(1);
      expect(await store.read('a')).toEqual(record);
    });

    it('finds the sessions of a principal by an index, and the dead by another', async () => {
      const table = aTable();
      await aStore({ table });
      await ask(
        `INSERT INTO ${table} SELECT i::text, 1, 9000000000000 + i, 'user' || i, repeat('x', 500) FROM generate_series(1, 5000) i RETURNING 1`,
      );
      await admin.query(`ANALYZE ${table}`);
      const plan = async (sql: string) => (await ask(`EXPLAIN ${sql}`)).join('\n');
      expect(await plan(`SELECT key FROM ${table} WHERE principal = 'user7' AND expires_at > 5`)).toMatch(/_principal/);
      expect(await plan(`SELECT ctid FROM ${table} WHERE expires_at <= 5 LIMIT 1000`)).toMatch(/_expires_at/);
    });
  });
});
