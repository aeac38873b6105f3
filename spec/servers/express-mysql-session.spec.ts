import { createRequire } from 'node:module';
import type { ExpressSessionStore } from 'typed-session';
import session from 'typed-session/express-session';
import { existingStore, serverUrl, through } from './suite.js';

const url = serverUrl('MYSQL_URL');
// It takes the session module; it has no types of its own.
const factory = createRequire(import.meta.url)('express-mysql-session') as (
  of: unknown,
) => new (options: object) => ExpressSessionStore & { close: () => Promise<void>; onReady: () => Promise<void> };
const MySqlStore = factory(session);

existingStore('express-mysql-session', {
  port: Number(url.port),
  open: async (port) => {
    const { hostname, port: at, username, pathname } = new URL(through(url, port));
    const store = new MySqlStore({ host: hostname, port: Number(at), user: username, database: pathname.slice(1), connectTimeout: 2000 }); // prettier-ignore
    await store.onReady();
    return { store, close: () => store.close() };
  },
});
