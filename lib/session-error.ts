/** The pages about the errors. */
const PAGES = 'https://github.com/typed-session/typed-session/blob/main/docs/reference/errors';

/**
 * The base class of every error of this library. It has a stable `code` to branch on, the HTTP `status` of a response, and
 * `expose`, which decides whether Express's default error handler shows the message to the client. No error contains a
 * session id, a secret, or a value of the payload.
 *
 * @group Errors
 * @example
 * ```ts
 * import { SessionError } from 'typed-session';
 * import type { ErrorRequestHandler } from 'express';
 *
 * export const onError: ErrorRequestHandler = (error, req, res, next) => {
 *   if (error instanceof SessionError) res.status(error.status).json({ code: error.code });
 *   else next(error);
 * };
 * ```
 */
export abstract class SessionError extends Error {
  /** Stable, for code to branch on; the message may change between releases. */
  readonly code: string;
  /** The HTTP status that a response caused by this error should have. Express's default error handler uses it. */
  readonly status: number;
  /** Whether the message may be shown to the client. If not, it ends with the address in {@link help}. */
  readonly expose: boolean;
  /** The address of the page about this error: what happened, why, and what to do. */
  readonly help: string;

  /** The name of its class. Defined, not assigned: an app may have frozen `Error.prototype`. */
  override readonly name = this.constructor.name;

  constructor(
    { code, status, expose }: Pick<SessionError, 'code' | 'status' | 'expose'>,
    message: string,
    options?: ErrorOptions,
  ) {
    const help = `${PAGES}/${code.toLowerCase().replaceAll('_', '-')}.md`;
    super(expose ? message : `${message}${message.endsWith('.') ? '' : '.'} See ${help}`, options);
    this.code = code;
    this.status = status;
    this.expose = expose;
    this.help = help;
  }
}

/** The message of an error without the address of its page, to quote it in the message of another error. */
export function messageWithoutLink({ message, help }: SessionError): string {
  return message.replace(` See ${help}`, '');
}
