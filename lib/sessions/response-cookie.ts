import { cookieValues } from '../cookie/cookie-header.js';
import { clearCookieHeader, setCookieHeader } from '../cookie/session-cookie.js';
import { SessionOptionsError, type SessionError, type SessionHeadersSentError } from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';

/** Sets or clears the cookie on the response, as the session requires. */
export function writeCookie<S extends SessionSchema>(session: RequestSession<S>): void {
  const fate = session.cookie.takeFate();
  if (fate === 'keep' || withholdsCookie(session)) return;
  const { config, cookie } = session;
  const { stored, end } = session.state;
  const [name] = config.names;
  const secure = session.transport.isSecure();
  if (fate === 'clear') {
    for (const arrived of [name, ...otherNames(session)]) clear(session, arrived, secure);
  } else if (stored !== undefined && end === undefined) {
    const { life } = cookie;
    const rest = config.deadlines.absolute(stored.record.createdAt, life) - Date.now();
    const maxAge = life === undefined ? undefined : Math.max(0, Math.min(life, rest));
    const value = config.signer.sign(stored.id);
    session.transport.addCookie(setCookieHeader(name, value, cookie.attributes, secure, maxAge));
    const oldName = cookie.takeOldName();
    if (oldName !== undefined) clear(session, oldName, secure);
  }
}

/** The names other than the first one under which the request carries a cookie. */
function otherNames<S extends SessionSchema>(session: RequestSession<S>): string[] {
  const header = session.transport.cookieHeader() ?? '';
  return session.config.names.slice(1).filter((name) => cookieValues(header, name).length > 0);
}

function clear<S extends SessionSchema>(session: RequestSession<S>, name: string, secure: boolean): void {
  session.transport.addCookie(clearCookieHeader(name, session.cookie.attributes, secure));
}

/**
 * Whether the cookie must be withheld, because it is for TLS only and the request looks insecure. This is the most common
 * reason why sessions "do not persist" behind a proxy.
 */
export function withholdsCookie<S extends SessionSchema>(session: RequestSession<S>): boolean {
  if (session.cookie.attributes.secure !== true || session.transport.isSecure()) return false;
  const error = new SessionOptionsError(
    'cookie.secure',
    'is true and the request looks insecure, so the session cookie was withheld. Behind a proxy that terminates TLS, ' +
      "use app.set('trust proxy', 1) in Express, or the option proxy: true. For plain HTTP in development, use secure: 'auto'.",
  );
  tellWithheld(session, error, 'TYPED_SESSION_COOKIE_WITHHELD', error.message);
  return true;
}

/** Reports that a new session is not stored, because the head of the response has been sent and no cookie can carry it. */
export function tellTooLate<S extends SessionSchema>(session: RequestSession<S>, error: SessionHeadersSentError): void {
  const message =
    'A new session was changed after the first byte of the response, so no cookie can carry it, and it was not stored. ' +
    'Change the session before that.';
  tellWithheld(session, error, 'TYPED_SESSION_HEADERS_SENT', message);
}

/** The codes of the warnings that were issued. */
const warned = new Set<string>();

/** Reports that no cookie carries a session: each time as an event, and once as a warning. */
function tellWithheld<S extends SessionSchema>(
  session: RequestSession<S>,
  error: SessionError,
  code: string,
  message: string,
): void {
  report(session, 'error', { error, consequence: 'withheld' });
  if (warned.has(code)) return;
  warned.add(code);
  process.emitWarning(message, { type: 'TypedSessionWarning', code });
}
