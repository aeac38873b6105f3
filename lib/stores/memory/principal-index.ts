import type { SessionRecord } from '../store-contract.js';

/** What the store's map holds. It keeps its key, so that moving it to the end keeps no caller's string alive. */
export interface Entry {
  readonly key: string;
  record: SessionRecord;
}

/** The entries of each principal. Most have one: a set is made for the second. */
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
