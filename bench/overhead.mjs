// @ts-check
// CPU per request above bare Express: typed-session against express-session, in one process. See bench/README.md.
import { request } from './request.mjs';
import { appsOn, scenariosOn } from './scenarios.mjs';
import { close, storesOf } from './stores.mjs';

const rounds = 9;
const kind = /** @type {'memory' | 'redis' | 'postgres'} */ (process.argv[2] ?? 'memory');
const requests = Number(process.argv[3] ?? (kind === 'memory' ? 3000 : 1000));
/** A server's answers are waited for: requests come side by side, as they do in a process that serves a site. */
const atOnce = kind === 'memory' ? 1 : 10;
const apps = appsOn(await storesOf(kind));

/** @param {string} name */
const app = (name) => {
  const found = apps[name];
  if (found === undefined) throw new Error(`no app ${name}`);
  return found;
};

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @typedef {{ cookie?: string | undefined }} Jar */

/** CPU microseconds of one request; as many at the same time as there are jars. @param {string} name @param {string} path @param {Jar[]} jars */
async function measure(name, path, jars) {
  const before = process.cpuUsage();
  for (let done = 0; done < requests; done += jars.length) {
    if (jars.length === 1) await once(name, path, /** @type {Jar} */ (jars[0]));
    else await Promise.all(jars.map((jar) => once(name, path, jar)));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

/** @param {string} name @param {string} path @param {Jar} jar */
async function once(name, path, jar) {
  const cookie = await request(app(name), path, jar.cookie);
  if (cookie !== undefined && jar.cookie !== undefined) jar.cookie = cookie;
}

/** A client each, with a session of its own or without. @param {string} name @param {boolean} withSession @returns {Promise<Jar[]>} */
function clients(name, withSession) {
  const make = async () => (withSession ? { cookie: await request(app(name), '/fill', undefined) } : {});
  return Promise.all(Array.from({ length: atOnce }, make));
}

console.log(
  `node ${process.version}, ${requests} requests a round, ${rounds} rounds, ${atOnce} at once, 2 kB, store: ${kind}; CPU µs above bare Express`,
);
console.log('scenario            bare  express-session  typed-session  ratio [spread]       goal');
for (const [name, path, withSession, goal, theirs, ours] of scenariosOn(kind)) {
  const jars = {
    bare: await clients(theirs, withSession),
    theirs: await clients(theirs, withSession),
    ours: await clients(ours === 'typed-session on demand' ? 'typed-session' : ours, withSession),
  };
  /** @type {{ bare: number[], theirs: number[], ours: number[] }} */
  const times = { bare: [], theirs: [], ours: [] };
  for (let round = 0; round <= rounds; round++) {
    const took = {
      bare: await measure('bare', path, jars.bare),
      theirs: await measure(theirs, path, jars.theirs),
      ours: await measure(ours, path, jars.ours),
    };
    if (round === 0) continue; // the first one warms up
    for (const who of /** @type {const} */ (['bare', 'theirs', 'ours'])) times[who].push(took[who]);
  }
  const bare = median(times.bare);
  const them = median(times.theirs) - bare;
  const us = median(times.ours) - bare;
  const ratios = times.ours.map((one) => (one - bare) / them).sort((a, b) => a - b);
  const spread = `[${ratios.at(1)?.toFixed(2)} … ${ratios.at(-2)?.toFixed(2)}]`;
  const ratio = us / them;
  console.log(
    name.padEnd(19),
    bare.toFixed(1).padStart(5),
    them.toFixed(1).padStart(14),
    us.toFixed(1).padStart(14),
    `${ratio.toFixed(2)} ${spread}`.padStart(24),
    `<= ${String(goal)} ${ratio <= goal ? 'met' : 'missed'}`,
  );
}
await close();
