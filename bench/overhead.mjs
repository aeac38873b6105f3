// @ts-check
// CPU per request above bare Express: typed-session against express-session, in one process. See bench/README.md.
import { request } from './request.mjs';
import { apps, scenarios } from './scenarios.mjs';

const rounds = 9;
const requests = Number(process.argv[2] ?? 3000);

/** @param {string} name */
const app = (name) => {
  const found = apps[name];
  if (found === undefined) throw new Error(`no app ${name}`);
  return found;
};

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** CPU microseconds of one request. @param {string} name @param {string} path @param {{ cookie?: string | undefined }} jar */
async function measure(name, path, jar) {
  const before = process.cpuUsage();
  for (let i = 0; i < requests; i++) {
    const cookie = await request(app(name), path, jar.cookie);
    if (cookie !== undefined && jar.cookie !== undefined) jar.cookie = cookie;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

console.log(
  `node ${process.version}, ${requests} requests a round, ${rounds} rounds, 2 kB, MemoryStore; CPU µs above bare Express`,
);
console.log('scenario            bare  express-session  typed-session  ratio [spread]       goal');
for (const [name, path, withSession, goal, theirs, ours] of scenarios) {
  const jars = { bare: {}, theirs: {}, ours: {} };
  if (withSession) {
    const ourStore = ours === 'typed-session on demand' ? 'typed-session' : ours;
    jars.theirs = { cookie: await request(app(theirs), '/fill', undefined) };
    jars.ours = { cookie: await request(app(ourStore), '/fill', undefined) };
    jars.bare = { ...jars.theirs };
  }
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
