import { SessionForbiddenError, SessionRequiredError, type SessionError } from '../errors.js';

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  503: 'Service Unavailable',
};

/** The title of a status. */
export function titleOf(status: number): string {
  return TITLES[status] ?? 'Internal Server Error';
}

/** An error as the JSON text of `application/problem+json` (RFC 9457); without its message if clients may not see that. */
export function problemText(error: SessionError): string {
  const { status, code, expose } = error;
  const isGuards = error instanceof SessionRequiredError || error instanceof SessionForbiddenError;
  const { missing, failed } = isGuards ? error : { missing: undefined, failed: undefined };
  const detail = expose ? error.message : undefined;
  return JSON.stringify({ type: 'about:blank', title: titleOf(status), status, detail, code, missing, failed });
}
