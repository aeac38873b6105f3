import { SessionForbiddenError, SessionRequiredError, type SessionError } from '../errors.js';

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
};

/** An error that clients may see, as the JSON text of `application/problem+json` (RFC 9457). */
export function problemText(error: SessionError): string {
  const { status, code, message } = error;
  const isGuards = error instanceof SessionRequiredError || error instanceof SessionForbiddenError;
  const { missing, failed } = isGuards ? error : { missing: undefined, failed: undefined };
  return JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail: message, code, missing, failed });
}
