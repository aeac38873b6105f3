import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { SessionStore } from '../../stores/store-contract.js';
import type { ConformancePart } from '../../testing/conformance-options.js';
import { UsageError } from '../command-errors.js';
import { openMongo, openPostgres, openRedis, serverKind } from '../connections.js';
import type { Terminal } from '../terminal.js';

/** A place of its own at a server, for stores that are removed again. The sessions of the app are not touched. */
export interface TestPlace {
  /** What is tested, for people: `RedisStore with the prefix …`. */
  readonly title: string;
  /** Opens a store there. Those that are opened share their sessions. */
  readonly open: () => SessionStore;
  /** What the store does not promise. */
  readonly without: readonly ConformancePart[];
  /** Removes everything that was stored there, and disconnects. */
  readonly remove: () => Promise<void>;
}

/**
 * Connects to a server with the app's own driver, and prepares a place for stores.
 * @throws UsageError if the URL is none of a server or an SQLite file; ProblemError if the driver is not installed
 */
export async function openPlace(terminal: Terminal, url: string): Promise<TestPlace> {
  const name = `typed_session_${randomBytes(6).toString('hex')}`;
  switch (serverKind(url)) {
    case 'redis':
      return redisPlace(terminal, url, `${name}:`);
    case 'postgres':
      return postgresPlace(terminal, url, name);
    case 'mongo':
      return mongoPlace(terminal, url, name);
    case undefined:
      return sqlitePlace(terminal, url);
  }
}

async function redisPlace(terminal: Terminal, url: string, prefix: string): Promise<TestPlace> {
  const { RedisStore } = await import('../../redis.js');
  const { client, ask, close } = await openRedis(terminal, url);
  const remove = async (): Promise<void> => {
    let cursor = '0';
    do {
      const [next, keys] = (await ask('SCAN', cursor, 'MATCH', `${prefix}*`, 'COUNT', '1000')) as [unknown, unknown[]]; // its reply
      cursor = String(next);
      if (keys.length > 0) await ask('UNLINK', ...keys.map(String));
    } while (cursor !== '0');
    await close();
  };
  const open = (): SessionStore => new RedisStore({ client: client as never, prefix }); // a client of a package that it accepts
  return { title: `RedisStore with the prefix ${prefix}`, open, without: ['prune', 'size'], remove };
}

async function postgresPlace(terminal: Terminal, url: string, table: string): Promise<TestPlace> {
  const { PostgresStore } = await import('../../postgres.js');
  const { client: pool, close } = await openPostgres(terminal, url);
  const open = () => new PostgresStore({ pool: pool as never, table, pruneInterval: 0 }); // a pool of `pg`
  try {
    await open().setup();
  } catch (error) {
    await close();
    throw error;
  }
  const remove = async (): Promise<void> => {
    await pool.query(`DROP TABLE "${table}"`);
    await close();
  };
  return { title: `PostgresStore with the table ${table}`, open, without: [], remove };
}

async function mongoPlace(terminal: Terminal, url: string, name: string): Promise<TestPlace> {
  const { MongoStore } = await import('../../mongo.js');
  const { client, close } = await openMongo(terminal, url);
  const collection = client.db().collection(name);
  const open = () => new MongoStore({ collection: collection as never }); // a collection of `mongodb`
  try {
    await open().setup();
  } catch (error) {
    await close();
    throw error;
  }
  const remove = async (): Promise<void> => {
    await collection.drop();
    await close();
  };
  return { title: `MongoStore with the collection ${name}`, open, without: ['prune'], remove };
}

/** An SQLite file is tested by another file in the same folder, because what is tested is the disk and the binding. */
async function sqlitePlace(terminal: Terminal, given: string): Promise<TestPlace> {
  const { SqliteStore } = await import('../../sqlite.js');
  const isMemory = given === ':memory:';
  const path = resolve(terminal.cwd, given.replace(/^sqlite:(?:\/\/)?/, ''));
  const parent = isMemory ? tmpdir() : dirname(path);
  if (
    !/^sqlite:|\.(?:db|sqlite3?)$|^:memory:$/.test(given) ||
    statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true
  ) {
    throw new UsageError(`${given} is neither a URL (redis://, postgres://, mongodb://) nor the path of an SQLite file (.db, .sqlite) in a folder that exists`); // prettier-ignore
  }
  const folder = mkdtempSync(join(parent, '.typed-session-'));
  const file = isMemory ? given : join(folder, basename(path));
  return {
    title: isMemory ? 'SqliteStore in memory' : `SqliteStore with a file in ${dirname(given)}`,
    open: () => new SqliteStore({ file, pruneInterval: 0 }),
    without: isMemory ? ['shared', 'shared-atomic'] : [],
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
