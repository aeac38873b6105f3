import type { EncodedPayload } from '../schema/payload-codec.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './status.js';

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
  const { serializer } = session.config;
  const before = state.stored?.record;
  const hasNewDeadline = before?.expiresAt !== stored.record.expiresAt && cookie.life !== undefined;
  const hasNewLife = before?.cookieMaxAge !== stored.record.cookieMaxAge;
  if (how !== 'updated' || hasNewDeadline || hasNewLife || session.config.rolling || cookie.isOutdated) cookie.set();
  if (how === 'moved') {
    if (state.stored !== undefined) serializer.forget(state.stored.key);
    state.moved(stored, encoded);
  } else state.committed(stored, encoded);
  if (stored.decodedRecord !== undefined) serializer.remember(stored.key, stored.record.data, stored.decodedRecord);
  session.wasStored();
  report(session, 'commit', { created: how !== 'updated', revision: stored.record.revision });
}
