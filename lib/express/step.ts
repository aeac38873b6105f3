import { SessionForbiddenError, SessionPresentError, SessionRequiredError } from '../errors.js';
import { findSession } from '../sessions/registry.js';
import type { Settings } from '../sessions/settings.js';
import { isThenable } from '../realms.js';
import type { SessionSchema } from '../schema/types.js';
import type { MissingHandler } from './missing.js';

/** What is known, without a request, of what a controller's method asks of a session and does to it. */
export interface SessionRequirements {
  /** Whether a stored session is asked for. */
  readonly session: boolean;
  /** Fields that must be there. */
  readonly fields: readonly string[];
  /** Fields that must have a value. */
  readonly values: Readonly<Record<string, unknown>>;
  /** How many functions of the session must say yes. */
  readonly predicates: number;
  /** Whether nobody may be signed in. */
  readonly anonymous: boolean;
  /** Whether the session is only read. */
  readonly readonly: boolean;
  /** Whether the session gets a new id when the method has succeeded. */
  readonly rotates: boolean;
  /** Whether the session ends when the method has succeeded. */
  readonly destroys: boolean;
}

/** What a guard or a decorator does before the handler. */
export interface Step {
  /** What it asks for, for whoever documents it. */
  readonly tells: Partial<SessionRequirements>;
  /** Lets the request pass, or throws or rejects; returns nothing if there is nothing to wait for. */
  readonly run: (request: object, among?: StepsTogether) => Promise<void> | undefined;
  /** The middleware whose session it is about; left out, the one behind `req.session`. */
  readonly settings?: Settings<SessionSchema> | undefined;
  /** Responds if nobody is signed in, or a field is absent. */
  readonly onMissing?: MissingHandler | undefined;
  /** Responds if somebody is signed in, but something does not match. */
  readonly onForbidden?: MissingHandler | undefined;
  /** Responds if somebody is signed in, and nobody may be. */
  readonly onPresent?: MissingHandler | undefined;
  /** Whether the steps of the class and of the base class are not to be gone through: `@AllowAnonymous()`. */
  readonly clears?: boolean;
}

/** What the steps of one class and method are together: what each of them has to know of the others. */
export interface StepsTogether {
  /** One of them says that the session is only read. */
  readonly readonly: boolean;
  /** One of them names a field, so what lacks a value or fails a predicate is known to be signed in. */
  readonly namesField: boolean;
}

/** What steps that stand before one method are together. */
export function stepsTogether(steps: readonly Step[]): StepsTogether {
  return {
    readonly: steps.some(({ tells }) => tells.readonly === true),
    namesField: steps.some(({ tells }) => (tells.fields ?? []).length > 0),
  };
}

type Next = (error?: unknown) => unknown;

/** A step as a middleware. */
export function middlewareOf(step: Step, among?: StepsTogether) {
  return (request: object, response: object, next: (error?: unknown) => void): void => {
    enter(step, [request, response, next], () => { next(); }, among); // prettier-ignore
  };
}

/** Goes through the steps that stand before one method, in their order, and then on. */
export function enterAll(steps: readonly Step[], args: readonly unknown[], goOn: () => unknown): unknown {
  const among = stepsTogether(steps);
  const from = (index: number): unknown => {
    const step = steps[index];
    return step === undefined ? goOn() : enter(step, args, () => from(index + 1), among);
  };
  return from(0);
}

/**
 * Goes through a step, and then on. What it refuses goes to the step's handler, else to Express's `next`, else it is thrown.
 * @param args - what a handler is called with: the request, the response, `next`; in unit tests perhaps less
 * @param among - what the steps of the method are together, if there are others
 */
export function enter(step: Step, args: readonly unknown[], goOn: () => unknown, among?: StepsTogether): unknown {
  const [request, response, next] = args;
  const refuse = (error: unknown): unknown => {
    forgetSuccess(request);
    const handOn = (reason: unknown): unknown => {
      if (typeof next !== 'function') throw reason;
      return (next as Next)(reason); // Express's third argument
    };
    const handler = handlerOf(error, step, request as object); // a request, or there was no session to find
    if (handler === undefined || typeof response !== 'object' || typeof next !== 'function') return handOn(error);
    try {
      const answer = (handler as (...args: unknown[]) => unknown)(error, request, response, next);
      return isThenable(answer) ? answer.then(undefined, handOn) : answer;
    } catch (reason) {
      return handOn(reason);
    }
  };
  let waiting: Promise<void> | undefined;
  try {
    waiting = step.run(request as object, among); // what is none is refused there
  } catch (error) {
    return refuse(error);
  }
  if (waiting === undefined) return goOn();
  const goOnLater = (): unknown => {
    try {
      return goOn();
    } catch (error) {
      // Express hears of what a handler throws at once, and so it does of one that had to wait for its session.
      if (typeof next !== 'function') throw error;
      return (next as Next)(error); // as above
    }
  };
  return waiting.then(goOnLater, refuse);
}

/** The handler is not reached: what a step before this one has left for its success is not to be done. */
function forgetSuccess(request: unknown): void {
  const attached = findSession(request);
  if (attached !== undefined) attached.onSuccess = undefined;
}

/** The step's own handler for what it refused, else the app's. */
function handlerOf(error: unknown, step: Step, request: object): MissingHandler | undefined {
  if (error instanceof SessionPresentError) return step.onPresent;
  const isForbidden = error instanceof SessionForbiddenError;
  if (!isForbidden && !(error instanceof SessionRequiredError)) return undefined;
  const own = isForbidden ? step.onForbidden : step.onMissing;
  if (own !== undefined) return own;
  const settings = findSession(request, step.settings)?.settings;
  return (isForbidden ? settings?.onForbidden : settings?.onMissing) as MissingHandler | undefined; // the options have that type
}
