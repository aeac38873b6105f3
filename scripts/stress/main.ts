// The stress program: several processes with the Express app on one shared store, thousands of overlapping requests, and
// then the comparison of what came of them with a model:
//   node scripts/servers.mjs run REDIS_URL -- npm run stress -- --store redis --seconds 10 --seed 1
// `--store` takes a name of stores.ts, `express-session` (what is wrong there is counted, side by side with redis), a move
// (`connect-redis>redis`, `express-session>redis`, `redis>postgres`), several with commas between, or `all`.
import { parseArgs } from 'node:util';
import { check, finish } from '../report.mjs';
import { runExpressSession, runMove, runStore, type Bounds, type Outcome, type Phase } from './run.js';
import { storeNames } from './stores.js';
import { PROMISES, VIOLATIONS, type Violation } from './tally.js';

const NATIVE = ['redis', 'redis-cluster', 'postgres', 'pgbouncer', 'mongo', 'sqlite'];

/** There, and back. The first of a pair of releases is served by one process, the other by two. */
const moves: Readonly<Record<string, readonly Phase[]>> = {
  'connect-redis>redis': there('connect-redis', 'redis', 'connect-redis'),
  'express-session>redis': there('connect-redis', 'redis', 'express-session'),
  'redis>postgres': there('redis', 'postgres', 'redis'),
};

function there(from: string, to: string, old: string): readonly Phase[] {
  const [forth, back] = [`${from}>${to}`, `${to}>${from}`];
  return [[old, forth, forth], [to, forth, forth], [to, back, back], [old, back, back]]; // prettier-ignore
}

/** What may be lost on stores without compare-and-swap, and is only counted there. */
const MAY_BE_LOST: readonly Violation[] = ['increment lost', 'increment counted twice', 'write lost', 'write overtaken', 'cart item lost', 'stale read', 'token taken twice', 'token lost', 'sessions of a client', 'sessions of a principal']; // prettier-ignore

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'all' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const seed = Number(values.seed);
const bounds: Bounds = {
  seed,
  seconds: Number(values.seconds ?? (values.rounds === undefined ? 10 : 600)),
  rounds: Number(values.rounds ?? Infinity),
};
const everything = [...NATIVE, 'express-session', ...Object.keys(moves)];
const wanted = values.store === 'all' ? everything : values.store.split(',');
console.log(`seed ${seed}`);

function told({ tally, events, seconds }: Outcome): string {
  const list = (counts: Iterable<readonly [string, number]>) => [...counts].toSorted().map(([name, count]) => `${count} ${name}`).join(', '); // prettier-ignore
  const { unhandled = 0, conflict = 0 } = events;
  if (unhandled > 0) throw new Error(`${unhandled} unhandled rejections`);
  const speed = Math.round(tally.requests / seconds);
  return (
    `${tally.requests} requests in ${tally.rounds} rounds, ${speed}/s, ${conflict} conflicts merged or retried\n` +
    `   ${list(tally.operations)}\n   answers: ${list(tally.answers)}\n   events: ${list(Object.entries(events))}`
  );
}

/** A check for each promise. @param only - the others are counted */
async function judge(outcome: Outcome, only: readonly Violation[] = VIOLATIONS): Promise<void> {
  console.log(`   ${outcome.name}: ${told(outcome)}`);
  for (const kind of VIOLATIONS) {
    const found = outcome.tally.of(kind);
    if (!only.includes(kind)) {
      if (found.length > 0) console.log(`   ${outcome.name} may lose these, ${kind}: ${found.length}`);
      continue;
    }
    await check(`${outcome.name}: ${PROMISES[kind]}`, () => {
      if (found.length > 0) throw new Error(`${found.length} times (seed ${seed}):\n${found.slice(0, 8).join('\n')}`);
    });
  }
}

/** Both side by side, in Markdown. */
function table(ours: Outcome, theirs: Outcome): string {
  const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    row('wrong', `typed-session, ${ours.name}`, 'express-session, connect-redis'),
    row('---', '--:', '--:'),
    ...VIOLATIONS.map((kind) => row(kind, ours.tally.of(kind).length, theirs.tally.of(kind).length)),
    row('of requests', ours.tally.requests, theirs.tally.requests),
    row('in rounds', ours.tally.rounds, theirs.tally.rounds),
  ].join('\n');
}

let onRedis: Outcome | undefined;
for (const name of wanted) {
  const phases = moves[name];
  if (name === 'express-session') {
    const ours = (onRedis ??= await check('redis: the program has run', () => runStore('redis', bounds)));
    // The same rounds, of which the seed decides everything but their order on the server.
    const rounds = ours?.tally.rounds ?? bounds.rounds;
    const theirs = await check('express-session: the comparison has run', () =>
      runExpressSession({ ...bounds, rounds, seconds: 10 * bounds.seconds }),
    );
    if (ours !== undefined && theirs !== undefined) console.log(`${told(theirs)}\n${table(ours, theirs)}`);
    continue;
  }
  if (phases === undefined && !storeNames.includes(name)) throw new Error(`no such store: ${name} (there are ${[...storeNames, ...everything].join(', ')})`); // prettier-ignore
  const outcome = await check(`${name}: the program has run`, () => (phases === undefined ? runStore(name, bounds) : runMove(name, phases, bounds))); // prettier-ignore
  if (outcome === undefined) continue;
  if (name === 'redis') onRedis = outcome;
  const canLose = name.includes('connect-redis') || name === 'express-session>redis';
  await judge(outcome, canLose ? VIOLATIONS.filter((kind) => !MAY_BE_LOST.includes(kind)) : VIOLATIONS);
}
finish();
