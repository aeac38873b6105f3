import { SessionOptionsError } from '../errors.js';
import { emit } from '../events.js';

let warned = false;

/**
 * Tells that a cookie for TLS was withheld from a request that looks insecure: every time as an event, once as a
 * warning. It is the commonest reason why sessions "do not persist" behind a proxy.
 */
export function reportWithheldCookie(request: object): void {
  const error = new SessionOptionsError(
    'cookie.secure',
    'is true and the request looks insecure, so the session cookie was withheld. Behind a proxy that terminates TLS, ' +
      "let Express believe it: app.set('trust proxy', 1). For plain HTTP in development, use secure: 'auto'.",
  );
  emit('error', { request, error, consequence: 'withheld' });
  if (warned) return;
  warned = true;
  process.emitWarning(error.message, { type: 'TypedSessionWarning', code: 'TYPED_SESSION_COOKIE_WITHHELD' });
}
