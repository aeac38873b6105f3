import { cookieValues } from '../../cookie/cookie-header.js';
import type { Payload, SessionSchema } from '../../schema/payload-types.js';
import { configOf } from '../../sessions/config-of.js';
import { readSession } from './test-sessions.js';
import type { AnySessions } from '../../sessions/config-of.js';

/** What a matcher returns to vitest or Jest. */
interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/** The part of vitest's and Jest's `this` that the matchers use. */
interface MatcherContext {
  equals(a: unknown, b: unknown, customTesters?: readonly unknown[]): boolean;
}

/**
 * The types of the matchers that {@link sessionMatchers} makes. Declare them once, next to `expect.extend`:
 *
 * - vitest: `declare module 'vitest' { interface Matchers<T = any> extends SessionMatchers<T> {} }`
 * - Jest: `declare global { namespace jest { interface Matchers<R> extends SessionMatchers<R> {} } }`
 */
export interface SessionMatchers<R = unknown> {
  /**
   * The cookie, or the cookie that a response sets, leads to a stored session that contains these fields. Without fields, any
   * stored session will do. Await it: `await expect(alice).toHaveSession({ userId: 'u1' })`.
   */
  toHaveSession(fields?: object): Promise<R>;
  /** The response (of supertest, `fetch`, or undici) sets the session cookie, with a valid signature. */
  toSetSessionCookie(): R;
}

/** The matchers, for `expect.extend`. A type and not an interface, because vitest's types ask for an index signature. */
export type SessionMatcherFunctions = Readonly<{
  /** See {@link SessionMatchers.toHaveSession}. */
  toHaveSession: (received: unknown, fields?: object) => Promise<MatcherResult>;
  /** See {@link SessionMatchers.toSetSessionCookie}. */
  toSetSessionCookie: (received: unknown) => MatcherResult;
}>;

/**
 * Matchers for vitest and Jest: `expect.extend(sessionMatchers(sessions))`.
 *
 * @param sessions - what `session()` returned
 * @throws TypeError if it is something else
 * @example
 * ```ts
 * import { session } from 'typed-session';
 * import { sessionMatchers, type SessionMatchers } from 'typed-session/testing';
 * import { expect } from 'vitest';
 * import { z } from 'zod';
 *
 * declare module 'vitest' {
 *   interface Matchers<T = any> extends SessionMatchers<T> {}
 * }
 * const sessions = session({ schema: z.object({ userId: z.string().optional() }), secret: 'only for tests' });
 *
 * expect.extend(sessionMatchers(sessions));
 * // expect(response).toSetSessionCookie();
 * // await expect(response).toHaveSession({ userId: 'u1' });
 * ```
 */
export function sessionMatchers<S extends SessionSchema>(sessions: AnySessions<S>): SessionMatcherFunctions {
  const { names, signer } = configOf(sessions, 'sessionMatchers()');
  return {
    async toHaveSession(this: unknown, received: unknown, fields: object = {}): Promise<MatcherResult> {
      const cookie = typeof received === 'string' ? received : cookiesOf(received);
      const stored = await readSession(sessions, cookie);
      if (stored === undefined) return { pass: false, message: () => 'The cookie leads to no stored session.' };
      const wanted = fields as Partial<Payload<S>>;
      const context = this as MatcherContext;
      const different = Object.keys(wanted).filter((name) => !context.equals(stored[name as keyof Payload<S>], wanted[name as keyof Payload<S>])); // prettier-ignore
      const pass = different.length === 0;
      const message = () =>
        pass ? 'The session contains all of these fields.' : `The session differs in ${different.join(', ')}.`;
      return { pass, message, actual: stored, expected: { ...stored, ...wanted } };
    },
    toSetSessionCookie(received: unknown): MatcherResult {
      const cookies = cookiesOf(received);
      const pass = cookieValues(cookies, names[0]).some((value) => signer.isSigned(value) && signer.verify(value) !== undefined); // prettier-ignore
      const message = () =>
        pass ? `The response sets the cookie ${names[0]}.` : `The response sets no signed cookie ${names[0]}.`;
      return { pass, message };
    },
  };
}

/**
 * The cookies that a response sets, as a Cookie header.
 * @throws TypeError for a value that is no response
 */
function cookiesOf(response: unknown): string {
  const { headers } = (response ?? {}) as { readonly headers?: unknown };
  if (typeof headers !== 'object' || headers === null) {
    throw new TypeError(
      'The matcher takes a response of supertest, fetch, or undici; toHaveSession() also takes a cookie.',
    );
  }
  const set =
    typeof (headers as Headers).getSetCookie === 'function'
      ? (headers as Headers).getSetCookie()
      : ((headers as Record<string, unknown>)['set-cookie'] ?? []);
  const lines = (Array.isArray(set) ? set : [set]).map(String);
  return lines.map((line) => line.split(';', 1)[0] ?? '').join('; ');
}
