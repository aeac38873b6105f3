import { decoratorFamily, type DecoratorFamily } from '../guards/decorator-family.js';
import type { RequireSessionDecorators } from '../guards/decorator-types.js';
import { guardDecorator } from './guard-decorator.js';
import { guardedParameter } from './parameter-decorator.js';

const family = decoratorFamily<'first'>({ decorate: guardDecorator, parameter: guardedParameter });

/**
 * A decorator of controllers: `@RequireSession('userId')`, `@RequireSession({ role: 'admin' })`,
 * `@RequireSession((s) => s.cart.length > 0)`, before a method or before a class; see {@link RequireSessionDecorators}.
 *
 * Works as a standard and as a legacy decorator. Methods are bound, keep their name and length and may be async. The
 * compiler refuses a method whose request type promises what the decorator does not check.
 *
 * @example
 * ```ts
 * import express, { type Response } from 'express';
 * import { RequireSession, type SessionRequest } from 'typed-session';
 *
 * class AccountController {
 *   @RequireSession('userId')
 *   me(req: SessionRequest<'userId'>, res: Response) {
 *     res.json({ id: req.session.userId });
 *   }
 * }
 *
 * express().get('/me', new AccountController().me);
 * ```
 * @group Decorators
 */
export const RequireSession: RequireSessionDecorators = family.RequireSession;

/**
 * Lets only requests pass for which nobody is signed in; see {@link DecoratorFamily.RequireAnonymous}.
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
 * @group Decorators
 */
export const RequireAnonymous: DecoratorFamily['RequireAnonymous'] = family.RequireAnonymous;

/**
 * Takes back what the decorators of the class require; see {@link DecoratorFamily.AllowAnonymous}.
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
 * @group Decorators
 */
export const AllowAnonymous: DecoratorFamily['AllowAnonymous'] = family.AllowAnonymous;

/**
 * Gives the session a new id when the method has succeeded; see {@link DecoratorFamily.RotateSession}.
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
 * @group Decorators
 */
export const RotateSession: DecoratorFamily['RotateSession'] = family.RotateSession;

/**
 * Ends the session when the method has succeeded: a logout; see {@link DecoratorFamily.DestroySession}.
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
 * @group Decorators
 */
export const DestroySession: DecoratorFamily['DestroySession'] = family.DestroySession;

/**
 * Passes the session to a parameter; see {@link DecoratorFamily.CurrentSession}. Only for the legacy dialect
 * (`experimentalDecorators`): the standard one has no parameter decorators.
 *
 * The method or its class must have another decorator of this library. Its other parameters get the request, the response
 * and `next`, in this order.
 *
 * @example
 * ```ts
 * import type { Request, Response } from 'express';
 * import { CurrentSession, RequireSession, SessionValue, type Session } from 'typed-session';
 *
 * export class AccountController {
 *   @RequireSession('userId')
 *   me(@SessionValue('userId') userId: string, @CurrentSession() session: Session, req: Request, res: Response) {
 *     res.json({ userId, isNew: session.isNew, path: req.path });
 *   }
 * }
 * ```
 * @group Decorators
 */
export const CurrentSession: DecoratorFamily['CurrentSession'] = family.CurrentSession;

/**
 * Passes a field of the session to a parameter; see {@link DecoratorFamily.SessionValue}. Only for the legacy dialect, as
 * {@link CurrentSession}, which has an example.
 *
 * @group Decorators
 */
export const SessionValue: DecoratorFamily['SessionValue'] = family.SessionValue;
