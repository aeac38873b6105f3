import type { CookieOptions } from '../../cookie/cookie-attributes.js';
import { SessionOptionsError } from '../../errors.js';
import { configOf } from '../../sessions/config-of.js';
import type { SessionSchema } from '../../schema/payload-types.js';
import { DetachedTransport } from './detached-session.js';
import type { AnySessions } from '../../sessions/config-of.js';

/** A cookie as Playwright stores it. */
export interface BrowserCookie {
  /** The cookie's name. */
  readonly name: string;
  /** The signed value. */
  readonly value: string;
  /** The host that it is sent to. */
  readonly domain: string;
  /** The path that it is sent to. */
  readonly path: string;
  /** Seconds since the epoch, or -1: until the browser is closed. */
  readonly expires: number;
  /** Whether scripts cannot read it. */
  readonly httpOnly: boolean;
  /** Whether it is sent over TLS alone. */
  readonly secure: boolean;
  /** When it is sent with requests from other sites. */
  readonly sameSite: 'Strict' | 'Lax' | 'None';
}

/** A `storageState` of Playwright with one cookie. */
export interface StorageState {
  /** The session cookie. */
  readonly cookies: BrowserCookie[];
  /** No local storage. */
  readonly origins: [];
}

/**
 * A cookie of {@link sessionCookie} as Playwright's `storageState`: a browser context that is signed in from its first page.
 *
 * @param sessions - what `session()` returned; its option `cookie` gives the attributes
 * @param cookie - the result of `sessionCookie()`
 * @param origin - the address of the app, such as `http://localhost:3000`
 * @throws SessionOptionsError for a `cookie` or an `origin` that is something else; TypeError for other `sessions`
 * @example
 * ```ts
 * import { session } from 'typed-session';
 * import { sessionCookie, storageState } from 'typed-session/testing';
 * import { z } from 'zod';
 *
 * const sessions = session({ schema: z.object({ userId: z.string().optional() }), secret: 'only for tests' });
 *
 * const alice = await sessionCookie(sessions, { userId: 'u1' });
 * export const signedIn = storageState(sessions, alice, 'http://localhost:3000');
 * // const context = await browser.newContext({ storageState: signedIn });
 * ```
 */
export function storageState<S extends SessionSchema>(
  sessions: AnySessions<S>,
  cookie: string,
  origin: string,
): StorageState {
  const config = configOf(sessions, 'storageState()');
  if (!URL.canParse(origin)) {
    throw new SessionOptionsError('storageState', "needs the app's origin, such as 'http://localhost:3000'");
  }
  const at = cookie.indexOf('=');
  if (at < 1) throw new SessionOptionsError('storageState', 'needs a cookie that sessionCookie() returned');
  const { request } = new DetachedTransport();
  const attributes = typeof config.cookie === 'function' ? config.cookie(request) : config.cookie;
  const { protocol, hostname } = new URL(origin);
  const secure = attributes.secure === 'auto' ? protocol === 'https:' : attributes.secure;
  return {
    cookies: [
      {
        name: cookie.slice(0, at),
        value: cookie.slice(at + 1),
        domain: attributes.domain ?? hostname,
        path: attributes.path,
        expires: -1,
        httpOnly: attributes.httpOnly,
        secure,
        sameSite: sameSiteOf(attributes.sameSite, secure),
      },
    ],
    origins: [],
  };
}

function sameSiteOf(sameSite: CookieOptions['sameSite'], secure: boolean): BrowserCookie['sameSite'] {
  if (sameSite === 'none' || (sameSite === 'auto' && secure)) return 'None';
  return sameSite === 'strict' || sameSite === true ? 'Strict' : 'Lax';
}
