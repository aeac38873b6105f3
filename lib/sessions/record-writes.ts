import { SessionStoreError } from '../errors.js';
import { emit } from '../events.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { Written } from './session-records.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './status.js';
import { isOurs } from './write-id.js';

/** Stores a first record under the session's id, or under another id if that one is taken. */
export async function createRecord<S extends SessionSchema>(
  session: RequestSession<S>,
  written: Written,
): Promise<Stored> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { store } = session.config;
    const { id } = session.state;
    const key = store.keyOf(id);
    if (await store.create(key, written.record)) return { id, key, ...written };
    if (isOurs(await store.read(key), written.record)) return { id, key, ...written };
    session.state.renewId();
  }
  throw new SessionStoreError('create', 'it says that every new id is taken');
}

/**
 * Updates the state and the cookie after the payload was stored.
 * @param how - stored as the first record of a new session, under the same id as before, or under a new id
 */
export function wasStored<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  encoded: EncodedPayload,
  how: 'created' | 'updated' | 'moved',
): void {
  const { state, cookie } = session;
  const before = state.stored?.record;
  const hasNewDeadline = before?.expiresAt !== stored.record.expiresAt && cookie.life !== undefined;
  const hasNewLife = before?.cookieMaxAge !== stored.record.cookieMaxAge;
  if (how !== 'updated' || hasNewDeadline || hasNewLife || session.config.rolling || cookie.isOutdated) cookie.set();
  if (how === 'moved') state.moved(stored, encoded);
  else state.committed(stored, encoded);
  session.wasStored();
  emit('commit', { request: session.request, created: how !== 'updated', revision: stored.record.revision });
}
