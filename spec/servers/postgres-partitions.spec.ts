import { expect, it } from 'vitest';
import { createTableSql } from 'typed-session/postgres';
import { conformance } from '../stores/conformance.js';
import { aRecord } from '../stores/samples.js';
import { database } from './postgres-database.js';
import { serverUrl } from './suite.js';

// docs/scaling.md advises a table that is partitioned by the hash of its key.

const { aStore, aTable, admin } = database(serverUrl('POSTGRES_URL'));

async function aPartitionedTable(): Promise<string> {
  const table = aTable();
  const [createTable = '', ...indexes] = createTableSql(table).split(/(?<=;)\n/);
  await admin.query(createTable.replace(/\);\s*$/, ') PARTITION BY HASH (key);'));
  for (let at = 0; at < 4; at++) {
    await admin.query(`CREATE TABLE ${table}_${at} PARTITION OF ${table} FOR VALUES WITH (MODULUS 4, REMAINDER ${at})`);
  }
  await admin.query(indexes.join('\n'));
  return table;
}

let shared: Promise<string> | undefined;
conformance('PostgresStore on a partitioned table', {
  open: async () => aStore({ table: await (shared ??= aPartitionedTable()) }),
});

it('prunes only what has expired, although rows of two partitions have the same place', async () => {
  const table = await aPartitionedTable();
  const store = await aStore({ table });
  for (let at = 0; at < 40; at++) {
    await store.create(`k${at}`, aRecord({ expiresAt: Date.now() + (at % 2 === 0 ? 60_000 : -1) }));
  }
  const { rows } = await admin.query(`SELECT ctid FROM ${table} GROUP BY ctid HAVING count(*) > 1`);
  expect(rows).not.toEqual([]);
  expect(await store.prune()).toBe(20);
  expect(await store.size()).toBe(20);
});
