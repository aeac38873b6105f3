import type { KeyObject } from 'node:crypto';
import { open, seal } from './encryption.js';
import type { FieldOptions } from './field-options.js';
import { isPlain, ownField, sameEncoded } from './encoded-payload.js';

type Fields = Readonly<Record<string, unknown>>;

/** A field's value and what the store holds for it. The entry is stored again as long as the value stays the same. */
export interface StoredForm {
  readonly value: unknown;
  readonly entry: unknown;
}

/** A plain encoded payload, the stored forms of its fields, and the fields that no key decrypts. */
export interface Unwrapped {
  readonly encoded: Fields;
  readonly storedForms: ReadonlyMap<string, StoredForm>;
  readonly unreadable: readonly string[];
}

const NOTHING: ReadonlyMap<string, StoredForm> = new Map();

/** The stored form of an expiring field: `{ "~until": …, "~value": … }`. */
const UNTIL = '~until';
const VALUE = '~value';

/**
 * Converts encrypted and expiring fields to their stored form and back. An encrypted field is stored as ciphertext, and
 * an expiring field with the time at which it expires. The rest of the library works with plain encoded payloads. A value
 * that stays the same keeps its stored form, which includes its expiry time and its ciphertext.
 */
export class FieldStorage {
  readonly #fieldOptions: ReadonlyMap<string, FieldOptions>;
  readonly #keys: readonly KeyObject[];

  constructor(fieldOptions: ReadonlyMap<string, FieldOptions>, keys: readonly KeyObject[]) {
    this.#fieldOptions = fieldOptions;
    this.#keys = keys;
  }

  /** Returns the plain form of a stored payload. A field that was stored before it got its options is used as it is. */
  unwrap(stored: Fields, now: number): Unwrapped {
    if (this.#fieldOptions.size === 0) return { encoded: stored, storedForms: NOTHING, unreadable: [] };
    const encoded = { ...stored };
    const storedForms = new Map<string, StoredForm>();
    const unreadable: string[] = [];
    for (const [field, fieldOptions] of this.#fieldOptions) {
      const found = ownField(stored, field);
      if (found === undefined) continue;
      let entry: unknown = found;
      let fits = true; // whether the entry may be stored again unchanged
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

  /** Returns the stored form of a plain encoded payload. `storedForms` are those of the payload that it replaces. */
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
