import type { AnonymousOptions } from '../express/express-guards.js';
import { allowingGuard, anonymousGuard } from '../guards/session-guard.js';
import { guardDecorator } from './guard-decorator.js';
import type { RequireSessionDecorator } from './require-session.js';

/**
 * Lets those pass who are not signed in: a login page; see {@link requireAnonymous}. For methods and for classes.
 *
 * @example
 * ```ts
 * import type { Request, Response } from 'express';
 * import { RequireAnonymous, redirect } from 'typed-session';
 *
 * export class LoginController {
 *   @RequireAnonymous({ onPresent: redirect('/account') })
 *   form(req: Request, res: Response) {
 *     res.send('<form method="post">…</form>');
 *   }
 * }
 * ```
 */
export function RequireAnonymous(options?: AnonymousOptions): RequireSessionDecorator<[]> {
  return guardDecorator(anonymousGuard(options)) as RequireSessionDecorator<[]>; // it takes the arguments of both dialects
}

/**
 * Takes back what the decorators of the class and of its base classes ask for: of one method, or of all methods of a
 * subclass. What the method's own decorators ask for stays. A subclass can loosen what its base class requires by this
 * decorator, and in no other way.
 *
 * @example
 * ```ts
 * import type { Request, Response } from 'express';
 * import { AllowAnonymous, RequireSession } from 'typed-session';
 *
 * @RequireSession('userId')
 * export class OrderController {
 *   @AllowAnonymous()
 *   prices(req: Request, res: Response) {
 *     res.json({ tea: 3 });
 *   }
 * }
 * ```
 */
export function AllowAnonymous(): RequireSessionDecorator<[]> {
  return guardDecorator(allowingGuard()) as RequireSessionDecorator<[]>; // as above
}
