import type { SessionSchema } from '../schema/types.js';
import type { RequestSession } from './request-session.js';
import type { Settings } from './settings.js';

/** Every installed copy of the package has a key of its own, so two copies in one process never find each other's sessions. */
const SESSIONS: unique symbol = Symbol('typed-session.sessions');

interface WithSessions {
  [SESSIONS]?: RequestSession<SessionSchema>[];
}

/** The sessions of a request: the one behind `req.session` first. */
export function sessionsOf(request: object): readonly RequestSession<SessionSchema>[] {
  return (request as WithSessions)[SESSIONS] ?? []; // any object can be asked
}

/** The request's session of one middleware, or the first one. */
export function findSession<S extends SessionSchema>(
  request: unknown,
  settings?: Settings<S>,
): RequestSession<S> | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const sessions = sessionsOf(request);
  const found = settings === undefined ? sessions[0] : sessions.find((one) => Object.is(one.settings, settings));
  return found; // it was created with these settings, so with their schema
}

/** Gives a request one more session. */
export function addSession<S extends SessionSchema>(session: RequestSession<S>): void {
  const { request } = session as { readonly request: WithSessions }; // any object can get the property
  const any = session as unknown as RequestSession<SessionSchema>; // what is asked of it, every session has
  if (request[SESSIONS] === undefined) request[SESSIONS] = [any];
  else request[SESSIONS].push(any);
}
