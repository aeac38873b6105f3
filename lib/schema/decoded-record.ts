import type { Kept } from './field-storage.js';
import type { Tree } from './encoded-payload.js';

/** What was found out about a stored text, for the text that takes its place. */
export class Source {
  /** What it said, in today's version or, where it was newer, in its own. */
  readonly tree: Tree;
  /** The stored form of its marked fields. */
  readonly kept: ReadonlyMap<string, Kept>;
  /** The version to store under: today's, or its own where that is newer. */
  readonly version: number;
  /** Whether it was of an older version, so that it is worth being stored again. */
  readonly migrated: boolean;
  #known: Tree | (() => Tree);

  /**
   * @param known - what the schema keeps of the tree, defaults filled in; a function is called when somebody asks
   */
  constructor(
    about: {
      readonly tree: Tree;
      readonly kept: ReadonlyMap<string, Kept>;
      readonly version: number;
      readonly migrated: boolean;
    },
    known: Tree | (() => Tree),
  ) {
    this.tree = about.tree;
    this.kept = about.kept;
    this.version = about.version;
    this.migrated = about.migrated;
    this.#known = known;
  }

  /** What the schema keeps of the tree: what encoding its payload gives. The rest are unknown fields. */
  get known(): Tree {
    if (typeof this.#known === 'function') this.#known = this.#known();
    return this.#known;
  }

  /** Whether {@link known} costs nothing to ask for. */
  get isResolved(): boolean {
    return typeof this.#known !== 'function';
  }

  /** The same without the tree: for a payload that takes the place of the whole, so that unknown fields go too. */
  withoutFields(): Source {
    return new Source({ tree: {}, kept: this.kept, version: this.version, migrated: this.migrated }, {});
  }
}
