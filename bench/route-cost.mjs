// @ts-check
// What a session costs on one route, with each of the libraries in the same run.
import { blocks, p10 } from './blocks.mjs';
import { quick } from './production.mjs';
import { clientsOf } from './clients.mjs';
import { libraryOf } from './libraries.mjs';
import { routes } from './routes.mjs';

/** @typedef {import('./payloads.mjs').Size} Size */
/** @typedef {{ bare: number, above: number }} Cost µs of CPU per request: without sessions, and what they add */

/** By payload: requests in a block, and the sessions of cold figures, which are more than a cache of a thousand holds. */
export const plans = {
  '300B': { requests: 100, sessions: 20_000 },
  '2kB': { requests: 100, sessions: 20_000 },
  '20kB': { requests: 25, sessions: 4000 },
  '200kB': { requests: 4, sessions: 1500 },
};

/** Libraries that cannot be loaded, and why. @type {Map<string, string>} */
export const missing = new Map();

/** The libraries that can be loaded. @param {readonly string[]} names @returns {Promise<Map<string, import('./libraries.mjs').Library>>} */
export async function load(names) {
  const loaded = new Map();
  for (const name of names) {
    try {
      loaded.set(name, await libraryOf(name));
    } catch (error) {
      missing.set(name, String(/** @type {Error} */ (error).message).split('\n', 1)[0] ?? '');
    }
  }
  return loaded;
}

/**
 * @param {string} name of the route
 * @param {Size} size
 * @param {{ cold: boolean, sessions?: number | undefined, rounds: number, libraries: readonly string[] }} options
 * @returns {Promise<Map<string, Cost>>} by library
 */
export async function measureRoute(
  name,
  size,
  { cold, sessions = quick ? 500 : plans[size].sessions, rounds, libraries },
) {
  const route = routes[name];
  if (route === undefined) throw new Error(`no route ${name} (there are ${Object.keys(routes).join(', ')})`);
  const taking = new Map(
    [...(await load(libraries))].filter(
      ([, { routes = [name], sizes = [size] }]) => routes.includes(name) && sizes.includes(size),
    ),
  );
  const bares = new Set([...taking.values()].map(({ bare = 'bare' }) => bare));
  /** @type {Record<string, import('./blocks.mjs').Run>} */
  const contenders = {};
  for (const [library, { open }] of [...(await load([...bares])), ...taking]) {
    const clients = bares.has(library) ? 0 : cold ? sessions : 1;
    contenders[library] = await clientsOf(await open(size, { rolling: route.rolling }), route, clients);
  }
  const took = await blocks(contenders, { rounds, warmUp: 40, requests: plans[size].requests });
  /** @param {string} library */
  const figure = (library) => p10(took[library] ?? []);
  return new Map(
    [...taking].map(([library, { bare = 'bare' }]) => [
      library,
      { bare: figure(bare), above: figure(library) - figure(bare) },
    ]),
  );
}
