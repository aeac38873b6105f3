import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../command-errors.js';
import { openMongo, openPostgres, openRedis, serverKind } from '../connections.js';
import type { Terminal } from '../terminal.js';

/** Where stored sessions are read. */
export interface StoredValuesOptions {
  /** How many are read at most. */
  readonly limit: number;
  /** The prefix of the keys in Redis. */
  readonly prefix: string;
  /** The table in PostgreSQL. */
  readonly table: string;
  /** The collection in MongoDB. */
  readonly collection: string;
}

/** Reads stored sessions: as an object, or as the text of one. Nothing is written. */
export function storedValues(terminal: Terminal, source: string, options: StoredValuesOptions): AsyncIterable<unknown> {
  switch (serverKind(source)) {
    case 'redis':
      return fromRedis(terminal, source, options);
    case 'postgres':
      return fromPostgres(terminal, source, options);
    case 'mongo':
      return fromMongo(terminal, source, options);
    case undefined:
      return fromFiles(resolve(terminal.cwd, source), source, options);
  }
}

/** What connect-redis stores: the JSON of a session under each key. */
async function* fromRedis(terminal: Terminal, url: string, { limit, prefix }: StoredValuesOptions): AsyncGenerator {
  const { ask, close } = await openRedis(terminal, url);
  try {
    const pattern = `${prefix.replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;
    let left = limit;
    let cursor = '0';
    do {
      const [next, found] = (await ask('SCAN', cursor, 'MATCH', pattern, 'COUNT', '500')) as [unknown, unknown[]]; // its reply
      cursor = String(next);
      const keys = found.slice(0, left).map(String);
      left -= keys.length;
      const values = keys.length === 0 ? [] : ((await ask('MGET', ...keys)) as (string | null)[]); // its reply
      for (const value of values) if (value !== null) yield value; // it expired, or is no text
    } while (cursor !== '0' && left > 0);
  } finally {
    await close();
  }
}

/** What connect-pg-simple stores: a session in the column `sess`. */
async function* fromPostgres(terminal: Terminal, url: string, { limit, table }: StoredValuesOptions): AsyncGenerator {
  if (!/^\w+(?:\.\w+)?$/.test(table))
    throw new UsageError('--table must be the name of a table, such as session or web.session');
  const { client, close } = await openPostgres(terminal, url);
  try {
    const sql = `SELECT sess FROM "${table.replace('.', '"."')}" WHERE expire > now() LIMIT $1`;
    const { rows } = await client.query(sql, [limit]);
    for (const row of rows) yield (row as { sess: unknown }).sess; // the column that the statement selects
  } finally {
    await close();
  }
}

/** What connect-mongo stores: a session in the field `session`, as text or as a document. */
async function* fromMongo(terminal: Terminal, url: string, { limit, collection }: StoredValuesOptions): AsyncGenerator {
  const { client, close } = await openMongo(terminal, url);
  try {
    const documents = await client.db().collection(collection).find({}, { limit }).toArray();
    for (const document of documents) yield (document as { session?: unknown }).session;
  } finally {
    await close();
  }
}

/** What session-file-store stores: a file of JSON for each session. */
async function* fromFiles(folder: string, given: string, { limit }: StoredValuesOptions): AsyncGenerator {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.json')).slice(0, limit);
  } catch {
    throw new UsageError(`${given} is neither a URL (redis://, postgres://, mongodb://) nor a folder`);
  }
  for (const name of names) yield await readFile(join(folder, name), 'utf8').catch(() => ''); // it ended meanwhile
}
