import { classGuards } from '../guards/declared-guards.js';
import { mergeRequirements, type SessionRequirements } from '../guards/guard.js';
import { isAllowed } from './allowed-members.js';
import { isGuarding } from './class-decorator.js';
import { heldBy } from './own-members.js';
import { getterOf, methodsOf } from './method-decorator.js';
import { gettersOf, guardsBefore } from './guarded-prototype.js';

/**
 * The requirements that the decorators of a controller declare, by member: for API docs, and for tests that no method was left
 * open. Members without requirements are left out. Requirements of the class and its base classes are included.
 *
 * Besides methods, a decorated class guards the functions that its getters return, and the functions that an instance holds
 * itself, such as arrow properties. Getters are always reported. Arrow properties are reported once the class has been
 * instantiated.
 *
 * @param controller - the class
 * @example
 * ```ts
 * import type { Response } from 'express';
 * import { RequireSession, sessionRequirements, type SessionRequest } from 'typed-session';
 *
 * class AccountController {
 *   @RequireSession('userId')
 *   me(req: SessionRequest<'userId'>, res: Response) {
 *     res.json({ id: req.session.userId });
 *   }
 * }
 *
 * sessionRequirements(AccountController)['me']?.fields; // ['userId']
 * ```
 * @group Decorators
 */
export function sessionRequirements(
  controller: NewableFunction & { readonly prototype: object }, // also for abstract classes and private constructors
): Readonly<Record<PropertyKey, SessionRequirements>> {
  const prototype = controller.prototype as object;
  const required: Record<PropertyKey, SessionRequirements> = {};
  for (const [name, found] of methodsOf(prototype)) {
    const guards = guardsBefore(controller, name, found);
    if (guards.some(({ resets }) => resets !== true)) required[name] = mergeRequirements(guards);
  }
  if (!isGuarding(controller)) return required;
  const ofClass = mergeRequirements(classGuards(controller));
  for (const [name, getter] of gettersOf(prototype)) {
    if (!isAllowed(controller, name, getterOf(getter))) required[name] = ofClass;
  }
  for (const name of heldBy(controller)) if (!isAllowed(controller, name)) required[name] ??= ofClass;
  return required;
}
