import { ConnectSessionKnexStore } from 'connect-session-knex';
import knex from 'knex';
import type { ExpressSessionStore } from 'typed-session';
import { existingStore, serverUrl, stored, through } from './suite.js';

const url = serverUrl('POSTGRES_URL');

existingStore('connect-session-knex', {
  port: Number(url.port),
  open: async (port) => {
    const database = knex({ client: 'pg', connection: through(url, port), acquireConnectionTimeout: 2000 });
    const store = new ConnectSessionKnexStore({ knex: database, tableName: 'knex_sessions', createTable: true, cleanupInterval: 0 }); // prettier-ignore
    const untyped = store as unknown as ExpressSessionStore; // it is typed by @types/express-session, which is not here
    await stored(untyped, 'nobody'); // its table is there: two stores that make it at the same time collide
    return { store: untyped, close: () => database.destroy() };
  },
});
