import { getMetadataArgsStorage, HttpError } from 'routing-controllers';
import { methodsOf } from '../decorators/method.js';
import { allSteps, classSteps, note, stepsOf, together } from '../decorators/steps.js';
import { SessionError } from '../errors.js';
import { middlewareOf, stepsTogether, type Step } from '../express/step.js';

type Class = new (...args: never[]) => object;
type Uses = ReturnType<typeof getMetadataArgsStorage>['uses'];

/**
 * A decorator of routing-controllers' kind that puts a step before an action, or before all actions of a controller.
 * What it notes becomes middleware when routing-controllers asks for what an action uses.
 */
export function stepDecorator(step: Step) {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const owner: unknown = name === undefined ? target : descriptor?.value;
    if (typeof owner !== 'function') throw new TypeError('This decorator is for methods and classes.');
    note(owner, [step, ...stepsOf(owner)]);
    together(name === undefined ? classSteps(owner) : stepsOf(owner)); // throws where they contradict
    answerForInherited();
  };
}

const answering = new WeakSet<object>();

/**
 * routing-controllers hands the actions of a base class down to its subclasses, but not the middleware of these actions
 * (0.11): guards would be lost. So we answer what an action uses, by what was noted of the class and its base classes.
 */
function answerForInherited(): void {
  const storage = getMetadataArgsStorage();
  if (answering.has(storage)) return;
  answering.add(storage);
  // It is called without a method for what a whole controller uses, whatever its type says.
  const answer = storage.filterUsesWithTargetAndMethod.bind(storage) as (target: Class, method?: string) => Uses;
  storage.filterUsesWithTargetAndMethod = (target: Class, method?: string): Uses => {
    const others = answer(target, method);
    return method === undefined ? others : [...stepsBefore(target, method), ...others];
  };
}

function stepsBefore(target: Class, method: string): Uses {
  const steps = allSteps(classSteps(target), methodsOf(target.prototype as object).get(method)?.steps ?? []);
  const among = stepsTogether(steps);
  return steps
    .filter(({ clears }) => clears !== true)
    .map((step) => {
      const guard = middlewareOf(step, among);
      const middleware = (request: object, response: object, next: (error?: unknown) => void): void => {
        guard(request, response, (error) => {
          if (error === undefined) next();
          else next(asHttpError(error));
        });
      };
      return { target, method, middleware, afterAction: false };
    });
}

/**
 * The error of routing-controllers' kind; ours is its `cause`. `status` is what Express's own error handler asks for, and
 * as that does, it keeps the message of what is nobody's business to itself in production.
 */
export function asHttpError(error: unknown): unknown {
  if (!(error instanceof SessionError)) return error;
  const { status, code, expose, name } = error;
  const isTold = expose || process.env['NODE_ENV'] !== 'production';
  const made = new HttpError(status, isTold ? error.message : 'Internal Server Error');
  Object.defineProperty(made, 'cause', { value: error, configurable: true });
  return Object.assign(made, { name, status, code, ...refusedFields(error) });
}

/** Which fields a guard found missing, or with another value. */
export function refusedFields(error: object): object {
  return 'missing' in error && 'failed' in error ? { missing: error.missing, failed: error.failed } : {};
}
