// @ts-check
// The routes that are measured, and the goals of the project: each a part of express-session's overhead in the same run.

/**
 * @typedef Route
 * @property {string} path
 * @property {boolean} withSession the client has a session; without one it sends no cookie
 * @property {boolean} [rolling] the middleware renews the session and its cookie on each response
 */

/** @type {Record<string, Route>} */
export const routes = {
  anonymous: { path: '/ignore', withSession: false },
  ignored: { path: '/ignore', withSession: true },
  read: { path: '/read', withSession: true },
  rolling: { path: '/ignore', withSession: true, rolling: true },
  write: { path: '/write', withSession: true },
  regenerate: { path: '/regenerate', withSession: true },
  rotate: { path: '/rotate', withSession: true },
};

/** @typedef {{ warm?: number, cold?: number }} Goal */

/** The goals of `typed-session`, by payload and route. @type {Partial<Record<import('./payloads.mjs').Size, Record<string, Goal>>>} */
const goals = {
  '2kB': {
    anonymous: { warm: 0.1, cold: 0.1 },
    ignored: { warm: 0.04, cold: 0.08 },
    read: { warm: 0.08, cold: 0.2 },
    rolling: { warm: 0.08, cold: 0.12 },
    write: { warm: 0.14, cold: 0.25 },
    regenerate: { warm: 0.45, cold: 0.6 },
    rotate: { warm: 0.45, cold: 0.6 },
  },
  '200kB': { read: { warm: 0.05, cold: 0.13 }, write: { warm: 0.15, cold: 0.22 } },
};

/** The goals of `typed-session/express-session`. @type {typeof goals} */
const dropInGoals = {
  '2kB': {
    anonymous: { warm: 0.5 },
    ignored: { warm: 0.4 },
    read: { warm: 0.4 },
    rolling: { warm: 0.45 },
    write: { warm: 0.6 },
    regenerate: { warm: 0.75 },
  },
};

/** @param {string} library @param {import('./payloads.mjs').Size} size @param {string} route @param {'warm' | 'cold'} state */
export function goalOf(library, size, route, state) {
  const table = library === 'typed-session' ? goals : library === 'drop-in' ? dropInGoals : {};
  return table[size]?.[route]?.[state];
}
