/** With a million entries, a map has about 4 000. It copies them when it grows, which takes less than half a millisecond. */
const MAPS = 256;

/** How many characters of a key decide in which map it is, at most. */
const CHARS = 32;

/** A map without the pauses of one large `Map`, which copies a million entries when it grows and when it shrinks. */
export class ShardedMap<V> {
  readonly #maps = new Array<Map<string, V> | undefined>(MAPS);

  get(key: string): V | undefined {
    return this.#maps[mapOf(key)]?.get(key);
  }

  set(key: string, value: V): void {
    (this.#maps[mapOf(key)] ??= new Map()).set(key, value);
  }

  delete(key: string): void {
    this.#maps[mapOf(key)]?.delete(key);
  }
}

/**
 * Returns the number of a key's map. Reading the characters has a second use: it makes V8 join the parts of a concatenated
 * key, which needs less memory.
 */
function mapOf(key: string): number {
  const step = Math.ceil(key.length / CHARS);
  let hash = 0;
  for (let at = key.length - 1; at >= 0; at -= step) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 16)) & (MAPS - 1);
}
