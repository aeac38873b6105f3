import { getGuards, setGuards } from '../guards/declared-guards.js';
import { guardGroup, mergeRequirements, type Guard } from '../guards/guard.js';
import { runHandlerGuards } from '../guards/handler-guards.js';

/** The type of any method, for calls. */
export type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** The type of any class, for instantiation. */
export type Class = new (...args: unknown[]) => object;

/** The original method of each guarded method. */
const unguarded = new WeakMap<Callable, Callable>();

/**
 * Puts one more guard before a method; it runs first.
 * @throws SessionOptionsError if the guard contradicts the existing ones
 */
export function withGuard(method: Callable, guard: Guard): Callable {
  return withGuards(method, [guard, ...getGuards(method)]);
}

/**
 * Puts these guards before a method, instead of those that it has.
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

/** Wraps a method with `wrap`, and keeps its name and length. */
export function likeMethod(method: Callable, wrap: (method: Callable) => Callable): Callable {
  return Object.defineProperties(wrap(method), {
    name: { value: method.name, configurable: true },
    length: { value: method.length, configurable: true },
  });
}
