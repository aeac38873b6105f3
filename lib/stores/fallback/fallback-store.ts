import type { CommandOptions, SessionRecord, SessionStore, StoreEntry } from '../store.js';
import { Side } from './side.js';

/**
 * Two stores that hold the same sessions, while a site moves from one to the other; see {@link fallback}.
 *
 * Beside this app, another release of it may use one of the two alone: the previous store before the move, the next one
 * after it. So neither may be believed alone. What this store writes, it writes to both, the next one first, and notes in
 * each until when the other has a copy (`mirroredUntil`). A release that uses one store alone writes no such note. So
 *
 * - a record on one side only, with a note that still holds, was ended on the other: it ends here too; without one, it was
 *   made there, and is copied;
 * - of two records that differ, the one without a note is the newer one: it was written on top of ours. Where both have
 *   one, the next store's is: a write is under way, or was cut off.
 *
 * Nobody but its writer brings a record to the next store, so the swap there says for certain whether it was stored.
 */
export class FallbackStore implements SessionStore {
  readonly layout: SessionStore['layout'];
  readonly list?: NonNullable<SessionStore['list']>;
  readonly revoke?: NonNullable<SessionStore['revoke']>;
  readonly prune?: NonNullable<SessionStore['prune']>;
  readonly #next: Side;
  readonly #previous: Side;

