import { mapInTurns } from '../in-turns.js';
import { rememberServer } from '../store-server.js';
import type { CommandOptions, ScanPage, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import {
  alive,
  aliveAfter,
  aliveAt,
  aliveOf,
  allAlive,
  dead,
  documentOf,
  entryOf,
  INDEXES,
  recordFromDocument,
} from './mongo-commands.js';
import { COMMAND, saysKeyIsTaken, type MongoCollection, type MongoWriteConcern } from './mongo-driver.js';
import { checkOptions, type MongoStoreOptions } from './mongo-options.js';

/**
 * How many documents each batch of a query may contain. The server's default for the first batch is 101. A batch never
 * exceeds 16 MB. Each further batch takes another command. The driver decodes a batch in one turn of the event loop.
 */
const BATCH = 200;

/**
 * Keeps sessions in a collection of MongoDB. Every method is one command, which is atomic on the server. MongoDB itself
 * removes expired sessions, with an index that {@link MongoStore.setup} creates. Call it once in a deploy step, or at
 * every start.
 *
 * Deadlines are compared with the clock of the process. The server removes a session when it has been expired for an hour
 * by the server's clock. So the server's clock may be up to an hour ahead.
 *
 * @throws SessionOptionsError if an option is wrong or unknown, or if the collection's write concern is `w: 0`
 *
 * @example
 * ```ts
 * import { MongoClient } from 'mongodb';
 * import { MongoStore } from 'typed-session/mongo';
 *
 * const client = new MongoClient('mongodb://127.0.0.1:27017/shop', { serverSelectionTimeoutMS: 3_000 });
 * export const store = new MongoStore({ collection: client.db().collection('sessions') });
 * await store.setup(); // or once, in a deploy step
 * ```
 * @group Stores
 */
export class MongoStore implements SessionStore {
  readonly #collection: MongoCollection;
  readonly #writeConcern: MongoWriteConcern;

  /**
   * @param options - the collection
   */
  constructor(options: MongoStoreOptions) {
    this.#writeConcern = checkOptions(options);
    this.#collection = options.collection;
    rememberServer(this, { kind: 'mongo', client: options.collection, place: '' });
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const found = await this.#collection.findOne(alive(key), this.#reading(options));
    return found === null ? undefined : recordFromDocument(found);
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    const upsert = { ...this.#writing(options), upsert: true };
    try {
      await this.#collection.replaceOne(dead(key), documentOf(record), upsert);
      return true;
    } catch (error) {
      if (saysKeyIsTaken(error)) return false;
      throw error;
    }
  }

  async update(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    const filter = aliveAt(key, expectedRevision);
    const { matchedCount } = await this.#collection.replaceOne(filter, documentOf(record), this.#writing(options));
    return matchedCount > 0;
  }

  async touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean> {
    const change = { $set: { expiresAt: new Date(expiresAt) } };
    const filter = aliveAt(key, expectedRevision);
    const { matchedCount } = await this.#collection.updateOne(filter, change, this.#writing(options));
    return matchedCount > 0;
  }

  async delete(key: string, options?: CommandOptions): Promise<boolean> {
    const { deletedCount } = await this.#collection.deleteOne(alive(key), this.#writing(options));
    return deletedCount > 0;
  }

  async list(principal: string, options?: CommandOptions): Promise<StoreEntry[]> {
    const all = { ...this.#reading(options), batchSize: BATCH };
    const found = await this.#collection.find(aliveOf(principal), all).toArray();
    return mapInTurns(found, entryOf);
  }

  async revoke(principal: string, except: readonly string[], options?: CommandOptions): Promise<number> {
    const { deletedCount } = await this.#collection.deleteMany(aliveOf(principal, except), this.#writing(options));
    return deletedCount;
  }

  async scan(cursor: string | undefined, limit: number, options?: CommandOptions): Promise<ScanPage> {
    // The batch is larger than the page. If they were equal, the server would keep the cursor open.
    const page = { ...this.#reading(options), sort: { _id: 1 }, limit, batchSize: limit + 1 };
    const found = await this.#collection.find(aliveAfter(cursor ?? ''), page).toArray();
    const entries = found.map(entryOf);
    return { entries, next: entries.length < limit ? undefined : entries.at(-1)?.[0] };
  }

  /**
   * Returns the number of live sessions. They are counted one by one, in the index on their deadlines. Use it for
   * statistics, not for each request.
   */
  async size(): Promise<number> {
    return this.#collection.countDocuments(allAlive(), this.#reading());
  }

  /**
   * Creates the indexes with one command: on `expiresAt`, which makes MongoDB remove a session about an hour after its
   * deadline, and on `principal`, for `list` and `revoke`. It changes nothing if they exist. Without them the store works,
   * but nothing is ever removed, and a search for a principal reads the whole collection.
   *
   * Rejects with the driver's error if the server cannot be reached, if the user may not create indexes, or if these fields
   * have indexes with other options: drop those first.
   */
  async setup(): Promise<void> {
    await this.#collection.createIndexes([...INDEXES], { writeConcern: this.#writeConcern });
  }

  #reading(options?: CommandOptions): object {
    if (options === undefined) return { ...COMMAND };
    const { signal } = options;
    signal.throwIfAborted(); // drivers before 6.13 do not support signals
    return { ...COMMAND, signal };
  }

  /**
   * The driver's documentation promises signals only for reads. For writes, the behavior depends on the version: since
   * 6.13, the driver gives up a write that is waiting for a server or a connection.
   */
  #writing(options?: CommandOptions): object {
    return { ...this.#reading(options), writeConcern: this.#writeConcern };
  }
}
