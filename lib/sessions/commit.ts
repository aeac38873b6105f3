import { SessionEndedError } from '../errors.js';
import { emit } from '../events.js';
import type { SessionSchema } from '../schema/types.js';
import { destroy, rotate } from './actions.js';
import type { RequestSession } from './request-session.js';
import { storeChanges } from './store-changes.js';
import { touchIfDue } from './touch.js';

/**
 * Stores what the request did to its session. Called before the first byte of the response, and again at its end if more
 * was changed after that. Returns nothing if there is nothing to wait for.
 *
 * @param status - the response's status: one of 500 or above commits no change of the payload
 * @param streamed - whether the response began, or begins now, with something other than its end: a touch does not delay it
 * @throws SessionValidationError if the changed payload does not fit the schema; the promise rejects as `save()` does
 */
export function commit<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  return runOnSuccess(session, status, streamed) ?? commitChanges(session, status, streamed);
}

/**
 * Does what a guard asked for if the response is a success, and the commit that belongs to it. Returns nothing if nothing of
 * that kind was asked for.
 */
export function runOnSuccess<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  const { onSuccess, state } = session;
  session.onSuccess = undefined;
  if (onSuccess === undefined || status >= 400 || state.end !== undefined) return undefined;
  if (onSuccess === 'destroy') return destroy(session);
  if (state.move !== undefined) return undefined; // the handler has rotated the session itself
  return rotate(session).then(() => commitChanges(session, status, streamed));
}

function commitChanges<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  if (!session.state.isLoaded) return undefined;
  const run = (): Promise<void> | undefined => {
    const changed = session.changesToCommit(status);
    const work = storeChanges(session, changed, (stored) => touchIfDue(session, stored, streamed));
    if (session.settings.onEnded !== 'drop') return work;
    return work?.catch((error: unknown) => {
      dropIfEnded(session, error);
    });
  };
  // A save() that was not awaited goes first; what is left to do is known when it is done.
  if (session.isBusy) return session.serialize(() => Promise.resolve(run()));
  const work = run();
  return work && session.serialize(() => work);
}

/** A change of a session that has ended is lost, because the app said so (`onEnded: 'drop'`). */
function dropIfEnded<S extends SessionSchema>(session: RequestSession<S>, error: unknown): void {
  if (!(error instanceof SessionEndedError)) throw error;
  session.rollBack();
  emit('error', { request: session.request, error, consequence: 'dropped', ended: error.reason });
}
