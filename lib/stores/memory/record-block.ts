import type { RecordField } from '../record-fields.js';
import type { SessionRecord } from '../store-contract.js';

/** How many slots a block has. */
export const SLOTS = 1_024;

/** The fields that few records have. */
type RareFields = Pick<SessionRecord, 'cookieMaxAge' | 'forwardTo' | 'mirroredUntil'>;

/**
 * The records in some slots of a table. A block has an array for each field, because an object for each record would need
 * twice the memory. Numbers are in typed arrays: an object would hold each time in another object of its own.
 */
export class RecordBlock {
  /** `undefined` if the slot is free. */
  readonly keys = new Array<string | undefined>(SLOTS);
  /** Infinity if the slot is free, so that a search for expired records skips it. */
  readonly expiresAt = new Float64Array(SLOTS).fill(Infinity);
  readonly revision = new Float64Array(SLOTS);
  readonly principal = new Array<string | undefined>(SLOTS);
  /** The slot that was stored or touched before this one, and the one after it; see `RecordTable`. */
  readonly older = new Int32Array(SLOTS);
  readonly newer = new Int32Array(SLOTS);
  readonly #data = new Array<string>(SLOTS);
  readonly #schemaVersion = new Float64Array(SLOTS);
  readonly #createdAt = new Float64Array(SLOTS);
  /** NaN if it is absent. */
  readonly #usedAt = new Float64Array(SLOTS);
  readonly #writeId = new Array<string | undefined>(SLOTS);
  readonly #rare = new Map<number, RareFields>();
  #used = 0;
  /** The first free slot. The next one of each free slot is in `newer`. */
  #free = 0;

  constructor() {
    for (let at = 0; at < SLOTS; at++) this.newer[at] = at + 1;
  }

  get isFull(): boolean {
    return this.#used === SLOTS;
  }

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Returns a free slot for a key. The block must not be full. */
  take(key: string): number {
    const at = this.#free;
    this.#free = this.newer[at] ?? 0;
    this.#used += 1;
    this.keys[at] = key;
    return at;
  }

  /** Frees a slot. */
  clear(at: number): void {
    this.keys[at] = undefined;
    this.expiresAt[at] = Infinity;
    this.principal[at] = undefined;
    this.#data[at] = '';
    this.#writeId[at] = undefined;
    this.#rare.delete(at);
    this.newer[at] = this.#free;
    this.#free = at;
    this.#used -= 1;
  }

  /** Returns the record in a slot. It is a new object, so that callers cannot change what is stored. */
  read(at: number): SessionRecord {
    const usedAt = this.#usedAt[at] ?? NaN;
    const rare = this.#rare.get(at);
    return {
      data: this.#data[at] ?? '',
      revision: this.revision[at] ?? 0,
      schemaVersion: this.#schemaVersion[at] ?? 0,
      createdAt: this.#createdAt[at] ?? 0,
      expiresAt: this.expiresAt[at] ?? 0,
      cookieMaxAge: rare?.cookieMaxAge,
      principal: this.principal[at],
      forwardTo: rare?.forwardTo,
      mirroredUntil: rare?.mirroredUntil,
      writeId: this.#writeId[at],
      usedAt: Number.isNaN(usedAt) ? undefined : usedAt,
    } satisfies Record<RecordField | 'data' | 'revision' | 'expiresAt', unknown>;
  }

  write(at: number, record: SessionRecord): void {
    const { cookieMaxAge, forwardTo, mirroredUntil } = record;
    const isPlain = cookieMaxAge === undefined && forwardTo === undefined && mirroredUntil === undefined;
    this.#data[at] = record.data;
    this.revision[at] = record.revision;
    this.#schemaVersion[at] = record.schemaVersion;
    this.#createdAt[at] = record.createdAt;
    this.expiresAt[at] = record.expiresAt;
    this.principal[at] = record.principal;
    this.#writeId[at] = record.writeId;
    this.#usedAt[at] = record.usedAt ?? NaN;
    if (isPlain) this.#rare.delete(at);
    else this.#rare.set(at, { cookieMaxAge, forwardTo, mirroredUntil });
  }
}
