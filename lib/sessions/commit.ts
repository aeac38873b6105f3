import { SessionEndedError } from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { destroy, rotate } from './actions.js';
import { report, traceCommit } from './report.js';
import type { RequestSession } from './request-session.js';
import { storeChanges } from './store-changes.js';
import { touchIfDue } from './touch.js';

/**
 * Stores the changes of the request to its session. Called before the first byte of the response, and again at the end of the
 * response if the session was changed after that. Returns `undefined` if there is nothing to wait for.
 *
 * @param status - the response's status; 500 or above commits no change of the payload
 * @param streamed - whether the response is streamed: its first byte is sent before it ends. A touch does not delay it.
 * @throws SessionValidationError if the changed payload does not fit the schema; the promise rejects with the errors of
 *   `save()`
 */
export function commit<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  streamed: boolean,
): Promise<void> | undefined {
  return runOnSuccess(session, status, streamed) ?? commitChanges(session, status, streamed);
}

/**
 * If the response is a success, rotates or destroys the session if a guard asked for it, and commits. Returns `undefined` if
 * there is nothing of that kind to do.
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
  const store = (): Promise<void> | undefined => {
    const changed = session.changesToCommit(status);
    const work = storeChanges(session, changed, (stored) => touchIfDue(session, stored, streamed));
    if (session.config.onEnded !== 'drop') return work;
    return work?.catch((error: unknown) => {
      dropIfEnded(session, error);
    });
  };
  const run = () => traceCommit(session, 'response', store);
  // A save() that was not awaited runs first. What is left to commit is only known after it.
  if (session.isBusy) return session.serialize(() => Promise.resolve(run()));
  const work = run();
  return work && session.serialize(() => work);
}

/** Drops the change if the session has ended, because the app set `onEnded: 'drop'`. */
function dropIfEnded<S extends SessionSchema>(session: RequestSession<S>, error: unknown): void {
  if (!(error instanceof SessionEndedError)) throw error;
  session.rollBack();
  report(session, 'error', { error, consequence: 'dropped', ended: error.reason });
}
