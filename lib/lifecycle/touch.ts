import { emit } from '../events.js';
import type { SessionSchema } from '../schema/types.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './stored.js';

/**
 * Extends the deadline at the commit, if it is due. Never fails: a response does not depend on it.
 *
 * A streamed response does not wait for it, and one that shared caches may keep carries no cookie. Both leave the touch to
 * another response, and only keep the session alive until then, in the background.
 *
 * @returns nothing if there is nothing to wait for
 */
export function touchIfDue<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  streamed: boolean,
): Promise<void> | undefined {
  const { deadlines } = session.settings;
  const { record } = stored;
  const life = session.cookieLife;
  const now = Date.now();
  const isForced = session.touchDue || session.signedByOldSecret;
  const due = isForced ? deadlines.from(now, record.createdAt, life) : deadlines.moved(record, now, life);
  if (due === undefined) return undefined;
  if (!streamed && !session.isCacheable()) {
    session.touchDue = false;
    return touchNow(session, stored, due).catch((error: unknown) => {
      reportFailure(session, error);
    });
  }
  const interim = deadlines.interim(record, now, life, setsCookie(session));
  if (interim !== undefined) void keepAlive(session, stored, interim);
  return undefined;
}

/** Extends the deadline, due or not: `req.session.touch()`. */
export function touch<S extends SessionSchema>(session: RequestSession<S>, stored: Stored): Promise<void> {
  const life = session.cookieLife;
  return touchNow(session, stored, session.settings.deadlines.from(Date.now(), stored.record.createdAt, life));
}

/** Whether a touch has to reach the browser too. */
function setsCookie<S extends SessionSchema>(session: RequestSession<S>): boolean {
  return session.cookieLife !== undefined || session.settings.rolling || session.signedByOldSecret;
}

async function touchNow<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  expiresAt: number,
): Promise<void> {
  const { record, key } = stored;
  // False: another request moved the revision and the deadline with it, or the session is gone. Both are no cookie: it
  // would put back the id that a login has just replaced.
  if (!(await session.settings.store.touch(key, expiresAt, record.revision))) return;
  session.stored = { ...stored, record: { ...record, expiresAt } };
  if (setsCookie(session)) session.cookieDue = true;
  session.signedByOldSecret = false;
  emit('touch', { request: session.request });
}

/** Extends the deadline while the response goes out; what else the request stores meanwhile counts more. */
async function keepAlive<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  expiresAt: number,
): Promise<void> {
  const { record, key } = stored;
  session.stored = { ...stored, record: { ...record, expiresAt } }; // the end of this response does not do it again
  try {
    if (await session.settings.store.touch(key, expiresAt, record.revision))
      emit('touch', { request: session.request });
  } catch (error) {
    reportFailure(session, error);
  }
}

function reportFailure<S extends SessionSchema>(session: RequestSession<S>, error: unknown): void {
  const failure = error instanceof Error ? error : new Error('a value that is not an Error was thrown');
  emit('error', { request: session.request, error: failure, consequence: 'untouched' });
}
