import type { Payload, SessionSchema } from '../../schema/payload-types.js';
import type { RefuseExcess } from '../../schema/refusals.js';
import { configOf, type AnySessions } from '../../sessions/config-of.js';
import { load } from '../../sessions/load.js';
import { become, save } from '../../sessions/actions.js';
import type { RequestSession } from '../../sessions/request-session.js';
import { writeCookie } from '../../sessions/response-cookie.js';
import { DetachedTransport, detachedSession } from './detached-session.js';

/**
 * Stores a session and returns its signed cookie, as the value of a Cookie header: `name=value`. A test is then signed in
 * without the login route. The schema checks the payload. Fields that you leave out are those of a new session.
 *
 * The cookie works with everything that sends a header: supertest, `fetch`, undici. For Playwright, see {@link storageState}.
 *
 * @param sessions - what `session()` returned
 * @param payload - what the session contains; default: what a new session contains
 * @throws SessionValidationError if the schema refuses the payload; SessionStoreError; TypeError if `sessions` is something
 *   else
 * @example
 * ```ts
 * import { session } from 'typed-session';
 * import { sessionCookie } from 'typed-session/testing';
 * import { z } from 'zod';
 *
 * const sessions = session({ schema: z.object({ userId: z.string().optional() }), secret: 'only for tests' });
 *
 * const alice = await sessionCookie(sessions, { userId: 'u1' });
 * const response = await fetch('http://localhost:3000/me', { headers: { cookie: alice } });
 * ```
 */
export async function sessionCookie<S extends SessionSchema, P extends Partial<Payload<S>>>(
  sessions: AnySessions<S>,
  payload?: P & RefuseExcess<P, S>,
): Promise<string> {
  return storeSession(sessions, payload ?? {}, 'sessionCookie()');
}

/**
 * Stores a session, and returns its cookie.
 * @param caller - the function that error messages name
 */
export async function storeSession(sessions: object, payload: object, caller: string): Promise<string> {
  const transport = new DetachedTransport();
  const session = detachedSession(configOf(sessions, caller), transport);
  await load(session);
  await fill(session, payload);
  await save(session);
  writeCookie(session);
  const [cookie = ''] = (transport.setCookies[0] ?? '').split(';', 1);
  return cookie;
}

/** A state of a union replaces the payload of a new session; the fields of any other schema are added to it. */
async function fill(session: RequestSession<SessionSchema>, payload: object): Promise<void> {
  const { discriminator } = session.config.codec;
  if (discriminator !== undefined && discriminator in payload) await become(session, payload);
  else Object.assign(session.fields, payload);
}

/**
 * The payload of the stored session that a cookie identifies, sensitive fields included; `undefined` if there is none: the
 * cookie is forged, or its session has ended. It changes nothing.
 *
 * @param sessions - what `session()` returned
 * @param cookie - the value of a Cookie header, such as the result of {@link sessionCookie}, or of a Set-Cookie header
 * @throws SessionStoreError; SessionValidationError under `onInvalid: 'error'`
 * @example
 * ```ts
 * import { session } from 'typed-session';
 * import { readSession, sessionCookie } from 'typed-session/testing';
 * import { z } from 'zod';
 *
 * const sessions = session({ schema: z.object({ userId: z.string().optional() }), secret: 'only for tests' });
 *
 * const alice = await sessionCookie(sessions, { userId: 'u1' });
 * const stored = await readSession(sessions, alice); // { userId: 'u1' }
 * ```
 */
export async function readSession<S extends SessionSchema>(
  sessions: AnySessions<S>,
  cookie: string,
): Promise<Payload<S> | undefined> {
  if (typeof cookie !== 'string') {
    throw new TypeError('readSession() takes the value of a Cookie header as its second argument: name=value.');
  }
  const session = detachedSession(configOf(sessions, 'readSession()'), new DetachedTransport(cookie));
  await load(session);
  if (session.state.stored === undefined) return undefined;
  const { payload } = session; // decoding it may find that it is invalid
  return session.state.stored === undefined ? undefined : (payload as Payload<S>); // its own schema's
}
