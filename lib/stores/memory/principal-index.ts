import { ShardedMap } from './sharded-map.js';

/** The slots of each principal. Most principals have one session, so a set is created only for the second. */
export class PrincipalIndex {
  readonly #slots = new ShardedMap<number | Set<number>>();

  of(principal: string): number[] {
    const found = this.#slots.get(principal);
    return found === undefined ? [] : found instanceof Set ? [...found] : [found];
  }

  add(principal: string, slot: number): void {
    const found = this.#slots.get(principal);
    if (found === undefined) this.#slots.set(principal, slot);
    else if (found instanceof Set) found.add(slot);
    else this.#slots.set(principal, new Set([found, slot]));
  }

  remove(principal: string, slot: number): void {
    const found = this.#slots.get(principal);
    if (found instanceof Set) {
      found.delete(slot);
      if (found.size > 0) return;
    }
    this.#slots.delete(principal);
  }
}
