import { SessionOptionsError, SessionRequiredError } from '../errors.js';
import type { MissingHandler } from '../guards/express-types.js';
import { problemText } from '../guards/problem-text.js';

/** A path of this origin begins with exactly one slash. Browsers treat a backslash as a slash, so neither may follow. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x7e]*$/;

/**
 * An `onMissing` that redirects a browser to the login page, with the address that it requested as a parameter:
 * `/login?returnTo=%2Forders%3Fpage%3D2`. Only the path and the query of a GET are passed on, never another origin;
 * {@link returnPath} checks them again when they come back. As `onPresent` or `onForbidden`, it adds no parameter. It never
 * redirects a page to itself: the error is passed to the app's error handlers instead.
 *
 * @param path - the login page: a path of this app, or the address of another service
 * @param options - `parameter`: the name of the query parameter; default `returnTo`
 * @throws SessionOptionsError if `path` is neither a path that begins with one `/` nor an http(s) address
 * @example
 * ```ts
 * import express from 'express';
 * import { redirect, requireSession } from 'typed-session';
 *
 * const app = express();
 * app.get('/orders', requireSession({ onMissing: redirect('/login') }), (req, res) => {
 *   res.json(req.session);
 * });
 * ```
 * @group Guards
 */
export function redirect(path: string, options: { readonly parameter?: string } = {}): MissingHandler {
  if (typeof path !== 'string' || (!OWN_PATH.test(path) && !/^https?:\/\//.test(path))) {
    throw new SessionOptionsError('redirect', "needs a path such as '/login', or an address that begins with https://");
  }
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionsError(
      'redirect',
      "takes an object as its second argument: redirect('/login', { parameter: 'next' })",
    );
  }
  const { parameter = 'returnTo' } = options;
  const [unknown] = Object.keys(options).filter((name) => name !== 'parameter');
  if (unknown !== undefined) {
    throw new SessionOptionsError(`redirect({ ${unknown} })`, 'is not an option of redirect(), only parameter');
  }
  return (error, request, response, next) => {
    const wanted = request.originalUrl;
    const isPage = request.method === 'GET' || request.method === 'HEAD';
    const [before = '', fragment] = path.split('#', 2);
    if (isPage && pathOf(wanted) === pathOf(before)) {
      next(error); // the login page itself is guarded: the browser would be redirected forever
      return;
    }
    const query =
      isPage && OWN_PATH.test(wanted) && error instanceof SessionRequiredError
        ? `${before.includes('?') ? '&' : '?'}${encodeURIComponent(parameter)}=${encodeURIComponent(wanted)}`
        : '';
    response.setHeader('Cache-Control', 'no-store'); // the redirect is valid only until the login
    response.redirect(isPage ? 302 : 303, `${before}${query}${fragment === undefined ? '' : `#${fragment}`}`);
  };
}

function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}

/**
 * The path that {@link redirect} has passed on, if it belongs to this origin. An address that an attacker put into a link must
 * not redirect a browser to another site after the login (OWASP Unvalidated Redirects and Forwards Cheat Sheet).
 *
 * @param wanted - `req.query.returnTo`, or the value that the login form sent
 * @param fallback - the path to use otherwise; default `/`
 * @example
 * ```ts
 * import express from 'express';
 * import { returnPath } from 'typed-session';
 *
 * express().post('/login', (req, res) => {
 *   res.redirect(303, returnPath(req.query['returnTo'], '/account'));
 * });
 * ```
 * @group Guards
 */
export function returnPath(wanted: unknown, fallback = '/'): string {
  if (typeof wanted !== 'string' || !OWN_PATH.test(wanted)) return fallback;
  // The path that a browser resolves must belong to this origin too: a relative step could put two slashes at the front.
  const base = 'http://same.invalid';
  const url = URL.canParse(wanted, base) ? new URL(wanted, base) : undefined;
  if (url?.origin !== base || url.pathname.startsWith('//')) return fallback;
  return wanted;
}

/**
 * An `onMissing` that responds with `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, and the error's
 * `code`, together with `missing` and `failed`, the names of the fields that are absent or do not match.
 *
 * @example
 * ```ts
 * import { problem, requireSession } from 'typed-session';
 *
 * export const guard = requireSession({ onMissing: problem });
 * ```
 * @group Guards
 */
export const problem: MissingHandler = (error, _request, response) => {
  if ((response as unknown) === undefined) throw new TypeError('problem is a handler: pass it, onMissing: problem');
  response.status(error.status).type('application/problem+json').send(problemText(error));
};

/**
 * An `onMissing` that chooses by what the client accepts: `html` responds to browsers, `json` to programs.
 *
 * @example
 * ```ts
 * import { byAccept, problem, redirect, session } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const sessions = session({
 *   schema: z.object({ userId: z.string().optional() }),
 *   secret: process.env['SESSION_SECRET'] ?? 'only for development',
 *   onMissing: byAccept({ html: redirect('/login'), json: problem }),
 * });
 * ```
 * @group Guards
 */
export function byAccept(answers: { readonly html: MissingHandler; readonly json: MissingHandler }): MissingHandler {
  const { html, json } = answers ?? ({} as Partial<typeof answers>); // the caller may be plain JavaScript
  for (const [name, answer] of [
    ['html', html],
    ['json', json],
  ] as const) {
    if (typeof answer !== 'function')
      throw new SessionOptionsError(`byAccept.${name}`, 'must be a function: byAccept({ html, json })');
  }
  return (error, request, response, next) => {
    response.vary('Accept');
    // A program that accepts anything (curl, fetch) is not a browser, because browsers name text/html first.
    const wantsPage = request.accepts(['json', 'html']) === 'html';
    return (wantsPage ? html : json)(error, request, response, next);
  };
}
