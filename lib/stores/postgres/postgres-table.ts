import { SessionOptionsError } from '../../errors.js';
import { withClient, type PostgresClient, type PostgresPool } from './postgres-driver.js';
import { checkTable } from './postgres-options.js';

/**
 * The table's columns. They are its version: a release that gives a column another meaning gives it another name, so
 * that a release which does not know it refuses the table instead of misreading it.
 */
const COLUMNS = 'key text,revision bigint,expires_at bigint,principal text,record text';

/** What brings a table of an older release one step further, by the columns that it has. */
export type TableUpgrades = Readonly<Record<string, (table: string) => string>>;

/** None so far. */
const upgrades: TableUpgrades = {};

/** One that nothing else takes, for the length of a transaction: "typed-se" in ASCII. */
const LOCK = 'SELECT pg_advisory_xact_lock(1954115685, 761554277)';

/** Which columns the table has and which indexes: no row where there is no table. */
const INSPECT =
  'SELECT (SELECT string_agg(attname || $$ $$ || format_type(atttypid, NULL), $$,$$ ORDER BY attnum)' +
  ' FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,' +
  ' ARRAY(SELECT i.relname::text FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = c.oid) AS indexes' +
  ' FROM pg_class c WHERE c.oid = to_regclass($1)';

interface Found {
  readonly columns: string;
  readonly indexes: readonly string[];
}

/** A table's name as SQL: `"sessions"`, or `"schema"."sessions"`. */
export function quoted(table: string): string {
  return `"${table.replace('.', '"."')}"`;
}

/**
 * The statements that make a table, each with the name of what it makes.
 *
 * The key's collation is that of bytes: the order is then the same on every server and stays when the operating
 * system changes its own, and comparing is cheapest.
 */
function statements(table: string): readonly (readonly [name: string, sql: string])[] {
  const name = table.slice(table.indexOf('.') + 1);
  return [
    [
      name,
      `CREATE TABLE IF NOT EXISTS ${quoted(table)} (
  key text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  expires_at bigint NOT NULL,
  principal text COLLATE "C",
  record text NOT NULL
);`,
    ],
    [`${name}_expires_at`, `CREATE INDEX IF NOT EXISTS "${name}_expires_at" ON ${quoted(table)} (expires_at);`],
    [
      `${name}_principal`,
      `CREATE INDEX IF NOT EXISTS "${name}_principal" ON ${quoted(table)} (principal) WHERE principal IS NOT NULL;`,
    ],
  ];
}

/**
 * The SQL that creates the table of a {@link PostgresStore} and its indexes, for tools that keep a database's migrations
 * in files. `store.setup()` runs the same SQL if there is no table.
 *
 * @param table - the store's option `table`; `sessions` if it is left out
 * @throws SessionOptionsError if the store does not accept the name
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { createTableSql } from 'typed-session/postgres';
 *
 * writeFileSync('migrations/0001-sessions.sql', createTableSql('web.sessions'));
 * ```
 */
export function createTableSql(table?: string): string {
  return statements(checkTable(table))
    .map(([, sql]) => `${sql}\n`)
    .join('');
}

/**
 * Makes a table and its indexes where they are missing, and brings a table of an older release to today's form. All in
 * one transaction, and one process at a time: without a lock two that make a table at once make one of them fail.
 *
 * @throws SessionOptionsError where the table is something else
 */
export function createTable(pool: PostgresPool, table: string, steps: TableUpgrades = upgrades): Promise<void> {
  return withClient(pool, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED'); // whatever the database's default, so that each statement sees what the others did
    try {
      await client.query(LOCK); // let go of at the end of the transaction, so PgBouncer does not matter
      await bringUp(client, table, steps);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined); // where the connection broke, the server does it by itself
      throw error;
    }
  });
}

async function bringUp(client: PostgresClient, table: string, steps: TableUpgrades): Promise<void> {
  let found = await inspect(client, table);
  while (found !== undefined && found.columns !== COLUMNS) {
    const step = steps[found.columns];
    if (step === undefined) throw foreignTable(table, found.columns);
    await client.query(step(table));
    found = await inspect(client, table);
  }
  // what is there is not made again, which would ask for the owner's rights
  const there = found === undefined ? [] : [table.slice(table.indexOf('.') + 1), ...found.indexes];
  for (const [name, sql] of statements(table)) {
    if (!there.includes(name)) await client.query(sql);
  }
}

async function inspect(client: PostgresClient, table: string): Promise<Found | undefined> {
  const { rows } = await client.query(INSPECT, [quoted(table)]);
  return rows[0] as Found | undefined; // our own statement's columns
}

function foreignTable(table: string, columns: string): SessionOptionsError {
  return new SessionOptionsError(
    'table',
    `${quoted(table)} has other columns than this release of typed-session gives it: it belongs to something else, ` +
      `or to a newer release. Choose another table, or update (found: ${columns})`,
  );
}
