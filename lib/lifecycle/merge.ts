import { SessionConflictError } from '../errors.js';
import type { PayloadCodec, Tree } from '../schema/codec.js';
import type { SessionSchema } from '../schema/types.js';
import type { Settings } from './settings.js';

/** Two changes of one payload, brought together. */
export interface Merged {
  readonly payload: object;
  /** The fields that both sides had changed, and differently. */
  readonly fields: readonly string[];
}

/**
 * Brings this request's payload (`mine`) together with what another request stored meanwhile (`theirs`), field by
 * field, by what each changed since both had read `base`. A field that both changed is `merge`'s business, or keeps
 * this request's value, which is the later one.
 *
 * All three are trees; `mine` must be encoded, so that like is compared with like.
 * @throws SessionConflictError under `conflict: 'error'`, and where the schema accepts each side but not both together
 */
export function mergeTrees<S extends SessionSchema>(
  settings: Settings<S>,
  base: Tree,
  mine: Tree,
  theirs: Tree,
): Merged {
  const { codec, conflict, merge } = settings;
  if (conflict === 'error') throw new SessionConflictError(changedOnBothSides(codec, base, mine, theirs));
  if (conflict === 'overwrite') return { payload: codec.decodeOrThrow(mine), fields: [] };

  const fields = changedOnBothSides(codec, base, mine, theirs);
  // Two states of a union are never mixed. The later request's own state stands whole; what it did to a state that
  // another request has left would end up nowhere.
  const [before, here, there] = [base, mine, theirs].map((side) => codec.stateOf(side));
  if (here !== before) return { payload: codec.decodeOrThrow(mine), fields };
  if (there !== before) {
    if (!codec.same(mine, base)) throw new SessionConflictError(fields);
    return { payload: codec.decodeOrThrow(theirs), fields };
  }
  const tree: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = codec.same(mine[field], base[field]) ? theirs[field] : mine[field];
    if (value !== undefined) tree[field] = value;
  }
  const decoded = codec.decode(tree);
  // Each side fits the schema and the two together do not.
  if (!decoded.ok) throw new SessionConflictError(fields);
  const payload = decoded.payload as Record<string, unknown>; // SessionSchema: its values are objects
  // Two that made the same of a field may mean one change or two, as of a counter: its function knows.
  const custom = Object.keys(merge).filter(
    (field) => !codec.same(mine[field], base[field]) && !codec.same(theirs[field], base[field]),
  );
  if (custom.length > 0) {
    const [b, m, t] = [base, mine, theirs].map((side) => codec.decodeOrThrow(side) as Record<string, unknown>);
    for (const field of custom) payload[field] = merge[field]?.(b?.[field], m?.[field], t?.[field]);
  }
  return { payload, fields };
}

function changedOnBothSides<S extends SessionSchema>(
  codec: PayloadCodec<S>,
  base: Tree,
  mine: Tree,
  theirs: Tree,
): string[] {
  const fields = new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)]);
  return [...fields].filter(
    (field) =>
      !codec.same(mine[field], base[field]) &&
      !codec.same(theirs[field], base[field]) &&
      !codec.same(mine[field], theirs[field]),
  );
}
