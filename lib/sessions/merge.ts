import { SessionConflictError, SessionValidationError } from '../errors.js';
import type { PayloadCodec, Tree } from '../schema/codec.js';
import { ownField } from '../schema/tree.js';
import type { SessionSchema } from '../schema/types.js';
import type { FieldMerge } from './options.js';
import type { Settings } from './settings.js';

/** Two changes of one payload, brought together. */
export interface Merged {
  readonly payload: object;
  /** The fields that both sides had changed, and differently, without names that a client may have chosen. */
  readonly fields: readonly string[];
}

/**
 * Brings this request's payload (`mine`) together with what another request stored meanwhile (`theirs`), field by
 * field, by what each changed since both had read `base`. A field that both changed is `merge`'s business, or keeps
 * this request's value, which is the later one.
 *
 * All three are trees; `mine` must be encoded, so that like is compared with like.
 * @throws SessionConflictError under `conflict: 'error'`, and if the schema accepts each side but not both together;
 *   SessionValidationError if a function of the option `merge` throws an error, or returns what the schema refuses
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
    const value = ownField(codec.same(ownField(mine, field), ownField(base, field)) ? theirs : mine, field);
    if (value !== undefined && field !== '__proto__') tree[field] = value;
  }
  const decoded = codec.decode(tree);
  // Each side fits the schema and the two together do not.
  if (!decoded.ok) throw new SessionConflictError(fields);
  // Two that made the same of a field may mean one change or two, as of a counter: its function knows.
  const custom = Object.keys(merge).filter(
    (field) =>
      !codec.same(ownField(mine, field), ownField(base, field)) &&
      !codec.same(ownField(theirs, field), ownField(base, field)),
  );
  if (custom.length === 0) return { payload: decoded.payload, fields };
  const payload = decoded.payload as Record<string, unknown>; // SessionSchema: its values are objects
  const sides = [base, mine, theirs].map((side) => codec.decodeOrThrow(side));
  for (const field of custom) {
    const [b, m, t] = sides.map((side) => ownField(side, field));
    payload[field] = mergeField(settings, field, b, m, t);
  }
  return { payload: codec.own(payload), fields }; // the functions may have returned what other sessions have, too
}

/**
 * Calls the option `merge`'s function for a field.
 * @throws SessionValidationError with what the function threw as its cause
 */
export function mergeField<S extends SessionSchema>(
  { codec, merge }: Settings<S>,
  field: string,
  base: unknown,
  mine: unknown,
  theirs: unknown,
): unknown {
  const merged = ownField(merge, field) as FieldMerge<unknown> | undefined; // each was checked at start-up
  if (merged === undefined) return mine;
  try {
    return merged(base, mine, theirs);
  } catch (cause) {
    const issue = { path: codec.publicPath([field]), code: 'merge_failed' };
    throw new SessionValidationError('A function of the option merge threw an error, see the cause', [issue], {
      cause,
    });
  }
}

function changedOnBothSides<S extends SessionSchema>(
  codec: PayloadCodec<S>,
  base: Tree,
  mine: Tree,
  theirs: Tree,
): string[] {
  const fields = new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)]);
  const changed = [...fields].filter((field) => {
    const [before, here, there] = [base, mine, theirs].map((side) => ownField(side, field));
    return !codec.same(here, before) && !codec.same(there, before) && !codec.same(here, there);
  });
  return codec.publicFields(changed);
}
