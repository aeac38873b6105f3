// @ts-check
// What sessions in memory cost: bytes for each, and the longest time that the event loop is blocked. Each store runs in a
// process of its own:  node bench/sessions.mjs            the tables
//                      node --expose-gc bench/sessions.mjs MemoryStore 100000   one line of them, as JSON
import { quick } from './production.mjs';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import expressSession from 'express-session';
import { MemoryStore } from 'typed-session';
import { printMachine, printTable, verdict } from './tables.mjs';

const hour = 60 * 60 * 1000;
const size = 300;

/** @typedef {{ create: (id: string) => unknown, prune?: () => unknown, count: () => unknown, bounded: boolean }} Store */

const base = JSON.stringify({ userId: 'ann', role: 'user', views: 0, cart: [], pad: '' });

/** The JSON of a session of `size` bytes; a new string for each session, which holds no larger one. */
function text() {
  const pad = randomBytes(size).toString('hex', 0, (size - base.length) >> 1);
  return Buffer.from(`${base.slice(0, -2)}${pad}"}`).toString('latin1');
}

/** @param {any} store of express-session @returns {Store} */
const classic = (store) => ({
  create: (id) => store.set(id, { ...JSON.parse(text()), cookie: new expressSession.Cookie({ maxAge: hour }) }),
  count: () => new Promise((resolve) => store.length(resolve)),
  ...(store.prune && { prune: () => store.prune() }),
  bounded: store.prune !== undefined,
});

/** @type {Record<string, (max: number) => Store>} */
const stores = {
  MemoryStore: (maxSessions) => {
    const store = new MemoryStore({ maxSessions });
    const record = () => ({ data: text(), revision: 1, schemaVersion: 0, createdAt: Date.now(), expiresAt: Date.now() + hour }); // prettier-ignore
    return { create: (id) => store.create(id, record()), prune: () => store.prune(), count: () => store.size(), bounded: true }; // prettier-ignore
  },
  'express-session': () => classic(new expressSession.MemoryStore()),
  memorystore: (max) => {
    const Store = createRequire(import.meta.url)('memorystore')(expressSession);
    return classic(new Store({ checkPeriod: 24 * hour, max }));
  },
};

/**
 * The longest turn of the event loop while something runs, in ms: the time on the clock or the CPU time, whichever is less.
 * Other processes add to the one, and V8's helper threads add to the other.
 *
 * @param {() => unknown} action
 */
async function longestPause(action) {
  await new Promise((resolve) => setTimeout(resolve, 100)); // what was left to do before
  let longest = 0;
  let clock = performance.now();
  let cpu = process.cpuUsage();
  const look = () => {
    const { user, system } = process.cpuUsage(cpu);
    longest = Math.max(longest, Math.min(performance.now() - clock, (user + system) / 1000));
    clock = performance.now();
    cpu = process.cpuUsage();
  };
  let running = true;
  const done = Promise.resolve(action()).then(() => void (running = false));
  while (running) {
    await new Promise((resolve) => setImmediate(resolve));
    look();
  }
  await done;
  return longest;
}

/** @param {string} name @param {number} sessions */
async function measure(name, sessions) {
  const collect = /** @type {() => void} */ (globalThis.gc);
  const held = () => {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const id = () => randomBytes(32).toString('base64url');
  const store = stores[name]?.(sessions);
  if (store === undefined) throw new Error(`no store ${name}`);
  const before = held();
  for (let i = 0; i < sessions; i++) await store.create(id());
  const bytes = (held() - before) / sessions - text().length;
  const count = await longestPause(store.count);
  /** Another session into a full store, one in each turn. */
  const overflow = async () => {
    for (let i = 0; i < 5000; i++) {
      await store.create(id());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const evict = store.bounded ? await longestPause(overflow) : undefined;
  const now = Date.now;
  Date.now = () => now() + 2 * hour; // every session is expired
  const prune = store.prune && (await longestPause(store.prune));
  console.log(JSON.stringify({ bytes, count, evict, prune }));
  process.exit();
}

/** @param {number | undefined} ms */
const shown = (ms) => (ms === undefined ? '–' : ms.toFixed(ms < 100 ? 1 : 0));

function everything() {
  printMachine(['typed-session', 'express-session', 'memorystore']);
  for (const sessions of quick ? [10_000] : [100_000, 1_000_000]) {
    const rows = Object.keys(stores).map((name) => {
      console.error(`sessions: ${name} ${sessions}`);
      const flags = ['--expose-gc', '--max-old-space-size=6144'];
      const said = execFileSync(process.execPath, [...flags, import.meta.filename, name, String(sessions)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
      const { bytes, count, evict, prune } = JSON.parse(said);
      const ours = name === 'MemoryStore';
      const met = ours ? `bytes <= 250 ${verdict(bytes, 250)}, pauses <= 2 ${verdict(Math.max(count, evict, prune), 2)}` : ''; // prettier-ignore
      return [
        ours ? 'typed-session MemoryStore' : name,
        bytes.toFixed(0),
        shown(count),
        shown(evict),
        shown(prune),
        met,
      ];
    });
    printTable(`${sessions.toLocaleString('en')} sessions of ${size} B in memory`, ['store', 'bytes above the payload', 'size, ms', 'eviction, ms', 'prune, ms', ''], rows); // prettier-ignore
  }
}

const [name, sessions] = process.argv.slice(2);
if (name === undefined) everything();
else await measure(name, Number(sessions));
