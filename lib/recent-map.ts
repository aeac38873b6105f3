/**
 * A map that forgets. It keeps what was set last, up to a weight between `limit` and twice that: when the young entries reach
 * the limit, they become the old ones, and those that were old are dropped.
 */
export class RecentMap<V> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #weight = 0;

  /**
   * @param limit - the most that the young entries may weigh together
   * @param weigh - returns the weight of a value; without it, each weighs 1
   */
  constructor(limit: number, weigh: (value: V) => number = () => 1) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Sets a value. One that weighs more than the limit is not kept. */
  set(key: string, value: V): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#limit) return;
    this.#weight += weight;
    if (this.#weight > this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = weight;
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    const young = this.#young.get(key);
    if (young !== undefined) this.#weight -= this.#weigh(young);
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
