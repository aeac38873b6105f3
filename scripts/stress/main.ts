// The stress program: several processes with the Express app on one shared store, thousands of overlapping requests, and
// then the comparison of what came of them with a model:
//   node scripts/servers.mjs run REDIS_URL -- npm run stress -- --store redis --seconds 10 --seed 1
// `--store` takes a name of stores.ts, `express-session` (what is wrong there is counted, side by side with redis), a move
// (`connect-redis>redis`, `express-session>redis`, `redis>postgres`), `fetch/` and a store for the app on the fetch API, several with commas between, or `all`.
import { parseArgs } from 'node:util';
import { check, finish } from '../report.mjs';
import { runExpressSession, runMove, runStore, type Bounds, type Outcome, type Phase } from './run.js';
import { storeNames } from './stores.js';
import { PROMISES, VIOLATIONS, type Violation } from './tally.js';

const NATIVE = ['redis', 'redis-cluster', 'postgres', 'pgbouncer', 'mongo', 'sqlite', 'fetch/redis'];

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

function list(counts: Iterable<readonly [string, number]>): string {
  return [...counts].toSorted().map(([name, count]) => `${count} ${name}`).join(', '); // prettier-ignore
}

/** What was done, in one line; what of it, in others. */
function told({ name, tally, events, seconds }: Outcome): string {
  const { conflict = 0 } = events;
  console.log(
    `   ${list(tally.operations)}\n   answers: ${list(tally.answers)}\n   events: ${list(Object.entries(events))}`,
  );
  return (
    `${name}: ${tally.requests} requests in ${tally.rounds} rounds, ${Math.round(tally.requests / seconds)}/s, ` +
    `${conflict} conflicts merged or retried, ${tally.answers.get('409') ?? 0} times 409`
  );
}

/** How often something was wrong, by its kind. */
function wrong({ tally }: Outcome, kinds: readonly Violation[] = VIOLATIONS): string {
  const found = kinds.filter((kind) => tally.of(kind).length > 0).map((kind) => [kind, tally.of(kind).length] as const);
  return found.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing';
}

/** Runs it, and checks each promise. @param mayBeLost - is only counted */
async function judge(
  name: string,
  run: () => Promise<Outcome>,
  mayBeLost: readonly Violation[] = [],
): Promise<Outcome | undefined> {
  const outcome = await run().catch((error: unknown) => {
    void check(`${name}: the program has run`, () => Promise.reject(error as Error));
  });
  if (outcome === undefined) return undefined;
  await check(told(outcome), () => {
    const { unhandled = 0 } = outcome.events;
    if (unhandled > 0) throw new Error(`${unhandled} unhandled rejections`);
  });
  for (const [promise, kinds] of Object.entries(PROMISES) as [string, readonly Violation[]][]) {
    const held = kinds.filter((kind) => !mayBeLost.includes(kind));
    if (held.length === 0) continue;
    const others = held.length < kinds.length ? ', as far as its stores can promise that' : '';
    await check(`${name}: ${promise}${others}`, () => {
      const found = held.flatMap((kind) => outcome.tally.of(kind).map((detail) => `${kind}: ${detail}`));
      if (found.length > 0) throw new Error(`${found.length} times (seed ${seed}):\n${found.slice(0, 12).join('\n')}`);
    });
  }
  if (mayBeLost.length > 0) console.log(`   ${name} has lost: ${wrong(outcome, mayBeLost)}`);
  return outcome;
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
    const ours = (onRedis ??= await judge('redis', () => runStore('redis', bounds)));
    if (ours === undefined) continue;
    // The same rounds, of which the seed decides everything but their order on the server.
    const longer = { ...bounds, rounds: ours.tally.rounds, seconds: 10 * bounds.seconds };
    const theirs = await runExpressSession(longer).catch((error: unknown) => error as Error);
    const line = theirs instanceof Error ? name : `${told(theirs)}; wrong: ${wrong(theirs)}`;
    await check(line, () => {
      if (theirs instanceof Error) throw theirs;
      console.log(table(ours, theirs));
    });
  } else if (phases !== undefined) {
    await judge(name, () => runMove(name, phases, bounds), name === 'redis>postgres' ? [] : MAY_BE_LOST);
  } else if (storeNames.includes(name.replace('fetch/', ''))) {
    const outcome = await judge(name, () => runStore(name, bounds), name === 'connect-redis' ? MAY_BE_LOST : []);
    if (name === 'redis') onRedis = outcome;
  } else {
    throw new Error(`no such store: ${name} (there are ${[...new Set([...storeNames, ...everything])].join(', ')})`);
  }
}
finish();
