import type { KeyObject } from 'node:crypto';
import { open, seal } from './encryption.js';
import type { Marks } from './field-options.js';
import { isPlain, ownField, sameTree } from './encoded-payload.js';

type Fields = Readonly<Record<string, unknown>>;

/** What the store holds of a marked field, to be stored again while the value stays the same. */
export interface Kept {
  readonly value: unknown;
  readonly entry: unknown;
}

/** A tree as it is used, what the store held of its marked fields, and the fields that no key opens. */
export interface Unwrapped {
  readonly tree: Fields;
  readonly kept: ReadonlyMap<string, Kept>;
  readonly unreadable: readonly string[];
}

const NOTHING: ReadonlyMap<string, Kept> = new Map();

/** A field with an end: `{ "~until": …, "~value": … }`. */
const UNTIL = '~until';
const VALUE = '~value';

/**
 * The form in which marked fields lie in the store: encrypted, or with the moment at which they are gone. All else works
 * with plain trees. A value that stays the same keeps its stored form, and so its end and its ciphertext.
 */
export class AtRest {
  readonly #marks: ReadonlyMap<string, Marks>;
  readonly #keys: readonly KeyObject[];

  constructor(marks: ReadonlyMap<string, Marks>, keys: readonly KeyObject[]) {
    this.#marks = marks;
    this.#keys = keys;
  }

  /** The plain form of a stored tree. A field stored before it was marked is taken as it is. */
  unwrap(stored: Fields, now: number): Unwrapped {
    if (this.#marks.size === 0) return { tree: stored, kept: NOTHING, unreadable: [] };
    const tree = { ...stored };
    const kept = new Map<string, Kept>();
    const unreadable: string[] = [];
    for (const [field, marks] of this.#marks) {
      const found = ownField(stored, field);
      if (found === undefined) continue;
      let entry: unknown = found;
      let fits = true; // whether it may be stored again as it is
      let gone = false;
      if (marks.expiresAfter !== undefined) {
        const until = isPlain(entry) ? entry[UNTIL] : undefined;
        if (isPlain(entry) && typeof until === 'number') {
          gone = until <= now;
          entry = entry[VALUE];
        } else {
          fits = false;
        }
      }
      if (marks.encrypted && !gone) {
        const opened = open(entry, field, this.#keys);
        if (opened === 'locked') {
          unreadable.push(field);
          gone = true;
        }
        if (typeof opened === 'object') entry = opened.value;
        fits &&= typeof opened === 'object' && opened.newest;
      }
      if (gone) Reflect.deleteProperty(tree, field);
      else tree[field] = entry;
      if (fits && !gone) kept.set(field, { value: entry, entry: found });
    }
    return { tree, kept, unreadable };
  }

  /** The stored form of a plain tree; `kept` of what was stored before. */
  wrap(
    tree: Fields,
    kept: ReadonlyMap<string, Kept>,
    now: number,
  ): { readonly stored: Fields; readonly kept: ReadonlyMap<string, Kept> } {
    if (this.#marks.size === 0) return { stored: tree, kept: NOTHING };
    const stored = { ...tree };
    const keeps = new Map<string, Kept>();
    for (const [field, marks] of this.#marks) {
      const value = ownField(tree, field);
      if (value === undefined) continue;
      const before = kept.get(field);
      if (before !== undefined && sameTree(before.value, value)) {
        stored[field] = before.entry;
        keeps.set(field, before);
        continue;
      }
      const [key] = this.#keys;
      const entry = marks.encrypted && key !== undefined ? seal(value, field, key) : value;
      stored[field] = marks.expiresAfter === undefined ? entry : { [UNTIL]: now + marks.expiresAfter, [VALUE]: entry };
      keeps.set(field, { value, entry: stored[field] });
    }
    return { stored, kept: keeps };
  }
}
