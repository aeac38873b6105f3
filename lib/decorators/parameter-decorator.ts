import { SessionOptionsError } from '../errors.js';
import { classGuards, getGuards } from '../guards/declared-guards.js';
import type { Guard } from '../guards/guard.js';
import { loadingGuard, sessionValue } from '../guards/built-in-guards.js';
import { defer } from '../timers.js';
import { likeMethod, withGuard, type Callable } from './guarded-method.js';

/** The value that one parameter of a method gets, and the guard that runs before the method. */
interface Parameter {
  readonly guard: Guard;
  /** The field whose value is passed; `undefined` for the session itself. */
  readonly field: string | undefined;
}

const parameters = new WeakMap<object, Map<PropertyKey, Parameter[]>>();

/**
 * A decorator that passes the session, or one field of it, to a parameter, in the legacy dialect.
 * @param guard - runs before the method; if it is left out, the request only needs to have a session
 */
export function guardedParameter(guard: Guard = loadingGuard, field?: string) {
  return (prototype: object, name: PropertyKey, index: number): void => {
    if (typeof index !== 'number') {
      throw new TypeError('This decorator is for parameters of methods, in the legacy dialect.');
    }
    const ofClass = parameters.get(prototype) ?? new Map<PropertyKey, Parameter[]>();
    const ofMethod = ofClass.get(name) ?? [];
    ofMethod[index] = { guard, field };
    ofClass.set(name, ofMethod);
    parameters.set(prototype, ofClass);
    defer(refuseAlone, prototype, name);
  };
}

/**
 * Only a decorator of the method or the class can fill a parameter: the compiler overwrites what a parameter decorator changes.
 */
function refuseAlone(prototype: object, name: PropertyKey): void {
  const method: unknown = Reflect.get(prototype, name);
  const owner = typeof prototype === 'function' ? prototype : prototype.constructor;
  if (classGuards(owner).length > 0 || (typeof method === 'function' && getGuards(method).length > 0)) return;
  throw new SessionOptionsError(
    `${owner.name}.${String(name)}`,
    'a parameter decorator needs @RequireSession() or another decorator of this library on the method or its class',
  );
}

/** Fills the decorated parameters of a method; the other parameters get the arguments in their order. */
export function withParameters(owner: object, name: PropertyKey, method: Callable): Callable {
  const wanted = parameters.get(owner)?.get(name);
  if (wanted === undefined || getGuards(method).length > 0) return method;
  const filled = likeMethod(method, (unfilled) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [request] = args;
      const rest = [...args];
      // The guards that run before have checked the request and loaded its session.
      const values = Array.from(wanted, (one) => (one ? sessionValue(request as object, one.field) : rest.shift()));
      return unfilled.call(this, ...values, ...rest);
    };
  });
  const given = wanted.filter((one) => one !== undefined);
  // Express treats a function with four parameters as an error handler, so only the parameters that Express fills are counted.
  Object.defineProperty(filled, 'length', { value: Math.max(0, method.length - given.length), configurable: true });
  return given.reduce((behind, { guard }) => withGuard(behind, guard), filled);
}
