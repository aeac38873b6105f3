// @ts-check
// Measures how the stores behave with many sessions; docs/scaling.md has the figures and what follows from them.
//   npm run scale [-- --sessions 300000] [--only flat,traffic,processes,principal]
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { percentile, table, watchTurns } from './measure.mjs';
import { keyOf, recordOf, subjects } from './stores.mjs';
import { connectPgSimple, theirSession } from './theirs.mjs';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000000' },
    only: { type: 'string', default: 'flat,traffic,processes,principal' },
    stores: { type: 'string', default: Object.keys(subjects).join() },
  },
});
const SESSIONS = Number(values.sessions);
const REQUESTS = 1_000;
const PRINCIPAL_SESSIONS = 10_000;
/** The cluster is on the same machine, and the server of MongoDB's protocol is a stand-in for tests. */
const NOT_FLAT = ['cluster', 'mongo'];
const chosen = values.stores.split(',');

/** @param {() => Promise<unknown>} work @returns {Promise<number>} the median of many calls, one after the other, in microseconds */
async function medianOf(work) {
  const times = [];
  for (let i = 0; i < REQUESTS; i++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) * 1_000);
  }
  return percentile(times, 0.5);
}

/** @param {any} client */
async function redisMemory(client) {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

/** The cost of a read and of a write, from a thousand sessions to all. */
async function flat() {
  const rows = [];
  for (const name of chosen.filter((one) => !NOT_FLAT.includes(one))) {
    const subject = await subjects[name]?.();
    if (subject === undefined) throw new Error(`there is no store ${name}`);
    const { store, client, pool } = subject;
    const before = client && (await redisMemory(client));
    let filled = 0;
    for (const sessions of [1_000, 10_000, 100_000, 1_000_000].filter((count) => count < SESSIONS).concat(SESSIONS)) {
      await subject.fill(filled, sessions);
      filled = sessions;
      const some = () => keyOf(Math.floor(Math.random() * sessions));
      const read = await medianOf(() => store.read(some()));
      const write = await medianOf(async () => {
        const key = some();
        const record = await store.read(key);
        if (record !== undefined)
          await store.update(key, { ...record, revision: record.revision + 1 }, record.revision);
      });
      const bytes = client ? ((await redisMemory(client)) - before) / sessions : pool ? (await tableSize(pool)) / sessions : NaN; // prettier-ignore
      rows.push([name, sessions, read, write, Number.isNaN(bytes) ? '' : bytes]);
      console.error(`${name} ${sessions}`);
    }
    await subject.end();
  }
  console.log('\nMicroseconds (median, one after the other), and bytes per session on the server');
  table(['store', 'sessions', 'read', 'read and write', 'bytes'], rows);
}

/** @param {import('pg').Pool} pool */
async function tableSize(pool) {
  const { rows } = await pool.query(`SELECT pg_total_relation_size('scale_sessions') AS bytes`);
  return Number(rows[0].bytes);
}

/** What the servers count of a request whose session is only read, and of one that changes it. */
async function traffic() {
  const { data } = recordOf(0);
  const redis = await subjects['redis']?.();
  const postgres = await subjects['postgres']?.();
  if (redis === undefined || postgres === undefined || postgres.pool === undefined) return;
  const theirsOfPostgres = await connectPgSimple(postgres.pool);
  /** @param {import('./stores.mjs').Store} store */
  const ours = (store) => ({
    start: (/** @type {number} */ i) => store.create(keyOf(i), recordOf(i)),
    read: (/** @type {number} */ i) => store.read(keyOf(i)),
    write: async (/** @type {number} */ i) => {
      const record = await store.read(keyOf(i));
      if (record) await store.update(keyOf(i), { ...record, revision: record.revision + 1 }, record.revision);
    },
  });
  /** @param {import('./theirs.mjs').Theirs} store */
  const theirs = (store) => ({
    start: (/** @type {number} */ i) => store.set(keyOf(i), theirSession(data)),
    read: async (/** @type {number} */ i) => store.touch(keyOf(i), (await store.get(keyOf(i))) ?? {}), // express-session touches at each request
    write: async (/** @type {number} */ i) => store.set(keyOf(i), (await store.get(keyOf(i))) ?? {}),
  });
  const rows = [];
  for (const [name, { start, read, write }] of /** @type {const} */ ([
    ['RedisStore', ours(redis.store)],
    ['connect-redis', theirs(redis.theirs)],
    ['PostgresStore', ours(postgres.store)],
    ['connect-pg-simple', theirs(theirsOfPostgres)],
  ])) {
    for (let i = 0; i < REQUESTS; i++) await start(i);
    const counted = name.includes('edis') ? () => redisCounts(redis.client) : () => postgresCounts(/** @type {any} */ (postgres.pool)); // prettier-ignore
    for (const [what, request] of /** @type {const} */ ([
      ['read', read],
      ['write', write],
    ])) {
      // prettier-ignore
      await request(0);
      const before = await counted();
      for (let i = 0; i < REQUESTS; i++) await request(i);
      const after = await counted();
      rows.push([name, what, ...after.map((count, at) => (count - (before[at] ?? 0)) / REQUESTS)]);
    }
  }
  console.log(
    '\nOn Redis: commands, bytes in, bytes out per request. On PostgreSQL: WAL bytes, rows changed, dead rows',
  );
  table(['store', 'request', 'commands / WAL', 'in / changed', 'out / dead'], rows);
  await redis.end();
  await theirsOfPostgres.close();
  await postgres.end();
}

/** @param {any} client @returns {Promise<number[]>} */
async function redisCounts(client) {
  const text = await client.info('stats');
  return ['total_commands_processed', 'total_net_input_bytes', 'total_net_output_bytes'].map((name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1])); // prettier-ignore
}

