// @ts-check
// Heap bytes that a request allocates above bare Express, collected or not: how much `heapUsed` grows over a round of
// requests in which nothing is collected. `main.mjs` starts Node with a young generation that is large enough for that.
//   node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/allocation.mjs
import { quick } from './production.mjs';
import { PerformanceObserver } from 'node:perf_hooks';
import { clientsOf } from './clients.mjs';
import { libraryOf } from './libraries.mjs';
import { routes } from './routes.mjs';
import { printMachine, printTable, verdict } from './tables.mjs';

const requests = 1000;
const rounds = quick ? 1 : 5;
const libraries = ['express-session', 'typed-session', 'drop-in', 'HMAC + Map'];

/** kB per request, at 2 kB of payload, warm. @type {Record<string, number>} */
const goals = { anonymous: 1.3, read: 8, write: 14, regenerate: 22, rotate: 22 };

let collections = 0;
new PerformanceObserver((list) => void (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] });
const collect = /** @type {() => void} */ (globalThis.gc);

/** Lets the observer report. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** @param {import('./blocks.mjs').Run} run @returns {Promise<number>} bytes per request: the median of the rounds in which nothing was collected */
async function allocated(run) {
  for (let i = 0; i < (quick ? 200 : 2000); i++) await run();
  /** @type {number[]} */
  const figures = [];
  for (let round = 0; round < rounds; round++) {
    collect();
    await pause();
    collections = 0;
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < requests; i++) await run();
    const grown = process.memoryUsage().heapUsed - before;
    await pause();
    if (collections === 0) figures.push(grown / requests);
  }
  if (figures.length === 0) throw new Error('everything was collected in between: see the flags in bench/main.mjs');
  return figures.sort((a, b) => a - b)[figures.length >> 1] ?? NaN;
}

printMachine(['typed-session', 'express', 'zod', 'express-session']);
/** @type {(string | number | undefined)[][]} */
const rows = [];
for (const [name, route] of Object.entries(routes)) {
  /** @type {Record<string, number>} */
  const kB = {};
  for (const library of ['bare', ...libraries]) {
    const { open, routes: had = [name] } = await libraryOf(library);
    if (!had.includes(name)) continue;
    const run = await clientsOf(await open('2kB', { rolling: route.rolling }), route, library === 'bare' ? 0 : 1);
    kB[library] = (await allocated(run)) / 1000;
  }
  const { bare = NaN } = kB;
  const above = libraries.map((library) => (kB[library] === undefined ? '–' : (kB[library] - bare).toFixed(1)));
  const goal = goals[name];
  rows.push([name, bare.toFixed(1), ...above, goal?.toFixed(1), verdict((kB['typed-session'] ?? NaN) - bare, goal)]);
}
printTable('Heap allocated per request, kB above bare Express (2 kB, warm)', ['route', 'bare', ...libraries, 'goal', ''], rows); // prettier-ignore
process.exit();
