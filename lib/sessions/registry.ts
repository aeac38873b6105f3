import type { SessionSchema } from '../schema/payload-types.js';
import type { RequestSession } from './request-session.js';
import type { SessionConfig } from './session-config.js';

/** Each installed copy of the package has its own key, so two copies in one process never find each other's sessions. */
const SESSIONS: unique symbol = Symbol('typed-session.sessions');

interface WithSessions {
  [SESSIONS]?: RequestSession<SessionSchema>[];
}

/** The sessions of a request; the one behind `req.session` comes first. */
export function sessionsOf(request: object): readonly RequestSession<SessionSchema>[] {
  return (request as WithSessions)[SESSIONS] ?? []; // any object can be asked
}

/** The request's session of one middleware, or its first session. */
export function findSession<S extends SessionSchema>(
  request: unknown,
  config?: SessionConfig<S>,
): RequestSession<S> | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const sessions = sessionsOf(request);
  const found = config === undefined ? sessions[0] : sessions.find((one) => Object.is(one.config, config));
  return found; // it was created with these settings, and so with their schema
}

/** Attaches one more session to a request. */
export function addSession<S extends SessionSchema>(session: RequestSession<S>): void {
  const { request } = session as { readonly request: WithSessions }; // any object can get the property
  const any = session as unknown as RequestSession<SessionSchema>; // only what every session has is used
  if (request[SESSIONS] === undefined) request[SESSIONS] = [any];
  else request[SESSIONS].push(any);
}
