import type { SessionSchema } from '../schema/payload-types.js';
import type { RequestSession } from './request-session.js';
import type { SessionConfig } from './session-config.js';

/** Each installed copy of the package has its own key, so two copies in one process never find each other's sessions. */
const SESSIONS: unique symbol = Symbol('typed-session.sessions');

/** What a middleware has put onto a request: its session, which may be created only when something asks for it. */
export interface Attachment<S extends SessionSchema = SessionSchema> {
  readonly config: SessionConfig<S>;
  readonly session: RequestSession<S>;
}

interface WithSessions {
  [SESSIONS]?: Attachment[];
}

const NONE: readonly Attachment[] = [];

/** What the middlewares have put onto a request; what is behind `req.session` comes first. */
export function attachmentsOf(request: object): readonly Attachment[] {
  return (request as WithSessions)[SESSIONS] ?? NONE; // any object can be asked
}

/** The request's session of one middleware, or its first session. */
export function findSession<S extends SessionSchema>(
  request: unknown,
  config?: SessionConfig<S>,
): RequestSession<S> | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const found = config === undefined ? attachmentsOf(request)[0] : findAttachment(request, config);
  return found?.session; // it was created with this configuration, and so with its schema
}

/** What one middleware has put onto a request. */
export function findAttachment<S extends SessionSchema>(
  request: object,
  config: SessionConfig<S>,
): Attachment | undefined {
  return attachmentsOf(request).find((one) => Object.is(one.config, config));
}

/** Puts one more session onto a request. */
export function attach<S extends SessionSchema>(request: object, attachment: Attachment<S>): void {
  const attached = request as WithSessions; // any object can get the property
  const any = attachment as unknown as Attachment; // only what every session has is used
  if (attached[SESSIONS] === undefined) attached[SESSIONS] = [any];
  else attached[SESSIONS].push(any);
}
