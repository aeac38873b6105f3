// @ts-check
// CPU per request above bare Express, in this process. Without arguments, everything; with some, the part of it that a
// change of the code is about:
//   node bench/overhead.mjs [ROUTE…] [--size=2kB] [--cold] [--sessions=20000] [--libraries=typed-session,drop-in] [--rounds=300]
import { quick } from './production.mjs';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chart } from './chart.mjs';
import { sizes } from './payloads.mjs';
import { measureRoute, missing } from './route-cost.mjs';
import { goalOf, routes } from './routes.mjs';
import { printMachine, printTable, verdict } from './tables.mjs';

/** @typedef {import('./payloads.mjs').Size} Size */
/** @typedef {Record<string, Map<string, import('./route-cost.mjs').Cost>>} Costs by route */

const ours = ['typed-session', 'drop-in'];
const stateful = ['express-session', ...ours, 'memorystore', 'HMAC + Map'];
const everyone = [...stateful, 'cookie-session', 'client-sessions', 'iron-session', 'fastify', 'better-auth'];

/** What `npm run bench` measures. @type {{ size: Size, cold: boolean, libraries: readonly string[], names?: readonly string[] }[]} */
const plan = [
  { size: '2kB', cold: false, libraries: everyone },
  { size: '2kB', cold: true, libraries: stateful, names: ['ignored', 'read', 'rolling', 'write', 'regenerate', 'rotate'] },
  ...(/** @type {const} */ (['300B', '20kB', '200kB']).flatMap((size) =>
    [false, true].map((cold) => ({ size, cold, libraries: ['express-session', ...ours], names: ['read', 'write'] })),
  )),
]; // prettier-ignore

/** @param {number} one */
const fixed = (one) => one.toFixed(Math.abs(one) < 100 ? 1 : 0);

/** @param {Costs} costs @param {Size} size @param {boolean} cold */
function rowsOfGoals(costs, size, cold) {
  const state = cold ? 'cold' : 'warm';
  return Object.entries(costs).flatMap(([name, cost]) => {
    const theirs = cost.get('express-session')?.above ?? NaN;
    return [...cost].flatMap(([library, { bare, above }]) => {
      if (library === 'express-session') return [];
      const goal = goalOf(library, size, name, state);
      const ratio = above / theirs;
      return [[name, library, fixed(bare), fixed(theirs), fixed(above), ratio.toFixed(3), goal?.toFixed(2), verdict(ratio, goal)]]; // prettier-ignore
    });
  });
}

/** Microseconds of each library on each route. @param {Costs} costs @param {readonly string[]} libraries */
function rowsOfLibraries(costs, libraries) {
  return libraries.map((library) => [
    library,
    ...Object.values(costs).map((cost) => {
      const found = cost.get(library);
      return found === undefined ? '–' : fixed(found.above);
    }),
  ]);
}

/** @param {readonly string[]} names @param {typeof plan[number]} what @param {number} rounds @param {number} [sessions] */
async function measure(names, { size, cold, libraries }, rounds, sessions) {
  /** @type {Costs} */
  const costs = {};
  for (const name of names) {
    console.error(`overhead: ${size} ${cold ? 'cold' : 'warm'} ${name}`);
    costs[name] = await measureRoute(name, size, { cold, sessions, rounds, libraries });
  }
  return costs;
}

const columns = ['route', 'library', 'bare', 'express-session', 'library adds', 'ratio', 'goal', ''];

/** @param {string | undefined} svg the file of the chart */
async function everything(svg) {
  printMachine(['typed-session', 'express', 'zod', 'express-session', 'memorystore', 'cookie-session', 'client-sessions', 'iron-session', 'fastify', '@fastify/session', 'better-auth']); // prettier-ignore
  for (const what of plan) {
    const { size, cold, libraries, names = Object.keys(routes) } = what;
    const costs = await measure(names, what, 120);
    const title = `${size}, ${cold ? 'cold' : 'warm'}`;
    const mine = Object.fromEntries(
      Object.entries(costs).map(([name, cost]) => [
        name,
        new Map([...cost].filter(([library]) => ['express-session', ...ours].includes(library))),
      ]),
    );
    printTable(`${title}: µs of CPU per request`, columns, rowsOfGoals(mine, size, cold));
    if (libraries.length > 3) printTable(`${title}: µs that each library adds`, ['library', ...names], rowsOfLibraries(costs, libraries)); // prettier-ignore
    if (what === plan[0] && svg !== undefined && !quick) writeFileSync(svg, chart(costs, ours));
  }
  for (const [library, reason] of missing) console.log(`\nNot measured: ${library} (${reason})`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string' },
    cold: { type: 'boolean', default: false },
    sessions: { type: 'string' },
    rounds: { type: 'string', default: '300' },
    libraries: { type: 'string', default: ours.join() },
    svg: { type: 'string' },
  },
});
const size = /** @type {Size} */ (values.size ?? '2kB');
if (!(size in sizes)) throw new Error(`no size ${size} (there are ${Object.keys(sizes).join(', ')})`);
if (positionals.length === 0 && values.size === undefined && !values.cold) await everything(values.svg);
else {
  const names = positionals.length > 0 ? positionals : Object.keys(routes);
  const what = { size, cold: values.cold, libraries: ['express-session', ...values.libraries.split(',')] };
  const costs = await measure(names, what, Number(values.rounds), values.sessions === undefined ? undefined : Number(values.sessions)); // prettier-ignore
  printTable(`${size}, ${values.cold ? 'cold' : 'warm'}: µs of CPU per request`, columns, rowsOfGoals(costs, size, values.cold)); // prettier-ignore
  for (const [library, reason] of missing) console.log(`not measured: ${library} (${reason})`);
}
process.exit(); // better-auth and stores have timers
