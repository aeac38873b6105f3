// @ts-check
// CPU per request above bare Express, in this process:
//   node bench/overhead.mjs [ROUTE…] [--size=2kB] [--cold] [--sessions=20000] [--only=typed-session,drop-in] [--rounds=300]
import './production.mjs';
import { parseArgs } from 'node:util';
import { appOf } from './apps.mjs';
import { blocks, p10 } from './blocks.mjs';
import { clientsOf } from './clients.mjs';
import { sizes } from './payloads.mjs';
import { goalOf, routes } from './routes.mjs';

/** @typedef {import('./payloads.mjs').Size} Size */

/** By payload: requests in a block, and sessions for cold figures, more than a cache of a thousand holds. */
const plans = {
  '300B': { requests: 100, sessions: 20_000 },
  '2kB': { requests: 100, sessions: 20_000 },
  '20kB': { requests: 25, sessions: 4000 },
  '200kB': { requests: 4, sessions: 1500 },
};

/**
 * @param {string} name of the route
 * @param {Size} size
 * @param {{ cold: boolean, sessions?: number | undefined, rounds: number, libraries: readonly string[] }} options
 * @returns {Promise<Record<string, number>>} µs of CPU per request, by library and `bare`
 */
export async function measureRoute(name, size, { cold, sessions, rounds, libraries }) {
  const route = routes[name];
  if (route === undefined) throw new Error(`no route ${name} (there are ${Object.keys(routes).join(', ')})`);
  const clients = cold ? (sessions ?? plans[size].sessions) : 1;
  /** @type {Record<string, import('./blocks.mjs').Run>} */
  const contenders = {};
  for (const library of ['bare', ...libraries]) {
    const app = appOf(library, size, { rolling: route.rolling });
    contenders[library] = await clientsOf(app, route, library === 'bare' ? 0 : clients);
  }
  const took = await blocks(contenders, { rounds, warmUp: 60, requests: plans[size].requests });
  return Object.fromEntries(Object.entries(took).map(([library, figures]) => [library, p10(figures)]));
}

/** One line for each library. @param {string} name @param {Size} size @param {'warm' | 'cold'} state @param {Record<string, number>} took */
function print(name, size, state, took) {
  const { bare = NaN, 'express-session': theirs = NaN, ...others } = took;
  for (const [library, figure] of Object.entries(others)) {
    const ratio = (figure - bare) / (theirs - bare);
    const goal = goalOf(library, size, name, state);
    const verdict = goal === undefined ? '' : `<= ${goal.toFixed(2)} ${ratio <= goal ? 'met' : 'missed'}`;
    const numbers = [bare, theirs - bare, figure - bare].map((one) => one.toFixed(1).padStart(9)).join('');
    console.log(`${name.padEnd(11)}${size.padEnd(6)}${state.padEnd(5)}${numbers}  ${library.padEnd(15)}${ratio.toFixed(3).padStart(6)}  ${verdict}`); // prettier-ignore
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '2kB' },
    cold: { type: 'boolean', default: false },
    sessions: { type: 'string' },
    rounds: { type: 'string', default: '300' },
    only: { type: 'string', default: 'typed-session,drop-in' },
  },
});
const size = /** @type {Size} */ (values.size);
if (!(size in sizes)) throw new Error(`no size ${size} (there are ${Object.keys(sizes).join(', ')})`);
console.log(`node ${process.version}; µs of CPU per request, 10th percentile of ${values.rounds} blocks`);
console.log('route      size  state     bare   theirs     ours  of which         ratio  goal');
for (const name of positionals.length === 0 ? Object.keys(routes) : positionals) {
  const took = await measureRoute(name, size, {
    cold: values.cold,
    sessions: values.sessions === undefined ? undefined : Number(values.sessions),
    rounds: Number(values.rounds),
    libraries: ['express-session', ...values.only.split(',')],
  });
  print(name, size, values.cold ? 'cold' : 'warm', took);
}
