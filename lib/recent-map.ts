/**
 * A map that forgets. It keeps what was set last, up to a weight between `limit` and twice that: when the young entries reach
 * the limit, they become the old ones, and those that were old are dropped.
 */
export class RecentMap<V> {
  readonly #limit: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #weight = 0;

  /** @param limit - the weight of the young entries; each weighs 1 unless {@link set} is told otherwise */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Sets a value. One that weighs more than the limit is not kept. */
  set(key: string, value: V, weight = 1): void {
    if (weight > this.#limit) {
      this.delete(key);
      return;
    }
    this.#weight += weight;
    if (this.#weight > this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = weight;
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
