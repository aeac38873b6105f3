import type { StoredForm } from './field-storage.js';
import type { EncodedPayload } from './encoded-payload.js';

/** What is known about a stored text. It is needed to write the text that replaces it. */
export class DecodedRecord {
  /** The encoded payload, migrated to the current version. If the stored version is newer, it is kept as it was stored. */
  readonly encoded: EncodedPayload;
  /** The stored forms of its encrypted and expiring fields. */
  readonly storedForms: ReadonlyMap<string, StoredForm>;
  /** The version to store under: the current version, or the stored one if that is newer. */
  readonly version: number;
  /** Whether the text had an older version, so that the migrated payload should be stored. */
  readonly migrated: boolean;
  #known: EncodedPayload | (() => EncodedPayload);

  /**
   * @param known - what the schema keeps of `encoded`, with defaults filled in; a function is called on first access
   */
  constructor(
    about: {
      readonly encoded: EncodedPayload;
      readonly storedForms: ReadonlyMap<string, StoredForm>;
      readonly version: number;
      readonly migrated: boolean;
    },
    known: EncodedPayload | (() => EncodedPayload),
  ) {
    this.encoded = about.encoded;
    this.storedForms = about.storedForms;
    this.version = about.version;
    this.migrated = about.migrated;
    this.#known = known;
  }

  /** What the schema keeps of `encoded`: the result of encoding its payload. All other fields are unknown fields. */
  get known(): EncodedPayload {
    if (typeof this.#known === 'function') this.#known = this.#known();
    return this.#known;
  }

  /** Whether {@link known} is available without further work. */
  get isResolved(): boolean {
    return typeof this.#known !== 'function';
  }

  /** Returns the same record without its fields, for a payload that replaces everything, including unknown fields. */
  withoutFields(): DecodedRecord {
    return new DecodedRecord(
      { encoded: {}, storedForms: this.storedForms, version: this.version, migrated: this.migrated },
      {},
    );
  }
}
