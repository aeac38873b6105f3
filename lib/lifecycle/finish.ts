import type { SessionSchema } from '../schema/types.js';
import { destroy } from './actions.js';
import { commit } from './commit.js';
import type { RequestSession } from './request-session.js';

/**
 * What is to be done before the response: the commit, or what `unset` says of a session that the handler has put away.
 * Returns nothing where there is nothing to wait for.
 */
export function finish<S extends SessionSchema>(session: RequestSession<S>, status: number): Promise<void> | undefined {
  if (!session.isPutAway()) return commit(session, status);
  if (session.settings.unset === 'keep' || session.ended !== undefined || !session.loaded) return undefined;
  return destroy(session);
}
