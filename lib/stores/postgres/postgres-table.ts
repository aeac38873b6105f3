import { SessionOptionsError } from '../../errors.js';
import { withClient, type PostgresClient, type PostgresPool } from './postgres-driver.js';
import { checkQualifiedTable } from './postgres-options.js';

/**
 * The table's columns. They serve as its version. A release that changes the meaning of a column also renames it, so that
 * a release that does not know the new column rejects the table instead of misreading it.
 */
const COLUMNS = 'key text,revision bigint,expires_at bigint,principal text,record text';

/** The statement that upgrades a table of an older release by one step, by the columns of that table. */
export type TableUpgrades = Readonly<Record<string, (table: string) => string>>;

/** There are none so far. */
const upgrades: TableUpgrades = {};

/** Takes an advisory lock that nothing else uses, until the end of the transaction. Its key is "typed-se" in ASCII. */
const LOCK = 'SELECT pg_advisory_xact_lock(1954115685, 761554277)';

/** Selects the table's columns and indexes. The result has no row if there is no table. */
const INSPECT =
  'SELECT (SELECT string_agg(attname || $$ $$ || format_type(atttypid, NULL), $$,$$ ORDER BY attnum)' +
  ' FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,' +
  ' ARRAY(SELECT i.relname::text FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = c.oid) AS indexes' +
  ' FROM pg_class c WHERE c.oid = to_regclass($1)';

interface TableFacts {
  readonly columns: string;
  readonly indexes: readonly string[];
}

/** Returns the name of a table as SQL: `"sessions"` or `"schema"."sessions"`. */
export function quoted(table: string): string {
  return `"${table.replace('.', '"."')}"`;
}

/**
 * Returns the statements that create a table and its indexes, each with the name of what it creates.
 *
 * The key is collated by bytes. Then the order is the same on every server, it does not change with the operating system,
 * and comparisons are fastest.
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
 * @group Stores
 */
export function createTableSql(table?: string): string {
  return statements(checkQualifiedTable(table))
    .map(([, sql]) => `${sql}\n`)
    .join('');
}

/**
 * Creates a table and its indexes if they are missing, and upgrades a table of an older release. This takes one
 * transaction, and a lock ensures that one process at a time does it. Without the lock, one of two processes that create
 * the table at the same time would fail.
 *
 * @throws SessionOptionsError if the table belongs to something else, or to a newer release
 */
export function createTable(pool: PostgresPool, table: string, steps: TableUpgrades = upgrades): Promise<void> {
  return withClient(pool, async (client) => {
    // Independent of the default of the database, so that each statement sees what other processes have committed.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    try {
      await client.query(LOCK); // released at the end of the transaction, so it works behind PgBouncer
      await bringUp(client, table, steps);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined); // if the connection broke, the server rolls back
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
  // What exists is not created again, because that would require the privileges of the owner.
  const there = found === undefined ? [] : [table.slice(table.indexOf('.') + 1), ...found.indexes];
  for (const [name, sql] of statements(table)) {
    if (!there.includes(name)) await client.query(sql);
  }
}

async function inspect(client: PostgresClient, table: string): Promise<TableFacts | undefined> {
  const { rows } = await client.query(INSPECT, [quoted(table)]);
  return rows[0] as TableFacts | undefined; // the columns that the statement selects
}

function foreignTable(table: string, columns: string): SessionOptionsError {
  return new SessionOptionsError(
    'table',
    `${quoted(table)} has other columns than this release of typed-session gives it: it belongs to something else, ` +
      `or to a newer release. Choose another table, or update (found: ${columns})`,
  );
}
