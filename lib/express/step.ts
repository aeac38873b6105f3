import { SessionPresentError, SessionRequiredError } from '../errors.js';
import type { Settings } from '../lifecycle/settings.js';
import { isThenable } from '../realms.js';
import type { SessionSchema } from '../schema/types.js';
import { contextOf } from './request-context.js';
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
  /** Lets the request pass, or throws or rejects; returns nothing where there is nothing to wait for. */
  readonly run: (request: object) => Promise<void> | undefined;
  /** The middleware whose session it is about; left out, the one behind `req.session`. */
  readonly settings?: Settings<SessionSchema> | undefined;
  /** What to do with a request that is not let pass. */
  readonly onMissing?: MissingHandler | undefined;
  /** Whether the steps of the class and of the base class are not to be gone through: `@AllowAnonymous()`. */
  readonly clears?: boolean;
}

type Next = (error?: unknown) => unknown;

/** A step as a middleware. */
export function middlewareOf(step: Step) {
  return (request: object, response: object, next: (error?: unknown) => void): void => {
    enter(step, [request, response, next], () => { next(); }); // prettier-ignore
  };
}

/**
 * Goes through a step, and then on. What it refuses goes to `onMissing`, else to Express's `next`, else it is thrown.
 * @param args - what a handler is called with: the request, the response, `next`; in unit tests perhaps less
 */
export function enter(step: Step, args: readonly unknown[], goOn: () => unknown): unknown {
  const [request, response, next] = args;
  const refuse = (error: unknown): unknown => {
    forgetSuccess(request);
    const handOn = (reason: unknown): unknown => {
      if (typeof next !== 'function') throw reason;
      return (next as Next)(reason); // Express's third argument
    };
    const onMissing = handlerOf(error, step, request as object); // a request, or there was no session to find
    if (onMissing === undefined || typeof response !== 'object' || typeof next !== 'function') return handOn(error);
    try {
      const answer = (onMissing as (...args: unknown[]) => unknown)(error, request, response, next);
      return isThenable(answer) ? answer.then(undefined, handOn) : answer;
    } catch (reason) {
      return handOn(reason);
    }
  };
  let waiting: Promise<void> | undefined;
  try {
    waiting = step.run(request as object); // what is none is refused there
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
  const attached = typeof request === 'object' && request !== null ? contextOf(request)?.find(undefined) : undefined;
  if (attached !== undefined) attached.onSuccess = undefined;
}

function handlerOf(error: unknown, step: Step, request: object): MissingHandler | undefined {
  if (error instanceof SessionPresentError) return step.onMissing;
  if (!(error instanceof SessionRequiredError)) return undefined;
  const ofApp = contextOf(request)?.find(step.settings)?.settings.onMissing;
  return step.onMissing ?? (ofApp as MissingHandler | undefined); // the option has that type
}
