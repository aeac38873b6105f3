import type { Found, KnownFields, RegisteredSchema } from '../schema/payload-types.js';
import type { AnonymousOptions, GuardArguments } from '../guards/express-types.js';
import { guardMiddleware } from '../guards/handler-guards.js';
import { anonymousGuard, sessionGuard } from '../guards/built-in-guards.js';
import type { ReadonlySessionGuard, SessionGuard } from './guard-types.js';

/**
 * The type of {@link requireSession}, which is a function with members.
 *
 * @group Types
 */
export interface RequireSessionFunction {
  /**
   * A guard: a request passes if its session is stored and has what is required. Without arguments, any stored session
   * passes. Handlers behind the guard see the session narrowed to what it checks.
   *
   * A request that does not pass results in an error through `next`, or is handled by `onMissing` or `onForbidden`:
   * `SessionRequiredError` (401) if nobody is signed in or a named field is absent; `SessionForbiddenError` (403) if
   * somebody is signed in, but a value or a predicate does not match.
   *
   * @param required - names of fields that must be neither `undefined` nor `null`; objects of fields with the values
   *   that they must have, such as the tag of a state; functions of the session, of which a type predicate narrows; and
   *   `{ onMissing, onForbidden }`, as an object of its own
   * @throws SessionOptionsError immediately, for any other argument; and through `next`, at the first request, for a field
   *   that the schema does not have
   */
  <const R extends GuardArguments>(
    ...required: R & KnownFields<RegisteredSchema, R>
  ): SessionGuard<Found<RegisteredSchema, R>>;
  /**
   * The same guard for handlers that only read: the session behind it is readonly at any depth. A change is never
   * stored, and never lost silently: in strict mode code, it is an immediate `TypeError`, because the session is
   * frozen, or under `NODE_ENV=production` a `SessionReadonlyError` (500) at the commit. If a handler has several
   * guards, the last one decides.
   * @throws SessionOptionsError
   */
  readonly<const R extends GuardArguments>(
    ...required: R & KnownFields<RegisteredSchema, R>
  ): ReadonlySessionGuard<Found<RegisteredSchema, R>>;
}

/**
 * A guard for routes: `requireSession('userId')`, `requireSession({ role: 'admin' })`,
 * `requireSession((s) => s.cart.length > 0)`; see {@link RequireSessionFunction}.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { requireSession } from 'typed-session';
 *
 * const app = express();
 * app.get('/me', requireSession('userId'), (req, res) => {
 *   res.json({ id: req.session.userId });
 * });
 * ```
 * @group Guards
 */
export const requireSession: RequireSessionFunction = Object.assign(
  (...required: unknown[]) => guardMiddleware(sessionGuard(required)),
  { readonly: (...required: unknown[]) => guardMiddleware(sessionGuard(required, { readonly: true })) },
) as RequireSessionFunction; // only the compiler sees what its types narrow

/**
 * A guard for login and registration pages. A request passes if nobody is signed in: its session has no principal or, without
 * the option `principal`, is not stored. Any other request results in `SessionPresentError`, status 403, through `next`.
 *
 * @param options - `onPresent`: what to do instead, such as `redirect('/account')`
 * @example
 * ```ts
 * import express from 'express';
 * import { requireAnonymous } from 'typed-session';
 *
 * express().get('/login', requireAnonymous(), (req, res) => {
 *   res.send('<form method="post">…</form>');
 * });
 * ```
 * @group Guards
 */
export function requireAnonymous(options?: AnonymousOptions) {
  return guardMiddleware(anonymousGuard([options]));
}
