import type { KeyObject } from 'node:crypto';
import { SessionOptionsError, formatPath, type SessionIssue } from '../errors.js';
import { emit, isObserved } from '../events.js';
import { AtRest, type Kept } from './field-storage.js';
import { PayloadCodec, type Tree } from './payload-codec.js';
import { causeOf } from './decode.js';
import type { AnyMigration } from './migrations.js';
import { MAX_DEPTH, isDeeper, isPlain, withoutDeep } from './encoded-payload.js';
import type { Payload, SessionSchema } from './payload-types.js';
import { Source } from './decoded-record.js';
import { findUnknown, keepUnknown } from './unknown-fields.js';

export type { Source } from './decoded-record.js';

/** A stored text that was read, or why it could not be. */
export type Read<P> =
  | { readonly ok: true; readonly payload: P; readonly source: Source }
  | {
      readonly ok: false;
      /** As far as it could be read: parsed, and brought as near to today's version as the migrations did. */
      readonly tree: Tree | undefined;
      readonly kept: ReadonlyMap<string, Kept>;
      readonly issues: readonly SessionIssue[];
      /** What a migration or a codec threw. */
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
  readonly #keepsUnknown: boolean;
  readonly #reported = new Set<string>();

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
    unknownFields: 'keep' | 'drop',
  ) {
    const atRestOf = ({ marks }: PayloadCodec<SessionSchema>): AtRest => {
      for (const [field, { encrypted }] of marks) {
        if (encrypted && keys.length === 0) {
          throw new SessionOptionsError(
            'encryption',
            `the field ${field} is to be encrypted: pass a key of 32 bytes, such as the output of: openssl rand -base64 32`,
          );
        }
      }
      return new AtRest(marks, keys);
    };
    this.version = version;
    this.#codec = codec;
    this.#atRest = atRestOf(codec); // only its marks are asked for
    this.#first = first;
    this.#keepsUnknown = unknownFields === 'keep';
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
    // A level is two characters at least.
    if (text.length > 2 * MAX_DEPTH && isDeeper(tree)) {
      return { ok: false, tree, kept, issues: [{ path: [], code: 'too_deep' }] };
    }
    let today: Tree = tree;
    if (version < this.version) {
      const upgraded = this.#upgrade(tree, version);
      if (!('upgraded' in upgraded)) return { ok: false, kept, ...upgraded };
      today = upgraded.upgraded;
    }
    const decoded = this.#codec.decode(today);
    if (!decoded.ok) return { ok: false, tree: today, kept, issues: decoded.issues, ...causeOf(decoded) };
    const isExact = this.#codec.isExact(today, decoded.payload);
    const known = isExact ? today : () => this.#encodeKnown(today);
    const about = { tree: today, kept, version: Math.max(version, this.version), migrated: version < this.version };
    const source = new Source(about, known);
    this.#report(source);
    return { ok: true, payload: decoded.payload, source };
  }

  /**
   * What is known of a text that does not fit and for which `onInvalid` has found a payload.
   * @param fitting - the tree without the fields that do not fit; left out, only fields without a name in the schema stay
   */
  sourceOfInvalid(
    { tree = {}, kept }: Extract<Read<unknown>, { ok: false }>,
    version: number,
    known: Tree,
    fitting: Tree = withoutDeep(tree, (field) => !this.#codec.hasField(field)),
  ): Source {
    return new Source({ tree: fitting, kept, version: Math.max(version, this.version), migrated: false }, known);
  }

  /**
   * The text of a tree that takes the place of another one, or of none, and what {@link read} would say of it.
   * @throws SessionValidationError where the tree holds what JSON cannot
   */
  write(tree: Tree, before: Source | undefined): { readonly text: string; readonly source: Source } {
    const version = Math.max(before?.version ?? 0, this.version);
    const whole = before === undefined || !this.#keepsUnknown ? tree : this.#withUnknown(tree, before);
    const { stored, kept } = this.#atRest.wrap(whole, before?.kept ?? NOTHING, Date.now());
    const text = this.#codec.stringify(stored);
    return { text, source: new Source({ tree: whole, kept, version, migrated: false }, tree) };
  }

  #withUnknown(tree: Tree, before: Source): Tree {
    const { known } = before;
    if (known === before.tree) return tree;
    // What is unknown of a state of a union belongs to that state.
    if (this.#codec.stateOf(known) !== this.#codec.stateOf(tree)) return tree;
    return keepUnknown(before.tree, known, tree);
  }

  /** What the schema keeps of a tree that it has accepted. */
  #encodeKnown(tree: Tree): Tree {
    const decoded = this.#codec.decode(tree);
    if (decoded.ok) return this.#codec.encode(decoded.payload);
    // A schema that goes by the time refuses by now what it took: the fields that it names are known.
    return Object.fromEntries(Object.entries(tree).filter(([field]) => this.#codec.hasField(field)));
  }

  /** Publishes which stored fields the schema does not know: once for each set of fields, and no more than 100 sets. */
  #report(source: Source): void {
    // Asked first: to find out what is known costs a request that only reads a second decode.
    if (!isObserved('unknown-fields') || this.#reported.size >= 100 || source.known === source.tree) return;
    const paths = findUnknown(source.tree, source.known, (path) => this.#codec.publicPath(path));
    if (paths.length === 0) return;
    const fields = paths.map(formatPath).sort();
    const set = fields.join('\n');
    if (this.#reported.has(set)) return;
    this.#reported.add(set);
    emit('unknown-fields', { fields });
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
      if (!old.ok) return { tree: at, issues: old.issues, ...causeOf(old) };
      try {
        const unknown = this.#keepsUnknown ? unknownToBoth(at, from, to, old.payload) : {};
        // The payload is what `from` makes, which is what the step takes.
        at = { ...unknown, ...to.encode(migrate(old.payload as never)) };
      } catch (cause) {
        return { tree: at, issues: [{ path: [], code: 'migration_failed' }], cause };
      }
    }
    return { upgraded: at };
  }
}

/** The fields of a tree that neither the schema before a migration nor the one after it knows. */
function unknownToBoth(
  tree: Tree,
  from: PayloadCodec<SessionSchema>,
  to: PayloadCodec<SessionSchema>,
  payload: object,
): Tree {
  const known = from.encode(payload);
  const isUnknown = (field: string): boolean =>
    !Object.hasOwn(known, field) && !from.names(field) && !to.names(field) && field !== '__proto__';
  return Object.fromEntries(Object.entries(tree).filter(([field]) => isUnknown(field)));
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
