import { pagesOf } from '../in-turns.js';
import { rememberServer } from '../store-server.js';
import type { CommandOptions, ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import * as commands from './redis-commands.js';
import { textOf, type Driver, type Script } from './redis-driver.js';
import { checkOptions, type RedisStoreOptions } from './redis-options.js';

/** How many keys one command removes from an index at most, because the server does nothing else meanwhile. */
const FORGET_BATCH = 1_000;

/**
 * How many records of a principal are read or removed at a time. Each is a command, because the keys may be on several
 * servers. If thousands were sent at once, they would block the process, and clients would time out before they are sent.
 */
const PAGE = 100;

/** What the index contains for a session. */
type Indexed = readonly [key: string, deadline: string];

/**
 * Keeps sessions in Redis 6 or later, or in Valkey: on one server, behind Sentinel, or in a Cluster. Every method is one
 * command, except for those that also use the index below. Every command is atomic on the server, because it is a script
 * if Redis has no command for it. No command uses two keys. The server removes expired sessions by itself.
 *
 * A separate index contains the sessions of each principal. Up to two more commands update it at a login and when a
 * deadline is extended. The index always contains a session before the browser gets its id. If it contains a session
 * that no longer exists, `list` corrects it.
 *
 * @throws SessionOptionsError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import { RedisStore } from 'typed-session/redis';
 *
 * const client = await createClient({ url: process.env['REDIS_URL'] ?? 'redis://localhost:6379' }).connect();
 * export const store = new RedisStore({ client });
 * ```
 * @group Stores
 */
export class RedisStore implements SessionStore {
  readonly #driver: Driver;
  readonly #prefix: string;

  /**
   * @param options - the client, and the prefix of the keys
   */
  constructor(options: RedisStoreOptions) {
    const { driver, prefix } = checkOptions(options);
    this.#driver = driver;
    this.#prefix = prefix;
    rememberServer(this, { kind: 'redis', client: options.client, place: prefix });
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const value = await this.#valueOf(key, options);
    return value === undefined ? undefined : commands.recordFromValue(value, Date.now());
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    const now = Date.now();
    const args = [commands.digits(now), commands.valueOf(record), commands.lifeOf(record.expiresAt, now)];
    const created = (await this.#ask(commands.create, this.#recordAt(key), args, options)) === commands.DONE;
    // The record is stored first. No client has its id until this resolves, so nothing is missed before the index has it.
    if (created && record.principal !== undefined) {
      options?.signal.throwIfAborted();
      await this.#index(commands.digestOf(record.principal), key, record.expiresAt, options);
    }
    return created;
  }

  async update(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    const swap = (isIndexed: '0' | '1'): Promise<string> => {
      const now = Date.now();
      const life = commands.lifeOf(record.expiresAt, now);
      const expected = commands.digits(expectedRevision);
      const args = [expected, commands.digits(now), commands.valueOf(record), life, isIndexed];
      return this.#ask(commands.update, this.#recordAt(key), args, options);
    };
    const answer = await swap('0');
    if (answer !== commands.INDEX_FIRST) return answer === commands.DONE;
    options?.signal.throwIfAborted(); // no caller waits for the rest
    // The index is updated first, because this session is live and must not be missed at any time.
    await this.#index(commands.digestOf(record.principal), key, record.expiresAt, options);
    options?.signal.throwIfAborted();
    return (await swap('1')) === commands.DONE;
  }

  async touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean> {
    const move = (isIndexed: '0' | '1'): Promise<string> => {
      const now = Date.now();
      const life = commands.lifeOf(expiresAt, now);
      const args = [
        commands.digits(expectedRevision),
        commands.digits(now),
        commands.digits(expiresAt),
        life,
        isIndexed,
      ];
      return this.#ask(commands.touch, this.#recordAt(key), args, options);
    };
    const answer = await move('0');
    if (answer === commands.DONE || answer === commands.REFUSED) return answer === commands.DONE;
    options?.signal.throwIfAborted();
    await this.#index(answer, key, expiresAt, options); // first, as in `update`
    options?.signal.throwIfAborted();
    return (await move('1')) === commands.DONE;
  }

  async delete(key: string, options?: CommandOptions): Promise<boolean> {
    const now = commands.digits(Date.now());
    return (await this.#ask(commands.remove, this.#recordAt(key), [now], options)) === commands.DONE;
  }

  async list(principal: string, options?: CommandOptions): Promise<StoreEntry[]> {
    const digest = commands.digestOf(principal);
    const found = new Map<string, StoreEntry | undefined>();
    for (;;) {
      const known = (await this.#indexed(digest, options)).filter(([key]) => !found.has(key));
      const gone: Indexed[] = [];
      let hasMoved = false;
      for (const page of pagesOf(known, PAGE)) {
        const values = await Promise.all(page.map(([key]) => this.#valueOf(key, options)));
        const now = Date.now();
        for (const [at, indexed] of page.entries()) {
          const value = values[at];
          const record = value === undefined ? undefined : commands.recordFromValue(value, now);
          const [key] = indexed;
          found.set(key, record?.principal === principal ? [key, record] : undefined);
          // A record is stored before its index entry, so a missing record has ended. A record that has expired by our
          // clock may still be live by another clock, so it stays in the index.
          if (value === undefined) gone.push(indexed);
          // Another principal's record, or a tombstone, may have taken the key since the index was read.
          else hasMoved ||= found.get(key) === undefined;
        }
        options?.signal.throwIfAborted(); // no caller waits for the rest
      }
      await this.#forget(digest, gone, options);
      if (!hasMoved) return [...found.values()].filter((entry) => entry !== undefined);
    }
  }

  async revoke(principal: string, except: readonly string[], options?: CommandOptions): Promise<number> {
    const digest = commands.digestOf(principal);
    const kept = new Set(except);
    const known = (await this.#indexed(digest, options)).filter(([key]) => !kept.has(key));
    const args = [commands.digits(Date.now()), digest];
    const gone: Indexed[] = [];
    for (const page of pagesOf(known, PAGE)) {
      const removed = await Promise.all(
        page.map(([key]) => this.#ask(commands.removeOf, this.#recordAt(key), args, options)),
      );
      gone.push(...page.filter((_, at) => removed[at] === commands.DONE));
      options?.signal.throwIfAborted(); // no caller waits for the rest
    }
    await this.#forget(digest, gone, options);
    return gone.length;
  }

  /** Scans the servers of a cluster one after the other. The cursor consists of a server's number and its own cursor. */
  async scan(cursor: string | undefined, limit: number, options?: CommandOptions): Promise<ScanPage> {
    const [server = 0, from = '0'] = cursor === undefined ? [] : [Number.parseInt(cursor, 10), cursor.split('-')[1]];
    const primaries = await this.#driver.primaries();
    const start = this.#driver.keyPrefix + this.#recordAt('');
    const page = await primaries[server]?.scan(from, `${start.replaceAll(/[*?[\]\\^]/g, '\\$&')}*`, limit);
    if (page === undefined) return { entries: [], next: undefined };
    const keys = [...new Set(page.keys)].map((at) => at.slice(start.length));
    const entries = await Promise.all(keys.map(async (key) => [key, await this.read(key, options)] as const));
    const next = page.cursor === '0' ? `${server + 1}-0` : `${server}-${page.cursor}`;
    return {
      entries: entries.filter((entry): entry is [string, SessionRecord] => entry[1] !== undefined),
      next: page.cursor === '0' && server + 1 >= primaries.length ? undefined : next,
    };
  }

  async #valueOf(key: string, options: CommandOptions | undefined): Promise<string | undefined> {
    const at = this.#recordAt(key);
    const { get } = this.#driver;
    const value = await (get === undefined ? this.#run(commands.read, at, [], options) : get(at, signalOf(options)));
    return value === null ? undefined : textOf(value);
  }

  #recordAt(key: string): string {
    return `${this.#prefix}key:${key}`;
  }

  #indexAt(digest: string): string {
    return `${this.#prefix}principal:${digest}`;
  }

  #run(script: Script, key: string, args: readonly string[], options: CommandOptions | undefined): Promise<unknown> {
    return this.#driver.run(script, key, args, signalOf(options));
  }

  /** Returns the reply as text, because some clients are configured to return numbers as text, or text as bytes. */
  async #ask(
    script: Script,
    key: string,
    args: readonly string[],
    options: CommandOptions | undefined,
  ): Promise<string> {
    return String(await this.#run(script, key, args, options));
  }

  #index(digest: string, key: string, expiresAt: number, options: CommandOptions | undefined): Promise<unknown> {
    const now = Date.now();
    const dead = String(now - commands.INDEX_SLACK);
    const life = commands.lifeOf(expiresAt + commands.INDEX_SLACK, now);
    return this.#run(commands.index, this.#indexAt(digest), [key, String(Math.round(expiresAt)), dead, life], options);
  }

  async #indexed(digest: string, options: CommandOptions | undefined): Promise<Indexed[]> {
    const found = new Map<string, string>();
    let cursor = '0';
    do {
      const answer = await this.#run(commands.indexed, this.#indexAt(digest), [cursor], options);
      const [next, page] = answer as [unknown, unknown[]]; // what ZSCAN returns
      for (let at = 0; at < page.length; at += 2) found.set(textOf(page[at]), textOf(page[at + 1]));
      cursor = textOf(next);
    } while (cursor !== '0');
    return [...found];
  }

  async #forget(digest: string, gone: readonly Indexed[], options: CommandOptions | undefined): Promise<void> {
    for (const page of pagesOf(gone, FORGET_BATCH)) {
      await this.#run(commands.forget, this.#indexAt(digest), page.flat(), options);
    }
  }
}

/** Creates the signal on demand, because most commands are sent immediately and do not need it. */
function signalOf(options: CommandOptions | undefined): () => AbortSignal {
  return () => options?.signal ?? new AbortController().signal;
}
