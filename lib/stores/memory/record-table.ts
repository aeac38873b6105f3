import type { SessionRecord } from '../store-contract.js';
import { PrincipalIndex } from './principal-index.js';
import { RecordBlock, SLOTS } from './record-block.js';
import { ShardedMap } from './sharded-map.js';

/** No slot: the end of a queue. */
const NONE = -1;

/** Slots in the order in which they were last stored or touched. */
interface Queue {
  oldest: number;
  newest: number;
}

/**
 * The records of a `MemoryStore`. Each has a slot, which is a number, from its creation to its end. The table grows and
 * shrinks by one block of slots at a time, so that no call takes long.
 */
export class RecordTable {
  readonly #slots = new ShardedMap<number>();
  readonly #principals = new PrincipalIndex();
  readonly #blocks: RecordBlock[] = [];
  /** No block before this one has a free slot. */
  #roomFrom = 0;
  /** Apart from the others, because a flood of visitors must not end the sessions of users. */
  readonly #anonymous: Queue = { oldest: NONE, newest: NONE };
  readonly #owned: Queue = { oldest: NONE, newest: NONE };
  #size = 0;
  #end = 0;

  get size(): number {
    return this.#size;
  }

  /** The end of the slots that may be in use. */
  get end(): number {
    return this.#end;
  }

  slotOf(key: string): number | undefined {
    return this.#slots.get(key);
  }

  /** Returns the slots of a principal. */
  slotsOf(principal: string): number[] {
    return this.#principals.of(principal);
  }

  /** Returns the slot to evict: the oldest one without a principal, otherwise the oldest one with a principal. */
  oldest(): number | undefined {
    const { oldest } = this.#anonymous.oldest === NONE ? this.#owned : this.#anonymous;
    return oldest === NONE ? undefined : oldest;
  }

  /** Returns the key in a slot; `undefined` if the slot is free. */
  keyAt(slot: number): string | undefined {
    return this.#blocks[Math.floor(slot / SLOTS)]?.keys[slot % SLOTS];
  }

  isExpired(slot: number, now: number): boolean {
    return (this.#blockOf(slot).expiresAt[slot % SLOTS] ?? 0) <= now;
  }

  /** Returns the first slot of a range that has an expired record, otherwise the end of the range. */
  nextExpired(from: number, to: number, now: number): number {
    for (let slot = from; slot < to;) {
      const block = this.#blocks[Math.floor(slot / SLOTS)];
      const start = slot - (slot % SLOTS);
      const end = Math.min(to, start + SLOTS);
      if (block === undefined) return to;
      for (; slot < end; slot++) if ((block.expiresAt[slot - start] ?? 0) <= now) return slot;
    }
    return to;
  }

  revision(slot: number): number {
    return this.#blockOf(slot).revision[slot % SLOTS] ?? 0;
  }

  principal(slot: number): string | undefined {
    return this.#blockOf(slot).principal[slot % SLOTS];
  }

  read(slot: number): SessionRecord {
    return this.#blockOf(slot).read(slot % SLOTS);
  }

  /** Adds a record as the newest one. The key must not be in the table. */
  add(key: string, record: SessionRecord): void {
    while (this.#blocks[this.#roomFrom]?.isFull === true) this.#roomFrom += 1;
    const block = (this.#blocks[this.#roomFrom] ??= new RecordBlock());
    const slot = this.#roomFrom * SLOTS + block.take(key);
    block.write(slot % SLOTS, record);
    this.#slots.set(key, slot);
    this.#size += 1;
    this.#end = Math.max(this.#end, slot + 1);
    this.#link(slot);
  }

  /** Replaces the record in a slot. It becomes the newest one. */
  replace(slot: number, record: SessionRecord): void {
    this.#unlink(slot);
    this.#blockOf(slot).write(slot % SLOTS, record);
    this.#link(slot);
  }

  /** Changes the deadline of the record in a slot. It becomes the newest one. */
  touch(slot: number, expiresAt: number): void {
    this.#leaveQueue(slot);
    this.#blockOf(slot).expiresAt[slot % SLOTS] = expiresAt;
    this.#enterQueue(slot);
  }

  remove(slot: number): void {
    const block = this.#blockOf(slot);
    const key = block.keys[slot % SLOTS];
    if (key === undefined) return;
    this.#unlink(slot);
    this.#slots.delete(key);
    block.clear(slot % SLOTS);
    this.#size -= 1;
    this.#roomFrom = Math.min(this.#roomFrom, Math.floor(slot / SLOTS));
    // One empty block is kept, so that a few sessions that come and go do not create and drop it each time.
    while (this.#blocks.at(-1)?.isEmpty === true && this.#blocks.at(-2)?.isEmpty === true) this.#blocks.pop();
    this.#end = Math.min(this.#end, this.#blocks.length * SLOTS);
  }

  #blockOf(slot: number): RecordBlock {
    const block = this.#blocks[Math.floor(slot / SLOTS)];
    if (block === undefined) throw new RangeError('There is no such slot.');
    return block;
  }

  /** Adds a slot to the index of principals and to its queue, depending on the principal that it has now. */
  #link(slot: number): void {
    const principal = this.principal(slot);
    if (principal !== undefined) this.#principals.add(principal, slot);
    this.#enterQueue(slot);
  }

  #unlink(slot: number): void {
    const principal = this.principal(slot);
    if (principal !== undefined) this.#principals.remove(principal, slot);
    this.#leaveQueue(slot);
  }

  #enterQueue(slot: number): void {
    const queue = this.#queueOf(slot);
    this.#setNeighbors(slot, queue.newest, NONE);
    if (queue.newest === NONE) queue.oldest = slot;
    else this.#blockOf(queue.newest).newer[queue.newest % SLOTS] = slot;
    queue.newest = slot;
  }

  #leaveQueue(slot: number): void {
    const queue = this.#queueOf(slot);
    const block = this.#blockOf(slot);
    const [older = NONE, newer = NONE] = [block.older[slot % SLOTS], block.newer[slot % SLOTS]];
    if (older === NONE) queue.oldest = newer;
    else this.#blockOf(older).newer[older % SLOTS] = newer;
    if (newer === NONE) queue.newest = older;
    else this.#blockOf(newer).older[newer % SLOTS] = older;
  }

  #setNeighbors(slot: number, older: number, newer: number): void {
    const block = this.#blockOf(slot);
    block.older[slot % SLOTS] = older;
    block.newer[slot % SLOTS] = newer;
  }

  #queueOf(slot: number): Queue {
    return this.principal(slot) === undefined ? this.#anonymous : this.#owned;
  }
}
