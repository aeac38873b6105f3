import { keyOf, nameOfKey } from '../store-key.js';
import type { CommandOptions, SessionRecord, SessionStore } from '../store-contract.js';

/** The prefix of a common key if the session id is unknown. The key in the store with hashed keys follows it. */
const HASHED = ':';

/** Returns the common key of two stores if only one of them uses session ids as keys. Both keys can be derived from it. */
export function commonKey(id: string, name: string): string {
  return `${name}:${id}`;
}

/**
 * One of the two stores, used with the common keys of both. If only one of them uses session ids as keys, as stores for
 * express-session do, a common key contains the id and the cookie's name, and the key of each store is derived from it.
 */
export class Replica {
  readonly store: SessionStore;
  /** Whether it uses hashed keys, which are derived from the common keys. */
  readonly #hashes: boolean;
  /** Whether it uses ids as keys. Then a record cannot be found if only the hash of its key is known. */
  readonly #isById: boolean;

  constructor(store: SessionStore, other: SessionStore) {
    this.store = store;
    this.#hashes = other.layout === 'express-session' && store.layout === undefined;
    this.#isById = other.layout === undefined && store.layout === 'express-session';
  }

  /** Whether this store can have a record under the key. */
  knows(key: string): boolean {
    return !this.#isUnknown(key);
  }

  async read(key: string, options: CommandOptions | undefined): Promise<SessionRecord | undefined> {
    if (this.#isUnknown(key)) return undefined;
    const record = await this.store.read(this.#keyOf(key), options);
    if (record === undefined || typeof record.forwardTo !== 'string') return record;
    const name = nameOfKey(key);
    if (this.#hashes) return { ...record, forwardTo: HASHED + record.forwardTo };
    return this.#isById && name !== '' ? { ...record, forwardTo: commonKey(record.forwardTo, name) } : record;
  }

  async create(key: string, record: SessionRecord, options: CommandOptions | undefined): Promise<boolean> {
    return this.#isUnknown(key) || this.store.create(this.#keyOf(key), this.#own(record), options);
  }

  async update(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options: CommandOptions | undefined,
  ): Promise<boolean> {
    return this.#isUnknown(key) || this.store.update(this.#keyOf(key), this.#own(record), expectedRevision, options);
  }

  async delete(key: string, options: CommandOptions | undefined): Promise<boolean> {
    return !this.#isUnknown(key) && this.store.delete(this.#keyOf(key), options);
  }

  #isUnknown(key: string): boolean {
    return this.#isById && key.startsWith(HASHED);
  }

  #keyOf(key: string): string {
    if (!this.#hashes && !this.#isById) return key;
    if (key.startsWith(HASHED)) return key.slice(HASHED.length);
    const name = nameOfKey(key);
    const id = name === '' ? key : key.slice(name.length + 1);
    return this.#hashes ? keyOf(id, name) : id;
  }

  /** Converts `forwardTo` of a tombstone to this store's kind of key. A store with hashed keys must not contain an id. */
  #own(record: SessionRecord): SessionRecord {
    const { forwardTo } = record;
    if (typeof forwardTo !== 'string') return record;
    if (this.#isUnknown(forwardTo)) return { ...record, forwardTo: null };
    return { ...record, forwardTo: this.#keyOf(forwardTo) };
  }
}
