import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, vi } from 'vitest';
import { openDatabase, type OwnDatabase, type SqliteDatabase } from '../../lib/stores/sqlite/sqlite-driver.js';
import type { SqliteStoreOptions } from '../../lib/stores/sqlite/sqlite-options.js';
import { SqliteStore } from '../../lib/stores/sqlite/sqlite-store.js';

/** Where the files of one spec are; it goes with them. */
export const folder = mkdtempSync(join(tmpdir(), 'typed-session-sqlite-'));
/** What is to be closed after a test, in this order. */
export const open: (SqliteStore | OwnDatabase)[] = [];
let files = 0;

/** The path of a file that is not there yet. */
export function aFile(): string {
  return join(folder, `${files++}.db`);
}

/** A store that is closed after the test. */
export function aStore(options: SqliteStoreOptions): SqliteStore {
  const store = new SqliteStore(options);
  open.push(store);
  return store;
}

/** An open database that is closed after the test. */
export function aDatabase(file = ':memory:'): OwnDatabase {
  const database = openDatabase(file);
  open.push(database);
  return database;
}

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const one of open.splice(0)) await one.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The one value of a query's first row. */
export function ask(database: SqliteDatabase, sql: string): unknown {
  const row = database.prepare(sql).get() as object; // bindings give rows as objects
  return Object.entries(row).find(([name]) => name !== '_metadata')?.[1]; // libsql adds _metadata to a row
}
