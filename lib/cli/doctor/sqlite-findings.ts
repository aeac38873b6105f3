import type { StoreServer } from '../../stores/store-server.js';
import { findingsOf, type Finding } from './finding.js';

interface Database {
  prepare(sql: string): { get(): unknown };
}

/** Checks an SQLite database. The store creates its indexes itself, so they are there. */
export async function sqliteFindings({ client }: StoreServer): Promise<Finding[]> {
  const { ok, note, warning } = findingsOf('sqlite');
  const row = (client as Database).prepare('PRAGMA journal_mode').get(); // the store has checked it
  const mode = String(Object.values(row as object)[0]);
  if (mode === 'wal') return [ok('write-ahead log, and all indexes')];
  if (mode === 'memory') return [note('the database is in memory, and ends with the process')];
  return [
    warning(`the journal mode is ${mode}: readers and a writer wait for each other`, 'PRAGMA journal_mode = WAL'),
  ];
}
