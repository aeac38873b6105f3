// @ts-check
// The stores of express-session that the scale program compares with, behind promises.
import { createRequire } from 'node:module';
import { RedisStore } from 'connect-redis';
import expressSession from 'express-session';

/** @typedef {{ get: (id: string) => Promise<unknown>, set: (id: string, session: object) => Promise<unknown>, touch: (id: string, session: object) => Promise<unknown> }} Theirs */

/** What express-session stores for a session of the same payload. @param {string} data */
export function theirSession(data) {
  const cookie = { originalMaxAge: 3_600_000, expires: new Date(Date.now() + 3_600_000), secure: true, httpOnly: true, path: '/' }; // prettier-ignore
  return { cookie, ...JSON.parse(data) };
}

/** @param {any} store @returns {Theirs} */
function promised(store) {
  const call =
    (/** @type {string} */ method) =>
    (/** @type {unknown[]} */ ...args) =>
      new Promise((resolve, reject) => {
        store[method](...args, (/** @type {unknown} */ error, /** @type {unknown} */ result) => {
          if (error) reject(error instanceof Error ? error : new Error('the store failed', { cause: error }));
          else resolve(result);
        });
      });
  return { get: call('get'), set: call('set'), touch: call('touch') };
}

/** @param {any} client */
export const ConnectRedis = (client) => promised(new RedisStore({ client, prefix: 'theirs:' }));

/** @param {import('pg').Pool} pool */
export async function connectPgSimple(pool) {
  await pool.query('CREATE SCHEMA IF NOT EXISTS scale_theirs');
  const Store = createRequire(import.meta.url)('connect-pg-simple')(expressSession);
  const options = { schemaName: 'scale_theirs', createTableIfMissing: true, pruneSessionInterval: false };
  const store = new Store({ pool, ...options });
  return { ...promised(store), close: () => store.close() };
}
