import { keyOf, nameOfKey } from '../store-key.js';
import type { CommandOptions, SessionRecord, SessionStore } from '../store-contract.js';

/** Begins the common key of a session whose id nobody knows: what follows is its key in the store of hashed keys. */
const HASHED = ':';

/** The key that two stores have in common of which one keeps sessions under their ids: all that the other's is made of. */
export function commonKey(id: string, name: string): string {
  return `${name}:${id}`;
}

/**
 * One of the two stores, spoken to with the keys that both have in common. Where only one of them keeps sessions under
 * their ids, as express-session's do, these hold the id and the cookie's name, and the keys of both are made of them.
 */
export class Replica {
  readonly store: SessionStore;
  /** Whether its keys are made of the common ones. */
  readonly #hashes: boolean;
  /** Whether it cannot be asked for a key of which only the hash is known. */
  readonly #isById: boolean;

  constructor(store: SessionStore, other: SessionStore) {
    this.store = store;
    this.#hashes = other.layout === 'express-session' && store.layout === undefined;
    this.#isById = other.layout === undefined && store.layout === 'express-session';
  }

  /** Whether it can be asked for the key at all. */
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

  /** A tombstone forwards to a key, which is this store's own kind of key; an id must not be found in a store of hashes. */
  #own(record: SessionRecord): SessionRecord {
    const { forwardTo } = record;
    if (typeof forwardTo !== 'string') return record;
    if (this.#isUnknown(forwardTo)) return { ...record, forwardTo: null };
    return { ...record, forwardTo: this.#keyOf(forwardTo) };
  }
}
