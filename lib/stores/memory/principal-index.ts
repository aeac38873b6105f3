import type { SessionRecord } from '../store-contract.js';

/** An entry of the store's map. It contains its key, so that moving it to the end does not retain a caller's string. */
export interface Entry {
  readonly key: string;
  record: SessionRecord;
}

/** The entries of each principal. Most principals have one entry, so a set is created only for the second. */
export class PrincipalIndex {
  readonly #entries = new Map<string, Entry | Set<Entry>>();

  of(principal: string): Entry[] {
    const found = this.#entries.get(principal);
    return found === undefined ? [] : found instanceof Set ? [...found] : [found];
  }

  add(entry: Entry): void {
    const { principal } = entry.record;
    if (principal === undefined) return;
    const found = this.#entries.get(principal);
    if (found === undefined || found === entry) this.#entries.set(principal, entry);
    else if (found instanceof Set) found.add(entry);
    else this.#entries.set(principal, new Set([found, entry]));
  }

  remove(entry: Entry): void {
    const { principal } = entry.record;
    if (principal === undefined) return;
    const found = this.#entries.get(principal);
    if (found instanceof Set) {
      found.delete(entry);
      if (found.size > 0) return;
    } else if (found !== entry) return;
    this.#entries.delete(principal);
  }

  clear(): void {
    this.#entries.clear();
  }
}
