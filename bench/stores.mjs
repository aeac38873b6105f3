// @ts-check
// Sessions on a server: what passes between the process and the server for one request, and what that costs the process.
//   node scripts/servers.mjs run REDIS_URL POSTGRES_URL MONGO_URL -- node bench/stores.mjs [Redis] [PostgreSQL] [MongoDB]
import './production.mjs';
import { blocks, p10 } from './blocks.mjs';
import { clientsOf } from './clients.mjs';
import { libraryOf } from './libraries.mjs';
import { routes } from './routes.mjs';
import { servers } from './server-stores.mjs';
import { printMachine, printTable, verdict } from './tables.mjs';
import { lineTo } from './traffic.mjs';

/** @typedef {import('./server-stores.mjs').Kind} Kind */

const counted = 20;
const atOnce = 10;
/** The goals of the CPU, as a part of what express-session costs. @type {Record<string, Record<string, number>>} */
const goals = { Redis: { read: 0.3, write: 0.45 }, PostgreSQL: { read: 0.35, write: 0.55 } };

/** The apps on the stores of both. @param {import('./server-stores.mjs').Stores} stores @param {boolean} [rolling] */
async function appsOn({ theirs, ours }, rolling) {
  /** @param {string} library @param {any} store */
  const open = async (library, store) => (await libraryOf(library)).open('2kB', { store, rolling });
  return {
    bare: await open('bare', undefined),
    theirs: await open('express-session', theirs),
    ours: await open('typed-session', ours),
  };
}

/** Commands that are sent after the response are waited for. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 50));

/** @param {Kind} kind @param {string} url */
async function printTraffic(kind, url) {
  const line = await lineTo(kind, url);
  const stores = await servers[kind].open(line.url);
  /** @type {(string | number)[][]} */
  const rows = [];
  for (const [name, route] of Object.entries(routes)) {
    const apps = await appsOn(stores, route.rolling);
    for (const who of /** @type {const} */ (['theirs', 'ours'])) {
      const run = await clientsOf(apps[who], route, 1);
      await run();
      await quiet();
      line.take();
      for (let i = 0; i < counted; i++) await run();
      await quiet();
      const { commands, roundTrips, out, in: answered } = line.take();
      const figures = [commands, roundTrips].map((one) => Number((one / counted).toFixed(2)));
      const bytes = [out, answered].map((one) => Math.round(one / counted));
      rows.push([name, who === 'ours' ? 'typed-session' : servers[kind].theirs, ...figures, ...bytes]);
    }
  }
  await stores.close();
  line.close();
  printTable(`${kind}: what passes for one request (2 kB)`, ['route', 'store', 'commands', 'round trips', 'bytes out', 'bytes in'], rows); // prettier-ignore
}

/** Requests of ten clients side by side, as in a process that serves a site. @param {import('./libraries.mjs').App} app @param {import('./routes.mjs').Route} route @param {boolean} bare */
async function batch(app, route, bare) {
  const runs = await Promise.all(Array.from({ length: atOnce }, () => clientsOf(app, route, bare ? 0 : 1)));
  return () => Promise.all(runs.map((run) => run()));
}

/** @param {Kind} kind @param {string} url */
async function printCpu(kind, url) {
  const stores = await servers[kind].open(url);
  /** @type {(string | number | undefined)[][]} */
  const rows = [];
  for (const name of ['ignored', 'read', 'rolling', 'write', 'regenerate', 'rotate']) {
    console.error(`stores: ${kind} ${name}`);
    const route = /** @type {import('./routes.mjs').Route} */ (routes[name]);
    const apps = await appsOn(stores, route.rolling);
    const contenders = {
      bare: await batch(apps.bare, route, true),
      theirs: await batch(apps.theirs, route, false),
      ours: await batch(apps.ours, route, false),
    };
    const took = await blocks(contenders, { rounds: 80, warmUp: 40, requests: 5 });
    const [bare, theirs, ours] = ['bare', 'theirs', 'ours'].map((who) => p10(took[who] ?? []) / atOnce);
    const [them, us] = [(theirs ?? NaN) - (bare ?? NaN), (ours ?? NaN) - (bare ?? NaN)];
    const goal = goals[kind]?.[name];
    rows.push([name, them.toFixed(1), us.toFixed(1), (us / them).toFixed(2), goal?.toFixed(2), verdict(us / them, goal)]); // prettier-ignore
  }
  await stores.close();
  printTable(`${kind}: µs of CPU in the process above bare Express (2 kB, ten requests at once)`, ['route', servers[kind].theirs, 'typed-session', 'ratio', 'goal', ''], rows); // prettier-ignore
}

printMachine(['typed-session', 'connect-redis', 'redis', 'connect-pg-simple', 'pg', 'connect-mongo', 'mongodb']);
const chosen = process.argv.slice(2);
for (const kind of /** @type {Kind[]} */ (Object.keys(servers))) {
  if (chosen.length > 0 && !chosen.includes(kind)) continue;
  const url = process.env[servers[kind].variable];
  if (url === undefined) {
    console.log(`\nNot measured: ${kind} (${servers[kind].variable} is not set: see scripts/servers.mjs)`);
    continue;
  }
  await printTraffic(kind, url);
  if (kind !== 'MongoDB') await printCpu(kind, url); // the stand-in for MongoDB answers as fast as Java lets it
}
process.exit();
