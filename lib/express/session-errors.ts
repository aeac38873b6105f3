import type { ErrorRequestHandler, Request, Response } from 'express-serve-static-core';
import { SessionError, SessionOptionsError, SessionRequiredError } from '../errors.js';
import { didYouMean } from '../did-you-mean.js';
import { problemText, titleOf } from '../guards/problem-text.js';
import { redirect } from './missing-handlers.js';

/**
 * The options of {@link sessionErrors}.
 * @group Errors
 */
export interface SessionErrorsOptions {
  /**
   * The login page. A browser that is not signed in is redirected there, with the requested address as `returnTo`; see
   * `redirect()`. Programs get a 401. Default: none, so browsers get a 401 too.
   */
  readonly login?: string | undefined;
  /**
   * Renders the page for a browser: sends it with `response.send(…)` or `response.render(…)`. The status and the header fields
   * are already set. Default: a small page with the title and, if clients may see it, the error's message.
   */
  readonly page?: ((error: SessionError, request: Request, response: Response) => unknown) | undefined;
  /**
   * After how many seconds a client should try again if the store does not answer (`Retry-After`, RFC 9110 section 10.2.3).
   * Default: 5.
   */
  readonly retryAfter?: number | undefined;
  /** Receives each error that is the fault of the app or of the store (status 500 and above). Default: `console.error` with its stack. */
  readonly log?: ((error: SessionError, request: Request) => unknown) | undefined;
}

const OPTIONS: readonly (keyof SessionErrorsOptions)[] = ['login', 'page', 'retryAfter', 'log'];

/**
 * An error handler for all errors of the library: `app.use(sessionErrors())`, after the routes. It passes other errors on.
 *
 * | status | errors | the response |
 * | --- | --- | --- |
 * | 401 | nobody is signed in | `WWW-Authenticate` (RFC 9110, section 11.6.1), or a redirect to `login` for browsers |
 * | 403 | somebody is signed in, but may not do this | |
 * | 409 | a conflict, or a session that has ended meanwhile | |
 * | 500 | the payload does not fit the schema, or the middleware is used in a wrong way | without the message |
 * | 503 | the store failed | `Retry-After`; without the message |
 *
 * Browsers get a page, and programs `application/problem+json` (RFC 9457), by the field `Accept` of the request. No response is
 * kept by caches.
 *
 * @throws SessionOptionsError for a wrong or unknown option
 * @group Errors
 * @example
 * ```ts
 * import express from 'express';
 * import { requireSession, sessionErrors } from 'typed-session';
 *
 * const app = express();
 * app.get('/me', requireSession('userId'), (req, res) => {
 *   res.json({ id: req.session.userId });
 * });
 * app.use(sessionErrors({ login: '/login' }));
 * ```
 */
export function sessionErrors(options: SessionErrorsOptions = {}): ErrorRequestHandler {
  check(options);
  const { login, page = sendPage, retryAfter = 5, log = logStack } = options;
  const toLogin = login === undefined ? undefined : redirect(login);
  return (error: unknown, request, response, next) => {
    if (!(error instanceof SessionError) || response.headersSent) {
      next(error);
      return;
    }
    if (error.status >= 500) log(error, request);
    const isPage = request.accepts(['json', 'html']) === 'html'; // a program that accepts anything gets JSON
    response.vary('Accept');
    response.setHeader('Cache-Control', 'no-store');
    if (isPage && toLogin !== undefined && error instanceof SessionRequiredError) {
      toLogin(error, request, response, next);
      return;
    }
    response.status(error.status);
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Cookie realm="session"');
    if (error.status === 503) response.setHeader('Retry-After', String(retryAfter));
    if (isPage) page(error, request, response);
    else response.type('application/problem+json').send(problemText(error));
  };
}

function sendPage(error: SessionError, _request: Request, response: Response): void {
  const title = titleOf(error.status);
  const text = error.expose ? error.message : 'Please try again later.';
  response
    .type('html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><p>${escape(text)}</p></html>`,
    );
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

/** Without the cause, which may quote values of the payload. */
function logStack(error: SessionError): void {
  // eslint-disable-next-line no-console -- as Express does with the errors that it handles itself
  console.error(error.stack);
}

/** The caller may be plain JavaScript. */
function check(options: SessionErrorsOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionsError('sessionErrors', "takes an object: sessionErrors({ login: '/login' })");
  }
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name as keyof SessionErrorsOptions));
  if (unknown !== undefined) {
    throw new SessionOptionsError(`sessionErrors.${unknown}`, `is not an option${didYouMean(unknown, OPTIONS)}`);
  }
  for (const name of ['page', 'log'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new SessionOptionsError(`sessionErrors.${name}`, 'must be a function');
    }
  }
  const { retryAfter = 0 } = options;
  if (!Number.isSafeInteger(retryAfter) || retryAfter < 0) {
    throw new SessionOptionsError('sessionErrors.retryAfter', 'must be a whole number of seconds, zero or more');
  }
}
