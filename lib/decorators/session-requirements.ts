import { classGuards } from '../guards/declared-guards.js';
import { mergeRequirements, type SessionRequirements } from '../guards/guard.js';
import { isAllowed } from './allowed-members.js';
import { isGuarding } from './class-decorator.js';
import { heldBy } from './own-members.js';
import { getterOf, methodsOf } from './method-decorator.js';
import { gettersOf, guardsBefore } from './guarded-prototype.js';

/**
 * What the decorators of a controller require of the session, member by member: for API docs, and for tests that no method
 * was left open. Members without requirements are left out; what base classes and the class itself require is included.
 *
 * Besides methods, a decorated class guards the functions that its getters return, and the functions that an instance holds
 * itself, such as arrow properties. Getters are always reported; arrow properties are known, and reported, once the class
 * has been instantiated.
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
 */
export function sessionRequirements(
  controller: NewableFunction & { readonly prototype: object }, // of an abstract class and one with a private constructor, too
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
