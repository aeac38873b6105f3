import type { CommandOptions, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import { commonKey, Replica } from './replica.js';

/**
 * How far a revision goes on where what the next store had was dropped: so far that nobody's writes, one at a time, come
 * there. Whoever finds his revision passed by less knows that what was written later was written on top of his.
 */
const REVISION_GAP = 2 ** 20;

/** How often two records that differ are looked at before whoever is at work on them is taken for gone. */
const PATIENCE = 3;

/**
 * Two stores that hold the same sessions, while a site moves from one to the other; see {@link moving}.
 *
 * Beside this app, another release of it may use one of the two alone: the previous store before the move, the next one
 * after it. So neither may be believed alone. What this store writes, it writes to both, the next one first, and notes in
 * each until when the other has a copy (`mirroredUntil`). A release that uses one store alone writes no such note. So
 *
 * - a record on one side only, with a note that still holds, was ended on the other: it ends here too; without one, it was
 *   made there, and is copied;
 * - of two records that differ, the one without a note is the newer one: it was written on top of ours. Where both have
 *   one, a write is under way, or was cut off.
 *
 * An update is done when its own swaps were made on both sides, and nobody makes the second one for it. A record that is on
 * the next side only is not read, nor built on, until then; one that stays so is taken back, but for the tombstone of a
 * rotation or an end, on which nobody builds: that is carried on. What another release wrote on one side alone it has been promised,
 * so there the other side follows.
 */
export class MovingStore implements SessionStore {
  readonly layout: SessionStore['layout'];
  readonly parts: readonly SessionStore[];
  readonly keyOf?: NonNullable<SessionStore['keyOf']>;
  readonly list?: NonNullable<SessionStore['list']>;
  readonly revoke?: NonNullable<SessionStore['revoke']>;
  readonly prune?: NonNullable<SessionStore['prune']>;
  readonly #next: Replica;
  readonly #previous: Replica;

  constructor(next: SessionStore, previous: SessionStore) {
    this.layout = next.layout ?? previous.layout;
    this.parts = [next, previous];
    if (next.layout !== previous.layout) this.keyOf = commonKey;
    this.#next = new Replica(next, previous);
    this.#previous = new Replica(previous, next);
    // Of a principal's sessions it knows all, or it does not say that it does.
    if (next.list !== undefined && previous.list !== undefined) {
      this.list = (principal, options) => this.#list([next, previous], principal, options);
    }
    if (next.revoke !== undefined && previous.revoke !== undefined) {
      this.revoke = (principal, except, options) => this.#revoke([next, previous], principal, except, options);
    }
    if (next.prune !== undefined || previous.prune !== undefined) {
      // A dead record lies on both sides, and is one.
      this.prune = async () => Math.max((await next.prune?.()) ?? 0, (await previous.prune?.()) ?? 0);
    }
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const record = await this.#read(key, options, true);
    return record && withoutNote(record);
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    if (!(await this.#next.create(key, noted(record), options))) return false;
    if (await this.#previous.create(key, noted(record), options)) return true;
    await this.#next.delete(key, options);
    return false;
  }

  async update(
    key: string,
    given: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    const record = noted(given);
    if (!(await this.#next.update(key, record, expectedRevision, options))) return false;
    if (await this.#previous.update(key, record, expectedRevision, options)) return true;
    // Ended or written there meanwhile, or on the next side on top of this record: then it is stored all the same.
    for (;;) {
      const [next, previous] = await this.#sides(key, options);
      if (next === undefined || previous === undefined) {
        if (next !== undefined) await this.#next.delete(key, options);
        return false;
      }
      if (next.revision >= record.revision + REVISION_GAP) return false;
      if (next.revision > record.revision) return true;
      const settled = await this.#settle(key, next, previous, true, options);
      if (settled !== undefined) return settled.revision === record.revision;
    }
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

  #sides(key: string, options: CommandOptions | undefined) {
    return Promise.all([this.#next.read(key, options), this.#previous.read(key, options)]);
  }

  /**
   * What both sides have agreed on, once they have.
   * @param ends - whether a record that was ended on the other side is deleted: not where it may just be coming to be
   */
  async #read(key: string, options: CommandOptions | undefined, ends: boolean): Promise<SessionRecord | undefined> {
    let last = '';
    for (let same = 1; ; same++) {
      const [next, previous] = await this.#sides(key, options);
      if (last !== '' && options?.signal.aborted === true) throw new Error('nobody waits for the record any more');
      if (next === undefined && previous === undefined) return undefined;
      if (next === undefined || previous === undefined) {
        const one = await this.#one(key, next, previous, ends, options);
        if (one !== 'again') return one;
        continue;
      }
      const now = `${String(next.revision)} ${String(previous.revision)}`;
      if (now !== last) same = 1;
      last = now;
      const settled = await this.#settle(key, next, previous, same >= PATIENCE, options);
      if (settled !== undefined) return settled;
    }
  }

  /** A record that only one side has: made there, or ended on the other. */
  async #one(
    key: string,
    next: SessionRecord | undefined,
    previous: SessionRecord | undefined,
    ends: boolean,
    options: CommandOptions | undefined,
  ): Promise<SessionRecord | undefined | 'again'> {
    const [from, to] = next === undefined ? [this.#previous, this.#next] : [this.#next, this.#previous];
    const record = next ?? previous;
    if (record === undefined || !to.knows(key)) return record;
    // The two were not read in one moment: the copy may have been made in between.
    if ((await to.read(key, options)) !== undefined) return 'again';
    if (isNoted(record) && record.mirroredUntil > Date.now()) {
      if (ends) await from.delete(key, options);
      return undefined;
    }
    // First the copy and then the note: what is cut off in between is never taken for an end. Where the note finds another
    // record, or none, the copy is judged like any other.
    const copy = noted(record);
    if (!(await to.create(key, copy, options))) return 'again';
    return (await from.update(key, copy, record.revision, options)) ? copy : 'again';
  }

  /**
   * What both have agreed on; or nothing, after a step towards it.
   * @param isOld - whether a write that is under way is taken for one that was cut off
   */
  async #settle(
    key: string,
    next: SessionRecord,
    previous: SessionRecord,
    isOld: boolean,
    options: CommandOptions | undefined,
  ): Promise<SessionRecord | undefined> {
    // What express-session keeps of the cookie is on its side alone; a tombstone forwards by an id if one is known.
    const forwardTo = this.#next.store.layout === undefined ? previous.forwardTo : next.forwardTo;
    const cookie = next.cookie ?? previous.cookie;
    const beyond = Math.max(next.revision, previous.revision) + REVISION_GAP;
    if (isNoted(next) && isNoted(previous)) {
      const ahead = next.revision - previous.revision;
      if (ahead === 0) {
        const agreed = { ...next, cookie, forwardTo };
        const later = Math.max(next.mirroredUntil, previous.mirroredUntil); // of a touch that was cut off
        const moved = { ...agreed, mirroredUntil: later, expiresAt: Math.max(next.expiresAt, previous.expiresAt) };
        if (next.mirroredUntil < later) await this.#next.update(key, moved, next.revision, options);
        if (previous.mirroredUntil < later) await this.#previous.update(key, moved, previous.revision, options);
        // The earlier deadline: a touch of one neighbour alone is made up for by the next one here.
        return { ...agreed, expiresAt: Math.min(next.expiresAt, previous.expiresAt) };
      }
      if (!isOld) return undefined;
      if (ahead > 0 && next.forwardTo !== undefined) {
        // Whoever uses the next store alone may have followed the tombstone, and ended what it leads to.
        await this.#previous.update(key, { ...next, cookie }, previous.revision, options);
        return undefined;
      }
      // Taken back on the previous side first, so that the writer, if he is only slow, finds that he has failed.
      const record = ahead > 0 ? { ...previous, cookie, revision: beyond } : { ...previous, cookie };
      if (ahead < 0 || (await this.#previous.update(key, record, previous.revision, options))) {
        await this.#next.update(key, record, next.revision, options);
      }
      return undefined;
    }
    const isPreviousNewer = isNoted(next) || (!isNoted(previous) && previous.revision > next.revision);
    const [newer, side] = isPreviousNewer ? [previous, this.#previous] : [next, this.#next];
    // The two were not read in one moment: what the other side has may be later than this one's.
    const again = await side.read(key, options);
    if (again?.revision !== newer.revision || isNoted(again)) return undefined;
    if (isPreviousNewer) {
      // What the next side had is dropped.
      const record = noted({ ...previous, cookie, revision: beyond });
      if (!(await this.#next.update(key, record, next.revision, options))) return undefined;
      return (await this.#previous.update(key, record, previous.revision, options)) ? record : undefined;
    }
    // What the next side has goes on. The previous side first: while the next one is without a note, it is the newer one.
    const record = noted({ ...next, cookie, revision: next.revision + 1 });
    if (!(await this.#previous.update(key, record, previous.revision, options))) return undefined;
    return (await this.#next.update(key, record, next.revision, options)) ? record : undefined;
  }

  async #list(
    stores: readonly SessionStore[],
    principal: string,
    options: CommandOptions | undefined,
  ): Promise<StoreEntry[]> {
    const found = new Map<string, StoreEntry | undefined>();
    for (;;) {
      const lists = await Promise.all(stores.map(async (store) => store.list?.(principal, options) ?? []));
      const keys = [...new Set(lists.flat().map(([key]) => key))].filter((key) => !found.has(key));
      const records = await Promise.all(keys.map((key) => this.#read(key, options, false)));
      for (const [at, key] of keys.entries()) {
        const record = records[at];
        found.set(key, record?.principal === principal ? [key, withoutNote(record)] : undefined);
      }
      // One that is not the principal's any more may have moved meanwhile, to a key that is in the lists by now.
      if (keys.every((key) => found.get(key) !== undefined)) {
        return [...found.values()].filter((entry) => entry !== undefined);
      }
    }
  }

  async #revoke(
    stores: readonly [next: SessionStore, previous: SessionStore],
    principal: string,
    except: readonly string[],
    options: CommandOptions | undefined,
  ): Promise<number> {
    const [next, previous] = stores;
    await this.#list(stores, principal, options); // brings both to one state, so that the next one's count is all
    await previous.revoke?.(principal, except, options);
    return (await next.revoke?.(principal, except, options)) ?? 0;
  }
}

/** The record as it was given: the note is our own. */
function withoutNote({ mirroredUntil: _, ...record }: SessionRecord): SessionRecord {
  return record;
}

/** The record, with the note that its copy lives as long. */
function noted(record: SessionRecord): SessionRecord {
  return { ...record, mirroredUntil: record.expiresAt };
}

function isNoted(record: SessionRecord): record is SessionRecord & { readonly mirroredUntil: number } {
  return record.mirroredUntil !== undefined;
}
