import { SessionConflictError, SessionValidationError } from '../errors.js';
import type { PayloadCodec, EncodedPayload } from '../schema/payload-codec.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { FieldMerge } from './session-options.js';
import type { SessionConfig } from './session-config.js';

/** The result of merging two changes of one payload. */
export interface Merged {
  readonly payload: object;
  /** The fields that both sides changed to different values, without names that a client may have chosen. */
  readonly fields: readonly string[];
}

/**
 * Merges this request's payload (`mine`) with what another request has stored meanwhile (`theirs`), field by field.
 * `base` is what both requests had read. If both changed a field, the function of the option `merge` decides. Without
 * one, this request's value is kept, because it is the later one.
 *
 * All three are encoded payloads, so that they can be compared.
 * @throws SessionConflictError under `conflict: 'error'`, and if the schema accepts each side but not the merged payload;
 *   SessionValidationError if a function of the option `merge` throws an error, or returns what the schema refuses
 */
export function mergeEncoded<S extends SessionSchema>(
  config: SessionConfig<S>,
  base: EncodedPayload,
  mine: EncodedPayload,
  theirs: EncodedPayload,
): Merged {
  const { codec, conflict, merge } = config;
  if (conflict === 'error') throw new SessionConflictError(changedOnBothSides(codec, base, mine, theirs));
  if (conflict === 'overwrite') return { payload: codec.decodeOrThrow(mine), fields: [] };

  const fields = changedOnBothSides(codec, base, mine, theirs);
  // Two states of a union are never mixed. If this request entered another state, its whole payload is stored. If only the
  // other request did, this request's changes would be lost with the old state, so they are a conflict.
  const [before, here, there] = [base, mine, theirs].map((side) => codec.stateOf(side));
  if (here !== before) return { payload: codec.decodeOrThrow(mine), fields };
  if (there !== before) {
    if (!codec.same(mine, base)) throw new SessionConflictError(fields);
    return { payload: codec.decodeOrThrow(theirs), fields };
  }
  const encoded: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = ownField(codec.same(ownField(mine, field), ownField(base, field)) ? theirs : mine, field);
    if (value !== undefined && field !== '__proto__') encoded[field] = value;
  }
  const decoded = codec.decode(encoded);
  // Each side fits the schema, but the merged payload does not.
  if (!decoded.ok) throw new SessionConflictError(fields);
  // If both sides changed a field to the same value, that may be one change or two, as in a counter. The merge function
  // decides.
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
    payload[field] = mergeField(config, field, b, m, t);
  }
  return { payload: codec.own(payload), fields }; // other sessions may hold what the functions returned
}

/**
 * Calls the function of the option `merge` for a field.
 * @throws SessionValidationError whose cause is what the function threw
 */
export function mergeField<S extends SessionSchema>(
  { codec, merge }: SessionConfig<S>,
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
  base: EncodedPayload,
  mine: EncodedPayload,
  theirs: EncodedPayload,
): string[] {
  const fields = new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)]);
  const changed = [...fields].filter((field) => {
    const [before, here, there] = [base, mine, theirs].map((side) => ownField(side, field));
    return !codec.same(here, before) && !codec.same(there, before) && !codec.same(here, there);
  });
  return codec.publicFields(changed);
}
