import type { StoreServer } from '../../stores/store-server.js';
import { clockFinding } from './clock-finding.js';
import { findingsOf, type Finding } from './finding.js';

interface Client {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly object[] }>;
  release(): void;
}

const INDEXES =
  'SELECT a.attname::text AS field, i.indisvalid AS valid FROM pg_index i' +
  ' JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]' +
  ' WHERE i.indrelid = to_regclass($1)';

/** Checks a PostgreSQL server, and the indexes of the table. */
export async function postgresFindings({ client: pool, place }: StoreServer): Promise<Finding[]> {
  const client = await (pool as { connect(): Promise<Client> }).connect(); // the store has checked it
  try {
    const clock = await clockFinding(async () => {
      const { rows } = await client.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
      return Number((rows[0] as { now: unknown }).now); // the column that the statement selects
    });
    const { rows } = await client.query(INDEXES, [`"${place.replace('.', '"."')}"`]);
    return [clock, indexFinding(place, rows as { field: string; valid: boolean }[])]; // its columns
  } finally {
    client.release();
  }
}

function indexFinding(table: string, rows: readonly { readonly field: string; readonly valid: boolean }[]): Finding {
  const { ok, problem } = findingsOf('indexes');
  const indexed = rows.filter(({ valid }) => valid).map(({ field }) => field);
  const missing = ['key', 'expires_at', 'principal'].filter((field) => !indexed.includes(field));
  if (missing.length === 0) return ok(`the table ${table} has all of its indexes`);
  return problem(
    `the table ${table} has no valid index on ${missing.join(', ')}: pruning and revoke() read the whole table`,
    'await store.setup() once, or run the SQL of createTableSql()',
  );
}
