import { randomBytes } from 'node:crypto';
import type { SessionSchema } from '../../schema/payload-types.js';
import { formatPath } from '../../errors.js';

import type { SessionConfig } from '../../sessions/session-config.js';
import { serverOf, type StoreServer } from '../../stores/store-server.js';
import { durationText } from '../duration-text.js';
import { describeError } from '../command-errors.js';
import { plural, type Terminal } from '../terminal.js';
import { findingsOf, type Finding } from './finding.js';
import { mongoFindings } from './mongo-findings.js';
import { postgresFindings } from './postgres-findings.js';
import { redisFindings } from './redis-findings.js';
import { sqliteFindings } from './sqlite-findings.js';
import { within } from './within.js';

type Config = SessionConfig<SessionSchema>;

/** How many reads are measured. */
const READS = 5;

const CHECKS: Readonly<Record<StoreServer['kind'], (server: StoreServer) => Promise<Finding[]>>> = {
  redis: redisFindings,
  postgres: postgresFindings,
  mongo: mongoFindings,
  sqlite: sqliteFindings,
};

/** What the checks of the store need. */
export interface StoreCheckOptions {
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
  /** How many stored sessions are read. */
  readonly sample: number;
}

/** Checks the store, its server, and a sample of what is stored. Nothing is written. */
export async function storeFindings(
  config: Config,
  terminal: Terminal,
  options: StoreCheckOptions,
): Promise<Finding[]> {
  const kind = kindFindings(config);
  const reached = await reachFinding(config, terminal, options.timeout);
  if (reached.level === 'problem') return [...kind, reached]; // everything else would fail as well
  const servers = partsOf(config.givenStore)
    .map(serverOf)
    .filter((one) => one !== undefined);
  const checked = await Promise.all(servers.map((server) => serverFindings(server, terminal, options.timeout)));
  return [...kind, reached, ...checked.flat(), ...(await sampleFindings(config, terminal, options))];
}

/** The stores that a wrapping store uses; a store that wraps none is its own only part. */
export function partsOf(store: object): object[] {
  const { parts } = store as { readonly parts?: readonly object[] | undefined };
  return parts === undefined ? [store] : parts.flatMap(partsOf);
}

function kindFindings({ givenStore, store, isProduction }: Config): Finding[] {
  const { ok, note, warning, problem } = findingsOf('store');
  const parts = partsOf(givenStore);
  if (parts.some((part) => part.constructor.name === 'MemoryStore')) {
    const text = 'MemoryStore: all sessions end with the process, and other processes do not see them';
    const fix = 'use RedisStore, PostgresStore, MongoStore, or SqliteStore';
    return [isProduction ? problem(text, fix) : note(text, `for production, ${fix}`)];
  }
  if (!store.storesCookie) return [ok(parts.map((part) => part.constructor.name).join(' and '))];
  return [
    warning(
      `${givenStore.constructor.name} was made for express-session: it has no compare-and-swap, and stores ids in the clear`,
      'move to a store of typed-session with moving({ from, to }), while the site runs',
    ),
  ];
}

async function reachFinding({ store }: Config, terminal: Terminal, timeout: number): Promise<Finding> {
  const { ok, warning, problem } = findingsOf('reachable');
  const times: number[] = [];
  try {
    for (let read = 0; read < READS; read++) {
      const started = performance.now();
      await within(timeout, store.read(store.keyOf(randomBytes(24).toString('base64url'))));
      times.push(performance.now() - started);
    }
  } catch (error) {
    const detail = describeError(error, terminal.env);
    return problem(`a read failed: ${detail}`, 'check that the server runs, its address and password, and that this machine may connect to it'); // prettier-ignore
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(READS / 2)] ?? 0;
  const text = `a read takes ${durationText(median)}`;
  return median < 50
    ? ok(text)
    : warning(`${text}, and every request with a session waits for one`, 'run the app near its store');
}

async function serverFindings(server: StoreServer, terminal: Terminal, timeout: number): Promise<Finding[]> {
  try {
    return await within(timeout, CHECKS[server.kind](server));
  } catch (error) {
    return [findingsOf(server.kind).note(`the server could not be checked: ${describeError(error, terminal.env)}`)];
  }
}

/** Reads some stored sessions with the current schema. Paths and codes are printed, and never a value. */
async function sampleFindings(
  config: Config,
  terminal: Terminal,
  { sample, timeout }: StoreCheckOptions,
): Promise<Finding[]> {
  const { ok, note, warning } = findingsOf('sessions');
  const { store, serializer, principal } = config;
  if (sample === 0 || store.storesCookie) return [];
  let entries;
  try {
    ({ entries } = await within(timeout, store.scan(undefined, sample)));
  } catch (error) {
    return [note(`no stored session was read: ${describeError(error, terminal.env)}`)];
  }
  const live = entries.map(([, record]) => record).filter(({ forwardTo }) => forwardTo === undefined);
  const refused = new Map<string, number>();
  let refusedCount = 0;
  for (const { data, schemaVersion } of live) {
    const read = serializer.read(data, schemaVersion);
    if (read.ok) continue;
    refusedCount++;
    const issues = read.issues.map(({ path, code }) => `${formatPath(path)} (${code})`);
    for (const issue of new Set(issues.length > 0 ? issues : ['not readable']))
      refused.set(issue, (refused.get(issue) ?? 0) + 1);
  }
  if (refusedCount > 0) {
    const list = [...refused].toSorted(([, a], [, b]) => b - a).slice(0, 5).map(([issue, times]) => `${issue} ×${String(times)}`); // prettier-ignore
    return [
      warning(
        `${String(refusedCount)} of ${plural(live.length, 'sampled session')} do not fit the schema: ${list.join(', ')}`,
        "onInvalid: 'repair' keeps what fits; or declare a migration with defineSession()",
      ),
    ];
  }
  const old = live.filter(({ schemaVersion }) => schemaVersion < serializer.version).length;
  if (old > 0) return [note(`${String(old)} of ${plural(live.length, 'sampled session')} have an older version`, 'they are migrated when they are used, or all at once by typed-session migrate')]; // prettier-ignore
  const unfiled = principal === undefined ? 0 : live.filter((record) => record.principal === undefined && serializer.read(record.data, record.schemaVersion).ok && record.data.includes(`"${principal}":`)).length; // prettier-ignore
  if (unfiled > 0) return [warning(`${String(unfiled)} of ${plural(live.length, 'sampled session')} are not filed under their principal, so revoke() does not find them`, 'run typed-session migrate once')]; // prettier-ignore
  return [ok(live.length === 0 ? 'none is stored' : `all of ${plural(live.length, 'sampled session')} fit the schema`)];
}
