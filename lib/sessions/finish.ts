import type { SessionSchema } from '../schema/types.js';
import { destroy, rotate } from './actions.js';
import { commit } from './commit.js';
import type { RequestSession } from './request-session.js';

/**
 * Does what has to be done before the response: what a decorator asked for if its method succeeds, or the commit. Returns
 * nothing if there is nothing to wait for.
 *
 * @param streamed - whether the response began, or begins now, with something else than its end
 */
export function finish<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  return succeed(session, status, streamed) ?? commit(session, status, streamed);
}

/**
 * Does what a decorator asked for if its method succeeds, and the commit that belongs to it. Returns nothing if there is
 * nothing of that kind to do.
 */
export function succeed<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  const { onSuccess } = session;
  session.onSuccess = undefined;
  if (onSuccess === undefined || status >= 400 || session.ended !== undefined) return undefined;
  if (onSuccess === 'destroy') return destroy(session);
  if (session.move !== undefined) return undefined; // the handler has rotated by itself
  return rotate(session).then(() => commit(session, status, streamed));
}
