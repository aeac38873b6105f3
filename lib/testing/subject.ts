import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  STORE_METHODS,
  type ScanPage,
  type SessionRecord,
  type SessionStore,
  type StoreEntry,
} from '../stores/store-contract.js';
import type { CheckedConformanceOptions, METHODS } from './conformance-options.js';
import { inParallel } from './parallel.js';

/** In milliseconds. */
export const MINUTE = 60_000;

/** In milliseconds. */
export const HOUR = 60 * MINUTE;

/** A live record at revision 1, with the fields that every record has. */
export function aRecord(fields: Partial<SessionRecord> = {}): SessionRecord {
  const now = Date.now();
  return {
    data: '{"views":1}',
    revision: 1,
    schemaVersion: 0,
    createdAt: now,
    expiresAt: now + 10 * MINUTE,
    ...fields,
  };
}

/** The environment of a case: a store, and keys and principals that no other case uses. */
export class Subject {
  readonly store: SessionStore;
  /** The number of sessions in the cases about many sessions. */
  readonly sessions: number;
  readonly #options: CheckedConformanceOptions;
  readonly #opened: SessionStore[] = [];
  readonly #keys: string[] = [];

  private constructor(options: CheckedConformanceOptions, store: SessionStore) {
    this.store = store;
    this.sessions = options.sessions;
    this.#options = options;
    this.#opened.push(store);
  }

  static async open(options: CheckedConformanceOptions): Promise<Subject> {
    return new Subject(options, await openStore(options));
  }

  /** Another store on the same sessions. */
  async another(): Promise<SessionStore> {
    const store = await openStore(this.#options);
    this.#opened.push(store);
    return store;
  }

  /** A key that no other test uses. Its record is removed after the case. */
  key(key = randomBytes(24).toString('base64url')): string {
    this.#keys.push(key);
    return key;
  }

  keys(count: number): string[] {
    return Array.from({ length: count }, () => this.key());
  }

  /** A principal that no other test uses. */
  principal(): string {
    return randomBytes(12).toString('base64url');
  }

  /** Stores a record. */
  async stored(fields: Partial<SessionRecord> = {}, key = this.key()): Promise<{ key: string; record: SessionRecord }> {
    const record = aRecord(fields);
    await this.store.create(key, record);
    return { key, record };
  }

  /** Stores a record whose deadline has passed, and returns its key. */
  async dead(fields: Partial<SessionRecord> = {}): Promise<string> {
    return (await this.stored({ expiresAt: Date.now() - 1, ...fields })).key;
  }

  async damage(key: string): Promise<void> {
    await this.#options.damage?.(key);
  }

  list(principal: string, store = this.store): Promise<readonly StoreEntry[]> {
    return present(store, 'list').list(principal);
  }

  revoke(principal: string, except: readonly string[] = [], store = this.store): Promise<number> {
    return present(store, 'revoke').revoke(principal, except);
  }

  scan(cursor: string | undefined, limit: number, store = this.store): Promise<ScanPage> {
    return present(store, 'scan').scan(cursor, limit);
  }

  prune(): Promise<number> {
    return present(this.store, 'prune').prune();
  }

  size(): Promise<number> {
    return present(this.store, 'size').size();
  }

  /** Removes what the case left behind, and closes its stores. */
  async end(): Promise<void> {
    // a record that cannot be removed no longer matters
    await inParallel(this.#keys, (key) => this.store.delete(key)).catch(() => undefined);
    const closed = await Promise.allSettled(this.#opened.map(async (store) => store.close?.()));
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
  }
}

async function openStore({ open }: CheckedConformanceOptions): Promise<SessionStore> {
  const store = await open();
  for (const method of STORE_METHODS) {
    assert.equal(
      typeof store?.[method],
      'function',
      `open must give a store, and what it gave has no method ${method}`,
    );
  }
  return store;
}

/** The store, typed with an optional method that it has. */
function present<Method extends (typeof METHODS)[number]>(
  store: SessionStore,
  method: Method,
): SessionStore & Required<Pick<SessionStore, Method>> {
  assert.equal(
    typeof store[method],
    'function',
    `the store has no method ${method}: implement it, or pass without: ['${method}'] to leave these cases out`,
  );
  return store as SessionStore & Required<Pick<SessionStore, Method>>; // checked above
}
