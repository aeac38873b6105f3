import type { KeyObject } from 'node:crypto';
import { SessionOptionsError, type SessionIssue } from '../errors.js';
import { AtRest, type Kept } from './at-rest.js';
import { PayloadCodec, type Tree } from './codec.js';
import type { AnyMigration } from './migrations.js';
import { isPlain } from './tree.js';
import type { Payload, SessionSchema } from './types.js';
import { keepUnknown } from './unknown-fields.js';

/** What was found out about a stored text, for the text that takes its place. */
export interface Source {
  /** What it said, in today's version or, where it was newer, in its own. */
  readonly tree: Tree;
  /** The stored form of its marked fields. */
  readonly kept: ReadonlyMap<string, Kept>;
  /** The version to store under: today's, or its own where that is newer. */
  readonly version: number;
  /** Whether it was of an older version, so that it is worth being stored again. */
  readonly migrated: boolean;
}

/** A stored text that was read, or why it could not be. */
export type Read<P> =
  | { readonly ok: true; readonly payload: P; readonly source: Source }
  | {
      readonly ok: false;
      /** As far as it could be read: parsed, and brought as near to today's version as the migrations did. */
      readonly tree: Tree | undefined;
      readonly kept: ReadonlyMap<string, Kept>;
      readonly issues: readonly SessionIssue[];
      /** What a migration threw. */
      readonly cause?: unknown;
    };

interface Step {
  readonly from: PayloadCodec<SessionSchema>;
  readonly to: PayloadCodec<SessionSchema>;
  readonly atRest: AtRest;
  readonly migrate: (old: never) => object;
}

const NOTHING: ReadonlyMap<string, Kept> = new Map();

/** Between the text that a store holds and the payload: JSON, versions, and the form of marked fields. */
export class StoredText<S extends SessionSchema> {
  readonly version: number;
  readonly #codec: PayloadCodec<S>;
  readonly #atRest: AtRest;
  readonly #first: number;
  readonly #steps: readonly Step[];

  /**
   * @param first - the version that the first step starts from
   * @throws SessionOptionsError where a migration's schema cannot serve, or fields are to be encrypted without a key
   */
  constructor(
    codec: PayloadCodec<S>,
    {
      first,
      version,
      steps,
    }: { readonly first: number; readonly version: number; readonly steps: readonly AnyMigration[] },
    keys: readonly KeyObject[],
  ) {
    const atRestOf = ({ marks }: PayloadCodec<SessionSchema>): AtRest => {
      for (const [field, { encrypted }] of marks) {
        if (encrypted && keys.length === 0) {
          throw new SessionOptionsError('encryption', `the field ${field} is to be encrypted: pass a key of 32 bytes`);
        }
      }
      return new AtRest(marks, keys);
    };
    this.version = version;
    this.#codec = codec;
    this.#atRest = atRestOf(codec); // only its marks are asked for
    this.#first = first;
    this.#steps = steps.map(({ from, to, migrate }, index) => {
      const name = `migrations.${String(first + index + 1)}`;
      const old = PayloadCodec.ofVersion(from, name);
      return { from: old, to: PayloadCodec.ofVersion(to, name), atRest: atRestOf(old), migrate };
    });
  }

  /** Reads a text that was stored under a version. */
  read(text: string, version: number): Read<Payload<S>> {
    const stored = parse(text);
    if (stored === undefined) return { ok: false, tree: undefined, kept: NOTHING, issues: [] };
    const step = this.#steps[version - this.#first];
    const { tree, kept, unreadable } = (step?.atRest ?? this.#atRest).unwrap(stored, Date.now());
    if (unreadable.length > 0) {
      const issues = unreadable.map((field) => ({ path: [field], code: 'undecryptable' }));
      return { ok: false, tree, kept, issues };
    }
    let today: Tree = tree;
    if (version < this.version) {
      const upgraded = this.#upgrade(tree, version);
      if (!('upgraded' in upgraded)) return { ok: false, kept, ...upgraded };
      today = upgraded.upgraded;
    }
    const decoded = this.#codec.decode(today);
    if (!decoded.ok) return { ok: false, tree: today, kept, issues: decoded.issues };
    const source: Source = {
      tree: today,
      kept,
      version: Math.max(version, this.version),
      migrated: version < this.version,
    };
    return { ok: true, payload: decoded.payload, source };
  }

  /**
   * The text of a tree that takes the place of another one, or of none, and what {@link read} would say of it.
   * @throws SessionValidationError where the tree holds what JSON cannot
   */
  write(tree: Tree, before: Source | undefined): { readonly text: string; readonly source: Source } {
    const version = Math.max(before?.version ?? 0, this.version);
    const whole = before === undefined || version === this.version ? tree : this.#withUnknown(tree, before.tree);
    const { stored, kept } = this.#atRest.wrap(whole, before?.kept ?? NOTHING, Date.now());
    const text = this.#codec.stringify(stored);
    return { text, source: { tree: whole, kept, version, migrated: false } };
  }

  #withUnknown(tree: Tree, stored: Tree): Tree {
    const decoded = this.#codec.decode(stored);
    return keepUnknown(stored, decoded.ok ? this.#codec.encode(decoded.payload) : {}, tree);
  }

  /** Takes a tree through the steps, from its version to today's. */
  #upgrade(
    tree: Tree,
    version: number,
  ):
    | { readonly upgraded: Tree }
    | { readonly tree: Tree; readonly issues: readonly SessionIssue[]; readonly cause?: unknown } {
    if (version < this.#first) return { tree, issues: [{ path: [], code: 'no_migration' }] };
    let at = tree;
    for (const { from, to, migrate } of this.#steps.slice(version - this.#first)) {
      const old = from.decode(at);
      if (!old.ok) return { tree: at, issues: old.issues };
      try {
        at = to.encode(migrate(old.payload as never)); // it is what `from` makes, which is what it takes
      } catch (cause) {
        return { tree: at, issues: [{ path: [], code: 'migration_failed' }], cause };
      }
    }
    return { upgraded: at };
  }
}

function parse(text: string): Tree | undefined {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isPlain(tree) ? tree : undefined;
}
