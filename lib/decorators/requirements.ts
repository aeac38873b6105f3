import type { SessionRequirements } from '../express/step.js';
import { isAllowed } from './allowed.js';
import { isGuarding } from './class.js';
import { heldBy } from './members.js';
import { getterOf, methodsOf } from './method.js';
import { gettersOf, stepsBefore } from './prototype.js';
import { classSteps, together } from './steps.js';

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
  const told: Record<PropertyKey, SessionRequirements> = {};
  for (const [name, found] of methodsOf(prototype)) {
    const steps = stepsBefore(controller, name, found);
    if (steps.some(({ clears }) => clears !== true)) told[name] = together(steps);
  }
  if (!isGuarding(controller)) return told;
  const ofClass = together(classSteps(controller));
  for (const [name, getter] of gettersOf(prototype)) {
    if (!isAllowed(controller, name, getterOf(getter))) told[name] = ofClass;
  }
  for (const name of heldBy(controller)) if (!isAllowed(controller, name)) told[name] ??= ofClass;
  return told;
}
