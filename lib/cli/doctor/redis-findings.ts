import type { StoreServer } from '../../stores/store-server.js';
import { askerOf, type Ask } from '../redis-ask.js';
import { clockFinding } from './clock-finding.js';
import { findingsOf, type Finding } from './finding.js';

/** Checks a Redis, or one primary of a cluster. */
export async function redisFindings({ client }: StoreServer): Promise<Finding[]> {
  const ask = await askerOf(client); // the store has checked it
  const memory = fieldsOf(String(await ask('INFO', 'memory')));
  const clock = await clockFinding(async () => {
    const [seconds, micros] = (await ask('TIME')) as [unknown, unknown]; // what TIME returns
    return Number(String(seconds)) * 1000 + Number(String(micros)) / 1000;
  });
  return [clock, evictionFinding(memory.get('maxmemory_policy'), Number(memory.get('maxmemory') ?? 0)), ...(await persistenceFindings(ask))]; // prettier-ignore
}

/** The lines `name:value` of INFO. */
function fieldsOf(info: string): Map<string, string> {
  return new Map([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));
}

function evictionFinding(policy: string | undefined, maxmemory: number): Finding {
  const { ok, note, warning, problem } = findingsOf('eviction');
  const fix = 'maxmemory-policy noeviction; sessions expire by themselves, so plan memory for the live ones';
  if (policy === undefined) return note('the server does not tell its maxmemory-policy', fix);
  if (policy === 'noeviction') return ok('maxmemory-policy is noeviction');
  const when = maxmemory === 0 ? 'maxmemory is not set yet, but once it is, ' : '';
  const text = `maxmemory-policy is ${policy}: ${when}a full server throws away live sessions, and the index that revoke() needs`;
  return policy.startsWith('volatile-') ? warning(text, fix) : problem(text, fix);
}

async function persistenceFindings(ask: Ask): Promise<Finding[]> {
  const { ok, note } = findingsOf('persistence');
  const info = fieldsOf(String(await ask('INFO', 'persistence')));
  const replication = fieldsOf(String(await ask('INFO', 'replication')));
  if (info.get('aof_enabled') === '1') return [ok('the append-only file is on')];
  const copies = Number(replication.get('connected_slaves') ?? 0);
  if (copies > 0) return [ok(`${String(copies)} replicas`)];
  return [note('neither an append-only file nor a replica: a crash loses the sessions since the last snapshot', 'appendonly yes')]; // prettier-ignore
}
