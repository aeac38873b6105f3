// @ts-check
// What a million sessions cost in a MemoryStore: heap, and how long one call or one slice of pruning blocks the process.
import { hash } from 'node:crypto';
import { MemoryStore } from 'typed-session';
import { collect, garbage, garbageIn, garbageIsKnown, nextTurn, percentile, table, watchTurns } from './measure.mjs';

const SESSIONS = Number(process.argv[2] ?? 1_000_000);
const RUNS = 3;
const PAYLOAD = 300;
const HOUR = 3_600_000;

/** @param {number} i */
const keyOf = (i) => `__Host-sid:${hash('sha256', `session ${i}`, 'base64url')}`;

/** A record as the library writes it. Its strings are copies, as those that come from JSON and from sockets are. @param {number} i @param {boolean} isUser */
function recordOf(i, isUser) {
  const now = Date.now();
  const data = Buffer.alloc(PAYLOAD, `{"id":${i}}`).toString('latin1');
  const about = { revision: 1, schemaVersion: 0, createdAt: now, expiresAt: now + HOUR, writeId: `AbCdEfGhIjKl${i}` };
  return isUser ? { data, ...about, principal: `__Host-sid:user-${i}`, usedAt: now } : { data, ...about };
}

/** Heap and array buffers per session, without the payload. @param {boolean} isUser */
async function memoryOf(isUser) {
  await collect();
  const before = process.memoryUsage();
  const store = new MemoryStore({ maxSessions: SESSIONS });
  for (let i = 0; i < SESSIONS; i++) {
    await store.create(keyOf(i), recordOf(i, isUser));
    if (i % 1_000 === 0) await nextTurn();
  }
  await collect();
  const after = process.memoryUsage();
  await store.close();
  const heap = (after.heapUsed - before.heapUsed) / SESSIONS - PAYLOAD;
  return [heap, (after.arrayBuffers - before.arrayBuffers) / SESSIONS];
}

/** How long each of many calls takes, in milliseconds. */
class Times {
  /** @type {Float64Array} */
  best;
  /** @param {number} calls */
  constructor(calls) {
    this.best = new Float64Array(calls).fill(Infinity);
  }

  /**
   * The shortest of several runs counts. What other processes take differs from run to run, and what the call does itself
   * does not. A long call is counted without the garbage collections in it.
   * @param {(i: number) => Promise<unknown>} call
   */
  async run(call) {
    /** @type {Map<number, { start: number, duration: number }>} */
    const long = new Map();
    for (let i = 0; i < this.best.length; i++) {
      const start = performance.now();
      const done = call(i); // a MemoryStore does everything before it returns
      const duration = performance.now() - start;
      if (duration > 0.2) long.set(i, { start, duration });
      else this.#note(i, duration);
      await done;
      if (i % 1_000 === 0) await nextTurn();
    }
    await garbageIsKnown();
    for (const [i, one] of long) this.#note(i, one.duration - garbageIn(one));
  }

  /** @param {number} i @param {number} duration */
  #note(i, duration) {
    this.best[i] = Math.min(this.best[i] ?? Infinity, duration);
  }
}

/** @param {boolean} isUser */
async function pausesOf(isUser) {
  const create = new Times(SESSIONS);
  const evict = new Times(SESSIONS / 4);
  const touch = new Times(SESSIONS / 4);
  const size = new Times(1_000);
  /** @type {number[]} */
  const prunes = [];
  garbage.length = 0;
  for (let run = 0; run < RUNS; run++) {
    const store = new MemoryStore({ maxSessions: SESSIONS });
    await create.run((i) => store.create(keyOf(i), recordOf(i, isUser)));
    await evict.run((i) => store.create(keyOf(SESSIONS + i), recordOf(i, isUser)));
    await touch.run((i) => store.touch(keyOf(SESSIONS + i), Date.now() + HOUR, 1));
    await size.run(() => store.size());
    const now = Date.now;
    Date.now = () => now() + 2 * HOUR;
    prunes.push(...(await watchTurns(() => store.prune())).turns);
    Date.now = now;
    await store.close();
  }
  const row = (/** @type {string} */ what, /** @type {Iterable<number>} */ times) => [what, percentile(times, 0.5), percentile(times, 0.999), percentile(times, 1)]; // prettier-ignore
  return [
    row('create', create.best),
    row('create when full (evicts)', evict.best),
    row('touch', touch.best),
    row('size', size.best),
    row('a slice of prune()', prunes),
    row(
      'garbage collection, at the same time',
      garbage.map(({ duration }) => duration),
    ),
  ];
}

for (const isUser of [false, true]) {
  console.log(`\n${SESSIONS} sessions ${isUser ? 'with' : 'without'} a principal, ${PAYLOAD} B each`);
  const [heap = 0, buffers = 0] = await memoryOf(isUser);
  console.log(`bytes a session without its payload: heap ${heap.toFixed(0)}, array buffers ${buffers.toFixed(0)}`);
  table(['milliseconds', 'p50', 'p99.9', 'max'], await pausesOf(isUser));
}
