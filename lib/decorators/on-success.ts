import { successGuard } from '../guards/session-guard.js';
import { guardDecorator } from './guard-decorator.js';
import type {
  KnownFields,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
} from '../schema/types.js';
import type { GuardOptions } from '../express/missing.js';
import type { SessionMethodDecorator } from './require-session.js';

/**
 * Gives the session a new id when the method has succeeded, that is when its response is below 400: a login, a change of
 * rights (OWASP Session Management Cheat Sheet, "Renew the Session ID After Any Privilege Level Change"). The payload
 * stays. Where the option `principal` sees to it, or the method has rotated by itself, it is done once.
 *
 * @example
 * ```ts
 * import type { Request, Response } from 'express';
 * import { RotateSession } from 'typed-session';
 *
 * export class LoginController {
 *   @RotateSession()
 *   login(req: Request, res: Response) {
 *     res.json({ ok: true });
 *   }
 * }
 * ```
 */
export function RotateSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R> {
  return guardDecorator(successGuard('rotate', required), { classes: false }) as SessionMethodDecorator<R>; // it takes the arguments of both dialects
}

/**
 * Ends the session when the method has succeeded, that is when its response is below 400, and clears its cookie, all
 * before that response goes out: a logout.
 *
 * @example
 * ```ts
 * import type { Request, Response } from 'express';
 * import { DestroySession } from 'typed-session';
 *
 * export class LogoutController {
 *   @DestroySession()
 *   logout(req: Request, res: Response) {
 *     res.redirect(303, '/');
 *   }
 * }
 * ```
 */
export function DestroySession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R> {
  return guardDecorator(successGuard('destroy', required), { classes: false }) as SessionMethodDecorator<R>; // it takes the arguments of both dialects
}
