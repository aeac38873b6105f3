import type { StoredForm } from './field-storage.js';
import type { EncodedPayload } from './encoded-payload.js';

/** What was found out about a stored text, for the text that takes its place. */
export class DecodedRecord {
  /** What it said, in today's version or, where it was newer, in its own. */
  readonly encoded: EncodedPayload;
  /** The stored form of its marked fields. */
  readonly storedForms: ReadonlyMap<string, StoredForm>;
  /** The version to store under: today's, or its own where that is newer. */
  readonly version: number;
  /** Whether it was of an older version, so that it is worth being stored again. */
  readonly migrated: boolean;
  #known: EncodedPayload | (() => EncodedPayload);

  /**
   * @param known - what the schema keeps of the tree, defaults filled in; a function is called when somebody asks
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

  /** What the schema keeps of the tree: what encoding its payload gives. The rest are unknown fields. */
  get known(): EncodedPayload {
    if (typeof this.#known === 'function') this.#known = this.#known();
    return this.#known;
  }

  /** Whether {@link known} costs nothing to ask for. */
  get isResolved(): boolean {
    return typeof this.#known !== 'function';
  }

  /** The same without the tree: for a payload that takes the place of the whole, so that unknown fields go too. */
  withoutFields(): DecodedRecord {
    return new DecodedRecord(
      { encoded: {}, storedForms: this.storedForms, version: this.version, migrated: this.migrated },
      {},
    );
  }
}
