import { isError } from '../realms.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import type { Stored } from './status.js';
import { newWriteId } from './write-id.js';

/**
 * Extends the deadline at the commit, if it is due. It never fails, because a response does not depend on it.
 *
 * A streamed response does not wait for it, and a response that shared caches may keep carries no cookie. Both leave the touch
 * to another response. They only keep the session alive until then, in the background.
 *
 * @returns `undefined` if there is nothing to wait for
 */
export function touchIfDue<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  streamed: boolean,
): Promise<void> | undefined {
  const { deadlines } = session.config;
  const { record } = stored;
  const life = session.cookie.life;
  const now = Date.now();
  const isForced = session.state.isTouchDue || session.cookie.isOutdated;
  const due = isForced ? deadlines.from(now, record.createdAt, life) : deadlines.moved(record, now, life);
  if (due === undefined) return noteUseIfDue(session, stored, streamed);
  if (!streamed && !session.transport.isCacheable()) {
    session.state.beginTouch();
    return touchNow(session, stored, due).catch((error: unknown) => {
      reportFailure(session, error);
    });
  }
  const interim = deadlines.interim(record, now, life, setsCookie(session));
  if (interim !== undefined) void keepAlive(session, stored, interim);
  return undefined;
}

/**
 * Records when a session with a principal was used, for `list()`, if no touch shows it because the absolute deadline comes
 * before the idle one. This happens as rarely as a touch. It has no consequence if it fails, or if another request was faster.
 */
function noteUseIfDue<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  streamed: boolean,
): Promise<void> | undefined {
  const { deadlines, store } = session.config;
  const { record } = stored;
  if (record.principal === undefined || !store.knowsPrincipals) return undefined;
  const now = Date.now();
  const life = session.cookie.life;
  if (now - deadlines.lastUse(record, now, life) < Math.max(1, deadlines.touchAfter(life))) return undefined;
  const noted = noteUse(session, stored, now).catch((error: unknown) => {
    reportFailure(session, error);
  });
  return streamed ? undefined : noted;
}

async function noteUse<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  now: number,
): Promise<void> {
  const { record, key } = stored;
  const revision = record.revision + 1;
  const next = { ...record, revision, usedAt: now, writeId: newWriteId(), mirroredUntil: undefined };
  const isStored = await session.config.store.update(key, next, record.revision);
  if (isStored && session.state.stored === stored) session.state.touched(next);
}

/** Extends the deadline, due or not: `req.session.touch()`. */
export function touchStored<S extends SessionSchema>(session: RequestSession<S>, stored: Stored): Promise<void> {
  const life = session.cookie.life;
  return touchNow(session, stored, session.config.deadlines.from(Date.now(), stored.record.createdAt, life));
}

/** Whether a touch must also set the cookie. */
function setsCookie<S extends SessionSchema>(session: RequestSession<S>): boolean {
  return session.cookie.life !== undefined || session.config.rolling || session.cookie.isOutdated;
}

async function touchNow<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  expiresAt: number,
): Promise<void> {
  const { record, key } = stored;
  // False: another request has changed the record and its deadline, or the session is gone. In neither case is a cookie set,
  // because it would restore the id that a login has just replaced.
  if (!(await session.config.store.touch(key, expiresAt, record.revision))) return;
  session.state.touched({ ...record, expiresAt });
  if (setsCookie(session)) session.cookie.set();
  report(session, 'touch', {});
}

/** Extends the deadline while the response is sent. If the request stores something else meanwhile, that takes precedence. */
async function keepAlive<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  expiresAt: number,
): Promise<void> {
  const { record, key } = stored;
  session.state.touched({ ...record, expiresAt }); // so that the end of this response does not extend it again
  try {
    if (await session.config.store.touch(key, expiresAt, record.revision)) report(session, 'touch', {});
  } catch (error) {
    reportFailure(session, error);
  }
}

function reportFailure<S extends SessionSchema>(session: RequestSession<S>, error: unknown): void {
  const failure = isError(error) ? error : new Error('a value that is not an Error was thrown');
  report(session, 'error', { error: failure, consequence: 'untouched' });
}
