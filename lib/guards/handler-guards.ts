import { isThenable } from '../realms.js';
import { guardGroup, runGuards, type Guard, type GuardGroup } from './guard.js';
import type { Responder } from './requirements.js';

type Next = (error?: unknown) => unknown;

/**
 * Runs guards before a handler that is called as Express calls it: with a request, a response, and `next`. If a guard refuses
 * the request, the app's own function responds, if there is one; otherwise the error is passed to `next`.
 *
 * @param args - the arguments of the handler; a unit test may pass fewer, and without a `next` the error is thrown
 * @param group - all guards of the handler, if these are only some of them
 */
export function runHandlerGuards(
  guards: readonly Guard[],
  args: readonly unknown[],
  proceed: () => unknown,
  group?: GuardGroup,
): unknown {
  const [request, response, next] = args;
  const passOn = (error: unknown): unknown => {
    if (!isNext(next)) throw error;
    return next(error);
  };
  const refuse = (error: unknown, respond: Responder | undefined): unknown => {
    if (respond === undefined || typeof response !== 'object' || !isNext(next)) return passOn(error);
    try {
      const answer = (respond as (...args: unknown[]) => unknown)(error, request, response, next);
      return isThenable(answer) ? answer.then(undefined, passOn) : answer;
    } catch (reason) {
      return passOn(reason);
    }
  };
  let hasWaited = false;
  const proceedOnce = (): unknown => {
    if (!hasWaited) return proceed();
    try {
      return proceed();
    } catch (error) {
      return passOn(error); // after a wait, Express does not see what is thrown
    }
  };
  // The guard refuses a request that is not an object.
  const result = runGuards(guards, request as object, { proceed: proceedOnce, refuse }, group);
  hasWaited = true;
  return result;
}

function isNext(next: unknown): next is Next {
  return typeof next === 'function';
}

/** Turns a guard into a middleware. */
export function guardMiddleware(guard: Guard, group: GuardGroup = guardGroup([guard])) {
  const guards = [guard];
  return (request: object, response: object, next: (error?: unknown) => void): void => {
    runHandlerGuards(guards, [request, response, next], () => { next(); }, group); // prettier-ignore
  };
}