/** Every update leaves a dead row until a vacuum, or until another update of the page removes it. @param {import('pg').Pool} pool @returns {Promise<number[]>} */
async function postgresCounts(pool) {
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // a connection reports its statistics once a second
  await Promise.all(Array.from({ length: 10 }, () => pool.query('SELECT 1')));
  const { rows } = await pool.query(
    `SELECT pg_current_wal_lsn() - '0/0' AS wal, (SELECT sum(n_tup_upd) FROM pg_stat_user_tables) AS changed, (SELECT sum(n_dead_tup) FROM pg_stat_user_tables) AS dead`,
  );
  return [Number(rows[0].wal), Number(rows[0].changed), Number(rows[0].dead)];
}

/** Eight processes count in the same sessions of one Redis. */
async function processes() {
  const redis = await subjects['redis']?.();
  if (redis === undefined) return;
  const [sessions, seconds] = [500, 10];
  await redis.fill(0, sessions);
  const workers = Array.from({ length: 8 }, () => fork(new URL('worker.mjs', import.meta.url), [String(sessions), String(seconds)])); // prettier-ignore
  const results = await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  const sum = (/** @type {string} */ name) => results.reduce((total, one) => total + one[name], 0);
  let stored = 0;
  for (let i = 0; i < sessions; i++) stored += ((await redis.store.read(keyOf(i)))?.revision ?? 0) - 1;
  console.log('\nEight processes on one Redis, each with 10 requests at a time');
  table(['requests/s', 'writes', 'writes stored', 'swaps tried again', 'errors'], [[sum('writes') / seconds, sum('writes'), stored, sum('conflicts'), sum('errors')]]); // prettier-ignore
  await redis.end();
}

/** `list` and `revoke` of a principal with many sessions. */
async function principal() {
  const rows = [];
  for (const name of chosen) {
    const subject = await subjects[name]?.();
    const { store, end } = subject ?? {};
    if (store?.list === undefined || store.revoke === undefined) continue;
    /** @type {{ turns: number[], duration: number }[][]} */
    const [lists, revokes] = [[], []];
    for (let round = 0; round < (name === 'mongo' ? 1 : 3); round++) {
      for (let at = 0; at < PRINCIPAL_SESSIONS; at += 200) {
        await Promise.all(Array.from({ length: 200 }, (_, i) => store.create(keyOf(at + i), recordOf(at + i, 'ada'))));
      }
      lists?.push(await watchTurns(async () => store.list?.('ada')));
      revokes?.push(await watchTurns(async () => store.revoke?.('ada', [])));
    }
    for (const [what, runs] of /** @type {const} */ ([
      ['list', lists ?? []],
      ['revoke', revokes ?? []],
    ])) {
      // prettier-ignore
      rows.push([name, what, Math.min(...runs.map(({ duration }) => duration)), Math.min(...runs.map(({ turns }) => percentile(turns, 1)))]); // prettier-ignore
    }
    await end?.();
  }
  console.log(`\nA principal with ${PRINCIPAL_SESSIONS} sessions: milliseconds, best of three`);
  table(['store', 'call', 'total', 'longest turn'], rows);
}

const parts = { flat, traffic, processes, principal };
for (const part of values.only.split(',')) await parts[/** @type {keyof typeof parts} */ (part)]();
