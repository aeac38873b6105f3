import type { Entry } from './principal-index.js';

/** Entries by key, in the order in which they were last added. */
class Queue {
  readonly map = new Map<string, Entry>();
  /**
   * Points to the oldest entry. A new iterator would first have to skip everything that was removed at the front of the
   * map, which takes about 30 µs in a full map. This iterator has already passed it.
   */
  #iterator: Iterator<Entry> | undefined;

  oldest(): Entry | undefined {
    this.#iterator ??= this.map.values();
    const next = this.#iterator.next();
    return next.done === true ? undefined : next.value;
  }

  /** Drops the iterator. A long-lived iterator keeps internal tables alive that the map has outgrown. */
  releaseIterator(): void {
    this.#iterator = undefined;
  }
}

/**
 * The entries of a store. Entries without a principal are evicted first, because a flood of visitors must not end the
 * sessions of users.
 */
export class EntryMap {
  readonly #anonymous = new Queue();
  readonly #owned = new Queue();

  get size(): number {
    return this.#anonymous.map.size + this.#owned.map.size;
  }

  get(key: string): Entry | undefined {
    return this.#owned.map.get(key) ?? this.#anonymous.map.get(key);
  }

  /** Adds an entry as the newest one. */
  put(entry: Entry): void {
    this.#queueOf(entry).map.set(entry.key, entry);
  }

  delete(entry: Entry): void {
    this.#queueOf(entry).map.delete(entry.key);
  }

  /** Returns the entry to evict: the oldest one without a principal, otherwise the oldest one with a principal. */
  oldest(): Entry | undefined {
    const queue = this.#anonymous.map.size > 0 ? this.#anonymous : this.#owned;
    const entry = queue.oldest();
    if (entry !== undefined) return entry;
    queue.releaseIterator(); // it reached its end before more entries were added
    return queue.oldest();
  }

  /** Iterates over all entries. Entries that are added meanwhile may or may not be included. */
  *values(): Generator<Entry, void> {
    yield* this.#anonymous.map.values();
    yield* this.#owned.map.values();
  }

  clear(): void {
    this.#anonymous.map.clear();
    this.#owned.map.clear();
    this.releaseIterators();
  }

  releaseIterators(): void {
    this.#anonymous.releaseIterator();
    this.#owned.releaseIterator();
  }

  #queueOf({ record }: Entry): Queue {
    return record.principal === undefined ? this.#anonymous : this.#owned;
  }
}
