import { SessionValidationError } from '../errors.js';
import { emit } from '../events.js';
import type { Read, Source } from '../schema/stored-text.js';
import { withoutDeep, type Tree } from '../schema/tree.js';
import type { Payload, SessionSchema } from '../schema/types.js';
import type { InvalidSession } from './options.js';
import type { Settings } from './settings.js';

/** A payload to go on with, and what is known of the text that it was made of. */
interface Found<S extends SessionSchema> {
  readonly payload: Payload<S>;
  readonly source: Source;
}

type NotRead = Extract<Read<unknown>, { ok: false }>;

/**
 * What `onInvalid` makes of a stored payload that the schema refuses: a payload to go on with, or `undefined` for a
 * new session. Fields that the schema does not know stay in the store.
 * @throws SessionValidationError under `onInvalid: 'error'`
 */
export function decodeInvalid<S extends SessionSchema>(
  settings: Settings<S>,
  request: object,
  read: NotRead,
  schemaVersion: number,
): Found<S> | undefined {
  const { codec, onInvalid, text } = settings;
  const { issues } = read;
  emit('invalid', { request, schemaVersion, issues });
  if (onInvalid === 'reset') return undefined;
  if (onInvalid === 'error') {
    const options = 'cause' in read ? { cause: read.cause } : undefined;
    throw new SessionValidationError('The stored session does not fit the schema', issues, options);
  }
  if (onInvalid === 'repair') {
    const repaired = repair(settings, read);
    if (repaired === undefined) return undefined;
    const { payload, fitting } = repaired;
    return { payload, source: text.sourceOfInvalid(read, schemaVersion, codec.snapshot(payload), fitting) };
  }
  const invalid: InvalidSession = { data: read.tree, issues, schemaVersion, cause: read.cause };
  const given = onInvalid(invalid);
  if (given === undefined) return undefined;
  const payload = codec.own(given); // the schema finds out whether it is one; the function may return the same each time
  return { payload, source: text.sourceOfInvalid(read, schemaVersion, codec.snapshot(payload)) };
}

/** Keeps the fields that fit and gives the others their defaults, then checks the whole again. */
function repair<S extends SessionSchema>(
  { codec }: Settings<S>,
  { tree: data = {} }: NotRead,
): { readonly payload: Payload<S>; readonly fitting: Tree } | undefined {
  const tree: Record<string, unknown> = { ...withoutDeep(data) };
  const unknown: Record<string, unknown> = {}; // a strict schema refuses these, and they are not ours to remove
  for (;;) {
    const decoded = codec.decode(tree);
    if (decoded.ok) return { payload: decoded.payload, fitting: { ...unknown, ...tree } };
    const before = Object.keys(tree).length;
    for (const field of decoded.refused) {
      if (!codec.hasField(field) && Object.hasOwn(tree, field)) unknown[field] = tree[field];
      Reflect.deleteProperty(tree, field);
    }
    // An issue that names no field we could leave out: nothing of this payload can be kept.
    if (Object.keys(tree).length === before) return undefined;
  }
}
