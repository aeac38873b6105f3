import type { StoreServer } from '../../stores/store-server.js';
import { isDate } from '../../realms.js';
import { clockFinding } from './clock-finding.js';
import { findingsOf, type Finding } from './finding.js';

interface Index {
  readonly key: Readonly<Record<string, unknown>>;
  readonly expireAfterSeconds?: number;
}

interface Database {
  command(command: object): Promise<{ readonly localTime?: unknown }>;
}

interface Collection {
  indexes(): Promise<readonly Index[]>;
  /** Present in the releases of the driver that tell it. */
  readonly db?: Database;
  readonly s?: { readonly db?: Database };
}

/** Checks a MongoDB server, and the indexes of the collection. */
export async function mongoFindings({ client }: StoreServer): Promise<Finding[]> {
  const collection = client as Collection; // the store has checked it
  const database = collection.db ?? collection.s?.db;
  const clock = await clockFinding(async () => {
    // Servers before 4.4.2 know only the old name.
    const reply = await database?.command({ hello: 1 }).catch(() => database.command({ isMaster: 1 }));
    return isDate(reply?.localTime) ? reply.localTime.getTime() : Number.NaN;
  });
  return [clock, indexFinding(await collection.indexes().catch(() => []))]; // rejects if there is no collection yet
}

function indexFinding(indexes: readonly Index[]): Finding {
  const { ok, problem } = findingsOf('indexes');
  const on = (field: string): Index | undefined => indexes.find(({ key }) => Object.keys(key)[0] === field);
  const fix = 'await store.setup() once';
  if (on('expiresAt')?.expireAfterSeconds === undefined) {
    return problem('the collection has no TTL index on expiresAt: expired sessions are never removed', fix);
  }
  if (on('principal') === undefined) {
    return problem('the collection has no index on principal: list() and revoke() read the whole collection', fix);
  }
  return ok('the collection has all of its indexes');
}
