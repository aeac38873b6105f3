import { SessionValidationError } from '../errors.js';
import { emit } from '../events.js';
import type { Payload, SessionSchema } from '../schema/types.js';
import type { InvalidSession } from './options.js';
import type { Settings } from './settings.js';

/**
 * What `onInvalid` makes of a stored payload that the schema refuses: a payload to go on with, or `undefined` for a
 * new session.
 * @throws SessionValidationError under `onInvalid: 'error'`
 */
export function decodeInvalid<S extends SessionSchema>(
  settings: Settings<S>,
  request: object,
  invalid: InvalidSession,
): Payload<S> | undefined {
  const { onInvalid } = settings;
  emit('invalid', { request, schemaVersion: invalid.schemaVersion, issues: invalid.issues });
  if (onInvalid === 'reset') return undefined;
  if (onInvalid === 'error') {
    throw new SessionValidationError('The stored session does not fit the schema', invalid.issues);
  }
  if (onInvalid === 'repair') return repair(settings, invalid);
  const payload = onInvalid(invalid);
  if (payload !== undefined) settings.codec.encode(payload); // the schema finds out whether it is one
  return payload;
}

/** Keeps the fields that fit and gives the others their defaults, then checks the whole again. */
function repair<S extends SessionSchema>({ codec }: Settings<S>, { data }: InvalidSession): Payload<S> | undefined {
  const tree = { ...data };
  for (;;) {
    const decoded = codec.decode(tree);
    if (decoded.ok) return decoded.payload;
    const refused = new Set(decoded.issues.map((issue) => String(issue.path[0])));
    const before = Object.keys(tree).length;
    for (const field of refused) Reflect.deleteProperty(tree, field);
    // An issue that names no field we could leave out: nothing of this payload can be kept.
    if (Object.keys(tree).length === before) return undefined;
  }
}
