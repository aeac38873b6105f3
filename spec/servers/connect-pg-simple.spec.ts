import { createRequire } from 'node:module';
import { Pool } from 'pg';
import type { ExpressSessionStore } from 'typed-session';
import session from 'typed-session/express-session';
import { existingStore, serverUrl, through } from './suite.js';

const url = serverUrl('POSTGRES_URL');
// It takes the session module, as stores did in their beginnings; it has no types of its own.
const factory = createRequire(import.meta.url)('connect-pg-simple') as (
  of: unknown,
) => new (options: object) => ExpressSessionStore & { close: () => unknown };
const PgStore = factory(session);

existingStore('connect-pg-simple', {
  port: Number(url.port),
  open: async (port) => {
    const pool = new Pool({ connectionString: through(url, port), connectionTimeoutMillis: 2000 });
    pool.on('error', () => undefined); // it connects anew by itself
    const store = new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false });
    return Promise.resolve({ store, close: async () => { await store.close(); await pool.end(); } }); // prettier-ignore
  },
});
