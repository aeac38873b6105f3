import { isThenable } from '../realms.js';
import { guardGroup, runGuards, type Guard, type GuardGroup } from './guard.js';
import type { Responder } from './requirements.js';

/** What a handler is called with: the request, the response, and `next`. A unit test may pass less. */
export type HandlerArguments = readonly unknown[];

type Next = (error?: unknown) => unknown;

/**
 * Runs guards before a handler that is called as Express calls it: with a request, a response, and `next`. A refused
 * request is passed to the app's own function, otherwise to `next`; without a `next`, the error is thrown.
 *
 * @param group - all guards of the handler, if these are only some of them
 */
export function runHandlerGuards(
  guards: readonly Guard[],
  args: HandlerArguments,
  proceed: () => unknown,
  group?: GuardGroup,
): unknown {
  const [request, response, next] = args;
  const handOn = (error: unknown): unknown => {
    if (!isNext(next)) throw error;
    return next(error);
  };
  const refuse = (error: unknown, respond: Responder | undefined): unknown => {
    if (respond === undefined || typeof response !== 'object' || !isNext(next)) return handOn(error);
    try {
      const answer = (respond as (...args: unknown[]) => unknown)(error, request, response, next);
      return isThenable(answer) ? answer.then(undefined, handOn) : answer;
    } catch (reason) {
      return handOn(reason);
    }
  };
  let hasWaited = false;
  const proceedOnce = (): unknown => {
    if (!hasWaited) return proceed();
    try {
      return proceed();
    } catch (error) {
      return handOn(error); // Express itself sees only what is thrown before its call has returned
    }
  };
  // The guard refuses a request that is no object.
  const result = runGuards(guards, request as object, { proceed: proceedOnce, refuse }, group);
  hasWaited = true;
  return result;
}

function isNext(next: unknown): next is Next {
  return typeof next === 'function';
}

/** A guard as a middleware. */
export function guardMiddleware(guard: Guard, group: GuardGroup = guardGroup([guard])) {
  const guards = [guard];
  return (request: object, response: object, next: (error?: unknown) => void): void => {
    runHandlerGuards(guards, [request, response, next], () => { next(); }, group); // prettier-ignore
  };
}