  constructor(next: SessionStore, previous: SessionStore) {
    this.layout = next.layout ?? previous.layout;
    this.#next = new Side(next, previous);
    this.#previous = new Side(previous, next);
    // Of a principal's sessions it knows all, or it does not say that it does.
    if (next.list !== undefined && previous.list !== undefined) {
      this.list = (principal, options) => this.#list([next, previous], principal, options);
    }
    if (next.revoke !== undefined && previous.revoke !== undefined) {
      this.revoke = (principal, except, options) => this.#revoke([next, previous], principal, except, options);
    }
    if (next.prune !== undefined || previous.prune !== undefined) {
      this.prune = async () => (await next.prune?.() ?? 0) + (await previous.prune?.() ?? 0); // prettier-ignore
    }
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const [next, previous] = await Promise.all([this.#next.read(key, options), this.#previous.read(key, options)]);
    if (next === undefined) return previous && this.#one(key, previous, this.#previous, this.#next, options);
    if (previous === undefined) return this.#one(key, next, this.#next, this.#previous, options);
    return this.#both(key, next, previous, options);
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    if (!(await this.#next.create(key, noted(record), options))) return false;
    if (await this.#previous.create(key, noted(record), options)) return true;
    await this.#next.delete(key, options);
    return false;
  }

  async update(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    if (!(await this.#next.update(key, noted(record), expectedRevision, options))) return false;
    return this.#follow(key, noted(record), expectedRevision, options);
  }

  /** Writes the record: the notes of both sides have to move with the deadline. */
  async touch(key: string, expiresAt: number, expectedRevision: number, options?: CommandOptions): Promise<boolean> {
    const record = await this.read(key, options);
    if (record?.revision !== expectedRevision) return false;
    return this.update(key, { ...record, expiresAt }, expectedRevision, options);
  }

  async delete(key: string, options?: CommandOptions): Promise<boolean> {
    const deleted = await Promise.all([this.#previous.delete(key, options), this.#next.delete(key, options)]);
    return deleted.includes(true);
  }

  async close(): Promise<void> {
    await Promise.all([this.#next.store.close?.(), this.#previous.store.close?.()]);
  }

  /** A record that only one side has: made there, or ended on the other. */
  async #one(
    key: string,
    record: SessionRecord,
    from: Side,
    to: Side,
    options: CommandOptions | undefined,
  ): Promise<SessionRecord | undefined> {
    // The two were not read in one moment: the copy may have been made in between.
    if ((await to.read(key, options)) !== undefined) return this.read(key, options);
    if (isNoted(record) && record.mirroredUntil > Date.now()) {
      await from.delete(key, options);
      return undefined;
    }
    // First the copy and then the note: what is cut off in between is never taken for an end.
    const copy = noted(record);
    if (await to.create(key, copy, options)) await from.update(key, copy, record.revision, options);
    return copy;
  }

  async #both(
    key: string,
    next: SessionRecord,
    previous: SessionRecord,
    options: CommandOptions | undefined,
  ): Promise<SessionRecord | undefined> {
    // What express-session keeps of the cookie is on its side alone; a note of a rotation leads by an id where one is known.
    const rotatedTo = this.#next.store.layout === undefined ? previous.rotatedTo : next.rotatedTo;
    const cookie = next.cookie ?? previous.cookie;
    if (isNoted(next) && isNoted(previous)) {
      const ahead = next.revision - previous.revision || next.mirroredUntil - previous.mirroredUntil;
      if (ahead > 0) await this.#follow(key, { ...next, cookie }, previous.revision, options);
      // Not read in one moment, as a rule, and then the swap fails; else a store without swaps has lost a write.
      if (ahead < 0 && !(await this.#next.update(key, { ...previous, cookie }, next.revision, options))) {
        return this.read(key, options);
      }
      return ahead < 0 ? previous : { ...next, cookie, rotatedTo };
    }
    const isPreviousNewer = isNoted(next) || (!isNoted(previous) && previous.revision > next.revision);
    if (isPreviousNewer) {
      // Still without a note after the next one was read: so nothing there has been promised that is not in it.
      const again = await this.#previous.read(key, options);
      if (again?.revision !== previous.revision || isNoted(again)) return this.read(key, options);
    }
    // Both go on from a revision that neither has had, so that no swap made on either is taken for one made on this.
    const revision = Math.max(next.revision, previous.revision) + 1;
    const record = noted({ ...(isPreviousNewer ? previous : next), cookie, revision });
    if (!(await this.#next.update(key, record, next.revision, options))) return this.read(key, options);
    await this.#previous.update(key, record, previous.revision, options); // where another is faster, the next read sees it
    return record;
  }

  /** Brings the previous store after the next one; `false` where it was written or ended there meanwhile. */
  async #follow(
    key: string,
    record: SessionRecord,
    expectedRevision: number,
    options: CommandOptions | undefined,
  ): Promise<boolean> {
    let revision = expectedRevision;
    for (;;) {
      if (await this.#previous.update(key, record, revision, options)) return true;
      const found = await this.#previous.read(key, options);
      if (found === undefined) {
        await this.#next.delete(key, options);
        return false;
      }
      if (!isNoted(found)) return false;
      if (found.revision >= record.revision) return true; // a later write, on top of this one, was faster
      revision = found.revision;
    }
  }

  async #list(
    stores: readonly SessionStore[],
    principal: string,
    options: CommandOptions | undefined,
  ): Promise<StoreEntry[]> {
    const lists = await Promise.all(stores.map(async (store) => store.list?.(principal, options) ?? []));
    const keys = new Set(lists.flat().map(([key]) => key));
    const entries = await Promise.all([...keys].map(async (key) => [key, await this.read(key, options)] as const));
    return entries.filter((entry): entry is [string, SessionRecord] => entry[1]?.principal === principal);
  }

  async #revoke(
    stores: readonly SessionStore[],
    principal: string,
    except: readonly string[],
    options: CommandOptions | undefined,
  ): Promise<number> {
    const found = await this.#list(stores, principal, options);
    for (const store of stores.toReversed()) await store.revoke?.(principal, except, options);
    return found.filter(([key]) => !except.includes(key)).length;
  }
}

/** The record, with the note that its copy lives as long. */
function noted(record: SessionRecord): SessionRecord {
  return { ...record, mirroredUntil: record.expiresAt };
}

function isNoted(record: SessionRecord): record is SessionRecord & { readonly mirroredUntil: number } {
  return record.mirroredUntil !== undefined;
}
