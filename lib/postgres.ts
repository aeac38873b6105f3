/**
 * Sessions in PostgreSQL.
 *
 * @packageDocumentation
 * @module typed-session/postgres
 * @group API
 */

export type { PostgresClient, PostgresPool, PostgresResult } from './stores/postgres/postgres-driver.js';
export type { PostgresStoreOptions } from './stores/postgres/postgres-options.js';
export { PostgresStore } from './stores/postgres/postgres-store.js';
export { createTableSql } from './stores/postgres/postgres-table.js';
