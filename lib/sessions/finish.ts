import type { SessionSchema } from '../schema/types.js';
import { destroy, rotate } from './actions.js';
import { commit } from './commit.js';
import type { RequestSession } from './request-session.js';

/**
 * Does what has to be done before the response: what a decorator has left for the success, and the commit. Returns nothing
 * if there is nothing to wait for.
 *
 * @param streamed - whether the response began, or begins now, with something else than its end
 */
export function finish<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  const { onSuccess } = session;
  session.onSuccess = undefined;
  if (onSuccess !== undefined && status < 400 && session.ended === undefined) {
    // A handler that has rotated by itself has done enough.
    if (onSuccess === 'destroy') return destroy(session);
    if (session.move === undefined) return rotate(session).then(() => commit(session, status, streamed));
  }
  return commit(session, status, streamed);
}
