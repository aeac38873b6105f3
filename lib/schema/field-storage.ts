import type { KeyObject } from 'node:crypto';
import { open, seal } from './encryption.js';
import type { FieldOptions } from './field-options.js';
import { isPlain, ownField, sameEncoded } from './encoded-payload.js';

type Fields = Readonly<Record<string, unknown>>;

/** What the store holds of a marked field, to be stored again while the value stays the same. */
export interface StoredForm {
  readonly value: unknown;
  readonly entry: unknown;
}

/** A tree as it is used, what the store held of its marked fields, and the fields that no key opens. */
export interface Unwrapped {
  readonly encoded: Fields;
  readonly storedForms: ReadonlyMap<string, StoredForm>;
  readonly unreadable: readonly string[];
}

const NOTHING: ReadonlyMap<string, StoredForm> = new Map();

/** A field with an end: `{ "~until": …, "~value": … }`. */
const UNTIL = '~until';
const VALUE = '~value';

/**
 * The form in which marked fields lie in the store: encrypted, or with the moment at which they are gone. All else works
 * with plain trees. A value that stays the same keeps its stored form, and so its end and its ciphertext.
 */
export class FieldStorage {
  readonly #fieldOptions: ReadonlyMap<string, FieldOptions>;
  readonly #keys: readonly KeyObject[];

  constructor(fieldOptions: ReadonlyMap<string, FieldOptions>, keys: readonly KeyObject[]) {
    this.#fieldOptions = fieldOptions;
    this.#keys = keys;
  }

  /** The plain form of a stored tree. A field stored before it was marked is taken as it is. */
  unwrap(stored: Fields, now: number): Unwrapped {
    if (this.#fieldOptions.size === 0) return { encoded: stored, storedForms: NOTHING, unreadable: [] };
    const encoded = { ...stored };
    const storedForms = new Map<string, StoredForm>();
    const unreadable: string[] = [];
    for (const [field, fieldOptions] of this.#fieldOptions) {
      const found = ownField(stored, field);
      if (found === undefined) continue;
      let entry: unknown = found;
      let fits = true; // whether it may be stored again as it is
      let gone = false;
      if (fieldOptions.expiresAfter !== undefined) {
        const until = isPlain(entry) ? entry[UNTIL] : undefined;
        if (isPlain(entry) && typeof until === 'number') {
          gone = until <= now;
          entry = entry[VALUE];
        } else {
          fits = false;
        }
      }
      if (fieldOptions.encrypted && !gone) {
        const opened = open(entry, field, this.#keys);
        if (opened === 'locked') {
          unreadable.push(field);
          gone = true;
        }
        if (typeof opened === 'object') entry = opened.value;
        fits &&= typeof opened === 'object' && opened.newest;
      }
      if (gone) Reflect.deleteProperty(encoded, field);
      else encoded[field] = entry;
      if (fits && !gone) storedForms.set(field, { value: entry, entry: found });
    }
    return { encoded, storedForms, unreadable };
  }

  /** The stored form of a plain tree; `storedForms` of what was stored before. */
  wrap(
    encoded: Fields,
    storedForms: ReadonlyMap<string, StoredForm>,
    now: number,
  ): { readonly stored: Fields; readonly storedForms: ReadonlyMap<string, StoredForm> } {
    if (this.#fieldOptions.size === 0) return { stored: encoded, storedForms: NOTHING };
    const stored = { ...encoded };
    const newForms = new Map<string, StoredForm>();
    for (const [field, fieldOptions] of this.#fieldOptions) {
      const value = ownField(encoded, field);
      if (value === undefined) continue;
      const before = storedForms.get(field);
      if (before !== undefined && sameEncoded(before.value, value)) {
        stored[field] = before.entry;
        newForms.set(field, before);
        continue;
      }
      const [key] = this.#keys;
      const entry = fieldOptions.encrypted && key !== undefined ? seal(value, field, key) : value;
      stored[field] =
        fieldOptions.expiresAfter === undefined ? entry : { [UNTIL]: now + fieldOptions.expiresAfter, [VALUE]: entry };
      newForms.set(field, { value, entry: stored[field] });
    }
    return { stored, storedForms: newForms };
  }
}
