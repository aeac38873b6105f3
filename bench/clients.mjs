// @ts-check
// Clients that keep the cookie of their session, as browsers do.
import { request } from './request.mjs';

/**
 * One request after another: of one client for warm figures, or each of another of many clients for cold ones.
 *
 * @param {import('./libraries.mjs').App} app
 * @param {import('./routes.mjs').Route} route
 * @param {number} clients how many; each has a session of its own. Without a session library, none
 * @returns {Promise<import('./blocks.mjs').Run>} runs the next request
 */
export async function clientsOf(app, { path, withSession }, clients) {
  if (!withSession) return () => request(app, path, undefined);
  /** @type {string[]} */
  const cookies = [];
  for (let i = 0; i < clients; i++) {
    const cookie = await request(app, '/fill', undefined);
    if (cookie === undefined) throw new Error('no cookie was set');
    cookies.push(cookie);
  }
  if (clients === 0) cookies.push('sid=means-nothing');
  let next = 0;
  return async () => {
    const i = next;
    next = i + 1 >= clients ? 0 : i + 1;
    const cookie = await request(app, path, cookies[i]);
    if (cookie !== undefined) cookies[i] = cookie;
  };
}
