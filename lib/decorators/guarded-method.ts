import { getGuards, setGuards } from '../guards/declared-guards.js';
import { guardGroup, mergeRequirements, type Guard } from '../guards/guard.js';
import { runHandlerGuards } from '../guards/handler-guards.js';

/** Any method, as it is called. */
export type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** Any class, as it is called. */
export type Class = new (...args: unknown[]) => object;

/** What a guarded method was before any guard was put in front of it. */
const unguarded = new WeakMap<Callable, Callable>();

/**
 * A method behind one more guard, which runs first.
 * @throws SessionOptionsError if the guard contradicts those that are there
 */
export function withGuard(method: Callable, guard: Guard): Callable {
  return withGuards(method, [guard, ...getGuards(method)]);
}

/**
 * A method behind these guards, instead of those that it has.
 * @throws SessionOptionsError if they contradict each other
 */
export function withGuards(method: Callable, guards: readonly Guard[]): Callable {
  mergeRequirements(guards);
  const group = guardGroup(guards);
  const plain = unguarded.get(method) ?? method;
  const guarded = likeMethod(plain, () => {
    return function (this: unknown, ...args: unknown[]): unknown {
      return runHandlerGuards(guards, args, () => plain.apply(this, args), group);
    };
  });
  unguarded.set(guarded, plain);
  setGuards(guarded, guards);
  return guarded;
}

/** What `wrap` makes of a method, with the method's name and length. */
export function likeMethod(method: Callable, wrap: (method: Callable) => Callable): Callable {
  return Object.defineProperties(wrap(method), {
    name: { value: method.name, configurable: true },
    length: { value: method.length, configurable: true },
  });
}
