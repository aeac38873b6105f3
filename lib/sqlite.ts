/**
 * Sessions in an SQLite file.
 *
 * @packageDocumentation
 * @module typed-session/sqlite
 * @group API
 */

export type { SqliteDatabase } from './stores/sqlite/sqlite-driver.js';
export type { SqliteDatabaseOptions, SqliteFileOptions, SqliteStoreOptions } from './stores/sqlite/sqlite-options.js';
export { SqliteStore } from './stores/sqlite/sqlite-store.js';
