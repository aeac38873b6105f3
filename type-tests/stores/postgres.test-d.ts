import pg from 'pg';
import { expectAssignable, expectError, expectType } from 'tsd';
import type { SessionStore } from 'typed-session';
import { createTableSql, PostgresStore, type PostgresPool } from 'typed-session/postgres';

// A pool of pg is taken as it is; its types are not needed to compile the library's.
const pool = new pg.Pool({ connectionString: 'postgres://127.0.0.1' });
expectAssignable<PostgresPool>(pool);
expectAssignable<SessionStore>(new PostgresStore({ pool }));
new PostgresStore({ pool, table: 'web.sessions', pruneInterval: 0 });
new PostgresStore({ pool, table: undefined, pruneInterval: undefined });

expectError(new PostgresStore());
expectError(new PostgresStore({}));
expectError(new PostgresStore({ pool: new pg.Client() }));
expectError(new PostgresStore({ pool: 'postgres://127.0.0.1' }));
expectError(new PostgresStore({ pool: { connectionString: 'postgres://127.0.0.1' } }));
expectError(new PostgresStore({ pool, tableName: 'sessions' }));
expectError(new PostgresStore({ pool, pruneInterval: '60s' }));

expectType<Promise<void>>(new PostgresStore({ pool }).setup());
expectType<string>(createTableSql());
expectType<string>(createTableSql('web.sessions'));
