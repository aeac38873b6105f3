import type { CommandOptions, SessionRecord, SessionStore, StoreEntry } from '../store-contract.js';
import { commonKey, Replica } from './replica.js';

/**
 * How far the revision jumps if the record of the next store was dropped. The gap is so large that single writes never
 * reach it. So if a writer finds its revision exceeded by less than the gap, the later writes are based on its own write.
 */
const REVISION_GAP = 2 ** 20;

/** How often two different records are read before the write that makes them differ is considered abandoned. */
const MAX_SAME_READS = 3;

/**
 * Keeps the same sessions in two stores while a site moves from one to the other; see {@link moving}.
 *
 * At the same time, another release of the app may use only one of the two: the previous store before the move, the next
 * store after it. So neither store can be trusted alone. This store writes every record to both, first to the next store.
 * In each record it stores until when the other store has a copy (`mirroredUntil`). A release that uses only one store
 * does not write `mirroredUntil`. Therefore:
 *
 * - If only one store has a record, and its `mirroredUntil` has not passed, the session was ended in the other store, so it ends here
 *   as well. Otherwise, the session was created in that store, and it is copied.
 * - If the two records differ, the one without `mirroredUntil` is newer, because it was written on top of ours. If both have
 *   it, a write is in progress or was interrupted.
 *
 * An update is complete when its writer has made the compare-and-swap in both stores. No other process makes the second
 * one for it. Until then, the change in the next store is neither read nor used as a base. If the update remains
 * incomplete, it is undone. A tombstone is an exception: nothing is based on it, so it is completed instead. A release
 * that uses only one store has confirmed its write to its caller, so the other store must follow.
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
    // Either all sessions of a principal can be found, or the methods are absent.
    if (next.list !== undefined && previous.list !== undefined) {
      this.list = (principal, options) => this.#list([next, previous], principal, options);
    }
    if (next.revoke !== undefined && previous.revoke !== undefined) {
      this.revoke = (principal, except, options) => this.#revoke([next, previous], principal, except, options);
    }
    if (next.prune !== undefined || previous.prune !== undefined) {
      // An expired record is in both stores, but it counts once.
      this.prune = async () => Math.max((await next.prune?.()) ?? 0, (await previous.prune?.()) ?? 0);
    }
  }

  async read(key: string, options?: CommandOptions): Promise<SessionRecord | undefined> {
    const record = await this.#read(key, options, true);
    return record && withoutMirror(record);
  }

  async create(key: string, record: SessionRecord, options?: CommandOptions): Promise<boolean> {
    if (!(await this.#next.create(key, mirrored(record), options))) return false;
    if (await this.#previous.create(key, mirrored(record), options)) return true;
    await this.#next.delete(key, options);
    return false;
  }

  async update(
    key: string,
    given: SessionRecord,
    expectedRevision: number,
    options?: CommandOptions,
  ): Promise<boolean> {
    const record = mirrored(given);
    if (!(await this.#next.update(key, record, expectedRevision, options))) return false;
    if (await this.#previous.update(key, record, expectedRevision, options)) return true;
    // The previous store's record was ended or changed meanwhile. Or another write to the next store is based on this
    // record. In that case, this record counts as stored.
    for (;;) {
      const [next, previous] = await this.#readBoth(key, options);
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

  /** Writes the whole record, because `mirroredUntil` in both stores must change together with the deadline. */
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

  #readBoth(key: string, options: CommandOptions | undefined) {
    return Promise.all([this.#next.read(key, options), this.#previous.read(key, options)]);
  }

  /**
   * Returns the record as soon as both stores agree on it.
   * @param deletesEnded - whether a record that was ended in the other store is deleted; `false` if it may just be in creation
   */
  async #read(
    key: string,
    options: CommandOptions | undefined,
    deletesEnded: boolean,
  ): Promise<SessionRecord | undefined> {
    let last = '';
    for (let same = 1; ; same++) {
      const [next, previous] = await this.#readBoth(key, options);
      if (last !== '' && options?.signal.aborted === true) throw new Error('nobody waits for the record any more');
      if (next === undefined && previous === undefined) return undefined;
      if (next === undefined || previous === undefined) {
        const one = await this.#one(key, next, previous, deletesEnded, options);
        if (one !== 'again') return one;
        continue;
      }
      const now = `${String(next.revision)} ${String(previous.revision)}`;
      if (now !== last) same = 1;
      last = now;
      const settled = await this.#settle(key, next, previous, same >= MAX_SAME_READS, options);
      if (settled !== undefined) return settled;
    }
  }

  /** Handles a record that only one store has. It was either created there, or ended in the other store. */
  async #one(
    key: string,
    next: SessionRecord | undefined,
    previous: SessionRecord | undefined,
    deletesEnded: boolean,
    options: CommandOptions | undefined,
  ): Promise<SessionRecord | undefined | 'again'> {
    const [from, to] = next === undefined ? [this.#previous, this.#next] : [this.#next, this.#previous];
    const record = next ?? previous;
    if (record === undefined || !to.knows(key)) return record;
    // The two were not read at the same time, so the copy may have been created in between.
    if ((await to.read(key, options)) !== undefined) return 'again';
    if (isMirrored(record) && record.mirroredUntil > Date.now()) {
      if (deletesEnded) await from.delete(key, options);
      return undefined;
    }
    // First the copy is created, then `mirroredUntil` is written. So if this is interrupted in between, the session does not
    // count as ended. If the record has changed or ended before that, the copy is treated like any other record.
    const copy = mirrored(record);
    if (!(await to.create(key, copy, options))) return 'again';
    return (await from.update(key, copy, record.revision, options)) ? copy : 'again';
  }

  /**
   * Returns the record that both stores agree on, or `undefined` after a step towards an agreement.
   * @param isOld - whether an incomplete write is considered abandoned
   */
  async #settle(
    key: string,
    next: SessionRecord,
    previous: SessionRecord,
    isOld: boolean,
    options: CommandOptions | undefined,
  ): Promise<SessionRecord | undefined> {
    // Only a store with express-session's layout has the cookie's attributes. A tombstone forwards by the id if it is known.
    const forwardTo = this.#next.store.layout === undefined ? previous.forwardTo : next.forwardTo;
    const cookie = next.cookie ?? previous.cookie;
    const beyond = Math.max(next.revision, previous.revision) + REVISION_GAP;
    if (isMirrored(next) && isMirrored(previous)) {
      const ahead = next.revision - previous.revision;
      if (ahead === 0) {
        const agreed = { ...next, cookie, forwardTo };
        const later = Math.max(next.mirroredUntil, previous.mirroredUntil); // of an interrupted touch
        const moved = { ...agreed, mirroredUntil: later, expiresAt: Math.max(next.expiresAt, previous.expiresAt) };
        if (next.mirroredUntil < later) await this.#next.update(key, moved, next.revision, options);
        if (previous.mirroredUntil < later) await this.#previous.update(key, moved, previous.revision, options);
        // The earlier deadline is returned. If another release has touched only one store, the next touch here fixes that.
        return { ...agreed, expiresAt: Math.min(next.expiresAt, previous.expiresAt) };
      }
      if (!isOld) return undefined;
      if (ahead > 0 && next.forwardTo !== undefined) {
        // A release that uses only the next store may have followed the tombstone and ended its successor.
        await this.#previous.update(key, { ...next, cookie }, previous.revision, options);
        return undefined;
      }
      // The write is undone. The previous store comes first, so that a writer that is only slow detects its failure.
      const record = ahead > 0 ? { ...previous, cookie, revision: beyond } : { ...previous, cookie };
      if (ahead < 0 || (await this.#previous.update(key, record, previous.revision, options))) {
        await this.#next.update(key, record, next.revision, options);
      }
      return undefined;
    }
    const isPreviousNewer = isMirrored(next) || (!isMirrored(previous) && previous.revision > next.revision);
    const [newer, side] = isPreviousNewer ? [previous, this.#previous] : [next, this.#next];
    // The two were not read at the same time, so the other store's record may be newer than this one.
    const again = await side.read(key, options);
    if (again?.revision !== newer.revision || isMirrored(again)) return undefined;
    if (isPreviousNewer) {
      // The record of the next store is dropped.
      const record = mirrored({ ...previous, cookie, revision: beyond });
      if (!(await this.#next.update(key, record, next.revision, options))) return undefined;
      return (await this.#previous.update(key, record, previous.revision, options)) ? record : undefined;
    }
    // The record of the next store is used. The previous store is written first: as long as the record of the next store
    // has no `mirroredUntil`, it remains the newer one.
    const record = mirrored({ ...next, cookie, revision: next.revision + 1 });
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
        found.set(key, record?.principal === principal ? [key, withoutMirror(record)] : undefined);
      }
      // A record that no longer has this principal may have moved to a key that the lists contain by now.
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
    await this.#list(stores, principal, options); // makes both stores agree, so that the count of the next store is complete
    await previous.revoke?.(principal, except, options);
    return (await next.revoke?.(principal, except, options)) ?? 0;
  }
}

/** Returns the record as it was given, without `mirroredUntil`. */
function withoutMirror({ mirroredUntil: _, ...record }: SessionRecord): SessionRecord {
  return record;
}

/** Returns the record with the deadline of its copy, which is the same. */
function mirrored(record: SessionRecord): SessionRecord {
  return { ...record, mirroredUntil: record.expiresAt };
}

function isMirrored(record: SessionRecord): record is SessionRecord & { readonly mirroredUntil: number } {
  return record.mirroredUntil !== undefined;
}
