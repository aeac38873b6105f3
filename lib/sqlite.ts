export {
  SqliteStore,
  type SqliteDatabaseOptions,
  type SqliteFileOptions,
  type SqliteStoreOptions,
} from './stores/sqlite/sqlite-store.js';
export type { SqliteDatabase } from './stores/sqlite/database.js';
