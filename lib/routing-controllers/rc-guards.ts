import { getMetadataArgsStorage, HttpError } from 'routing-controllers';
import { methodsOf } from '../decorators/method-decorator.js';
import { SessionError } from '../errors.js';
import { addGuard, classGuards, getGuards, joinGuards } from '../guards/declared-guards.js';
import { guardGroup, mergeRequirements, type Guard } from '../guards/guard.js';
import { guardMiddleware } from '../guards/handler-guards.js';

type Class = new (...args: never[]) => object;
type Uses = ReturnType<typeof getMetadataArgsStorage>['uses'];

/**
 * A decorator for routing-controllers that puts a guard before an action, or before all actions of a controller. The guards
 * become middleware when routing-controllers asks which middleware an action uses.
 */
export function rcGuardDecorator(guard: Guard) {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const owner: unknown = name === undefined ? target : descriptor?.value;
    if (typeof owner !== 'function') throw new TypeError('This decorator is for methods and classes.');
    addGuard(owner, guard);
    mergeRequirements(name === undefined ? classGuards(owner) : getGuards(owner)); // throws if they contradict each other
    answerForInherited();
  };
}

const answering = new WeakSet<object>();

/**
 * routing-controllers applies the actions of a base class to its subclasses, but not the middleware of these actions (0.11), so
 * guards would be lost. We therefore answer which middleware an action uses, from the guards of its class and the base classes.
 */
function answerForInherited(): void {
  const storage = getMetadataArgsStorage();
  if (answering.has(storage)) return;
  answering.add(storage);
  // Despite its type, it is called without a method, to find the middleware of a whole controller.
  const answer = storage.filterUsesWithTargetAndMethod.bind(storage) as (target: Class, method?: string) => Uses;
  storage.filterUsesWithTargetAndMethod = (target: Class, method?: string): Uses => {
    const others = answer(target, method);
    return method === undefined ? others : [...rcGuardsBefore(target, method), ...others];
  };
}

function rcGuardsBefore(target: Class, method: string): Uses {
  const guards = joinGuards(classGuards(target), methodsOf(target.prototype as object).get(method)?.guards ?? []);
  const group = guardGroup(guards);
  return guards
    .filter(({ resets }) => resets !== true)
    .map((one) => {
      const guard = guardMiddleware(one, group);
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
 * Converts an error to an `HttpError` of routing-controllers, with our error as its `cause`. Express's own error handler reads
 * `status`. In production, the message is hidden if clients must not see it, as Express does.
 */
export function asHttpError(error: unknown): unknown {
  if (!(error instanceof SessionError)) return error;
  const { status, code, expose, name } = error;
  const isTold = expose || process.env['NODE_ENV'] !== 'production';
  const made = new HttpError(status, isTold ? error.message : 'Internal Server Error');
  Object.defineProperty(made, 'cause', { value: error, configurable: true });
  return Object.assign(made, { name, status, code, ...refusedFields(error) });
}

/** Which fields a guard found missing, or with another value than required. */
export function refusedFields(error: object): object {
  return 'missing' in error && 'failed' in error ? { missing: error.missing, failed: error.failed } : {};
}
