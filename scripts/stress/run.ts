// One run of the program on one store, or on two while a site moves.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker, type Worker } from './processes.js';
import { Random } from './random.js';
import * as all from './rounds.js';
import { type Client, Site, type Traits } from './site.js';
import type { Place } from './stores.js';
import { Tally } from './tally.js';

const PROCESSES = 3;
/** How many rounds are under way at a time. */
const SIDE_BY_SIDE = 6;

/** How long a run goes on. */
export interface Bounds {
  readonly seed: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** What came of a run. */
export interface Outcome {
  readonly name: string;
  readonly tally: Tally;
  readonly seconds: number;
  /** Events of the library, by name. */
  readonly events: Readonly<Record<string, number>>;
}

/** Stores side by side: on which of them each process runs the app. */
export type Phase = readonly string[];

const atomic: Traits = { atomic: true, principals: true };
const other: Traits = { atomic: false, principals: false };

function traitsOf(stores: readonly string[]): Traits {
  return stores.some((name) => name.includes('connect-redis') || name === 'express-session') ? other : atomic;
}

/** Which rounds there are: what a store does not know is not asked of it. */
function roundsFor({ principals }: Traits, isComparison: boolean): readonly all.Round[] {
  const some = [all.writes, all.writes, all.logout, all.logout, all.rotations, all.rotations, all.tokens];
  return principals || isComparison ? [...some, all.logins, all.revocations, all.revocations, all.cap] : some;
}

/** Runs rounds one after the other, some side by side, until it is time. @returns how many */
async function drive(site: Site, rounds: readonly all.Round[], bounds: Bounds, prefix: string): Promise<number> {
  const until = performance.now() + bounds.seconds * 1000;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < bounds.rounds && performance.now() < until) {
      const at = next++;
      const random = new Random(bounds.seed).fork(at);
      await random.pick(rounds)(site, random, `${prefix}${at}`);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
  return next;
}

async function withWorkers<T>(stores: readonly string[], run: (workers: readonly Worker[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'typed-session-stress-'));
  const place: Place = { run: `${process.pid}_${Date.now()}`, folder };
  const workers: Worker[] = [];
  try {
    // The first makes tables and indexes, which the others then find.
    workers.push(await startWorker(stores, place));
    workers.push(...(await Promise.all(Array.from({ length: PROCESSES - 1 }, () => startWorker(stores, place)))));
    return await run(workers);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function eventsOf(workers: readonly Worker[]): Promise<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const worker of workers) {
    for (const [name, count] of Object.entries(await worker.seen())) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}

/** All processes on one store. @param held - what it can be held to: by its name, unless it is to be compared */
export function runStore(name: string, bounds: Bounds, held?: Traits): Promise<Outcome> {
  const start = performance.now();
  return withWorkers([name], async (workers) => {
    const site = new Site(new Tally(), held ?? traitsOf([name]));
    site.ports = workers.map(({ ports }) => ports[name] ?? 0);
    site.tally.rounds = await drive(site, roundsFor(site.traits, held !== undefined), bounds, 'u');
    site.close();
    return { name, tally: site.tally, seconds: (performance.now() - start) / 1000, events: await eventsOf(workers) };
  });
}

/** The same, and as strict, on express-session: what is wrong there is counted. */
export function runExpressSession(bounds: Bounds): Promise<Outcome> {
  return runStore('express-session', bounds, atomic);
}

/** A user who stays through all of a move. */
interface Resident {
  readonly client: Client;
  readonly user: string;
  answered: number;
  sent: number;
}

/**
 * A site that moves while it is used: in each phase the processes run two neighbouring releases of the app. Between two
 * phases every session is used once by those that have both stores, as `moving()` asks for.
 */
export function runMove(name: string, phases: readonly Phase[], bounds: Bounds): Promise<Outcome> {
  const start = performance.now();
  const stores = [...new Set(phases.flat())];
  return withWorkers(stores, async (workers) => {
    const site = new Site(new Tally(), traitsOf(stores));
    const random = new Random(bounds.seed);
    const residents: Resident[] = [];
    for (const [number, phase] of phases.entries()) {
      site.ports = workers.map(({ ports }, at) => ports[phase[at % phase.length] ?? ''] ?? 0);
      if (number === 0) residents.push(...(await settle(site, random)));
      const share = { ...bounds, seed: bounds.seed + number, seconds: bounds.seconds / phases.length };
      const until = performance.now() + share.seconds * 1000;
      const [rounds] = await Promise.all([
        drive(site, roundsFor(site.traits, false), share, `p${number}u`),
        ...residents.map((resident) => live(site, resident, until)),
      ]);
      site.tally.rounds += rounds;
      const both = phase.find((store) => store.includes('>')) ?? '';
      site.ports = workers.map(({ ports }) => ports[both] ?? 0);
      for (const resident of residents) await look(site, resident, phase.join(' + '));
    }
    site.close();
    return { name, tally: site.tally, seconds: (performance.now() - start) / 1000, events: await eventsOf(workers) };
  });
}

async function settle(site: Site, random: Random): Promise<Resident[]> {
  const residents = Array.from({ length: 8 }, (_, at) => ({
    client: site.client(random.fork(1000 + at)),
    user: `resident${at}`,
    answered: 0,
    sent: 0,
  }));
  for (const { client, user } of residents) await client.do('login', `login/${user}`);
  return residents;
}

async function live(site: Site, resident: Resident, until: number): Promise<void> {
  const { client } = resident;
  while (performance.now() < until) {
    const burst = Array.from({ length: 3 }, () => client.do('increment'));
    for (const { outcome } of await Promise.all(burst)) {
      if (outcome !== 'refused') resident.sent += 1;
      if (outcome === 'done') resident.answered += 1;
    }
    await client.do('rotate');
    await look(site, resident, 'meanwhile', false);
  }
}

async function look(
  site: Site,
  { client, user, answered, sent }: Resident,
  when: string,
  counts = true,
): Promise<void> {
  const { body } = await client.do('read');
  if (body['user'] !== user) site.tally.violation('logged out', `${user}, ${when}: ${String(body['user'])}`);
  else if (Number(body['n']) > sent) site.tally.violation('increment counted twice', `${user}, ${when}`);
  else if (counts && Number(body['n']) < answered) {
    site.tally.violation('increment lost', `${user}, ${when}: n is ${String(body['n'])}, not ${answered}`);
  }
}
