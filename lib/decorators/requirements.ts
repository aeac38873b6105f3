import type { SessionRequirements } from '../express/step.js';
import { methodsOf } from './method.js';
import { allSteps, classSteps, together } from './steps.js';

/**
 * What the decorators of a controller ask of the session, method by method: for API docs, and for tests that no method
 * was left open. Methods without requirements are left out; those of base classes and of the class itself are told.
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
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any class, abstract and private ones too
  controller: Function & { readonly prototype: object },
): Readonly<Record<PropertyKey, SessionRequirements>> {
  const ofClass = classSteps(controller);
  const told: Record<PropertyKey, SessionRequirements> = {};
  for (const [name, { steps: own }] of methodsOf(controller.prototype as object)) {
    const steps = allSteps(ofClass, own);
    if (steps.some(({ clears }) => clears !== true)) told[name] = together(steps);
  }
  return told;
}
