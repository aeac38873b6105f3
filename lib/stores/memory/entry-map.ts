import type { Entry } from './principal-index.js';

/** Entries by key, in the order in which they were last put. */
class Queue {
  readonly map = new Map<string, Entry>();
  /**
   * Stands before the oldest entry. A new iterator would first have to step over all that was removed at the map's
   * front, some 30 µs in a full map; this one is past it.
   */
  #iterator: Iterator<Entry> | undefined;

  oldest(): Entry | undefined {
    this.#iterator ??= this.map.values();
    const next = this.#iterator.next();
    return next.done === true ? undefined : next.value;
  }

  /** An iterator that is kept for long keeps tables alive that the map has outgrown. */
  releaseIterator(): void {
    this.#iterator = undefined;
  }
}

/**
 * The entries of a store. Those without a principal are the first to be evicted: a flood of visitors must not end the
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

  /** Adds an entry, as the youngest one. */
  put(entry: Entry): void {
    this.#queueOf(entry).map.set(entry.key, entry);
  }

  delete(entry: Entry): void {
    this.#queueOf(entry).map.delete(entry.key);
  }

  /** The entry to be evicted: the one without a principal that was put longest ago, or else the oldest with one. */
  oldest(): Entry | undefined {
    const queue = this.#anonymous.map.size > 0 ? this.#anonymous : this.#owned;
    const entry = queue.oldest();
    if (entry !== undefined) return entry;
    queue.releaseIterator(); // it has come to its end before more entries were put
    return queue.oldest();
  }

  /** All entries; those that are put meanwhile may be among them or not. */
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
