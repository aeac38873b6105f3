import type { Guard } from './guard.js';

/** The guards that decorators have declared for a method, or for all methods of a class; the first one runs first. */
const declared = new WeakMap<object, readonly Guard[]>();

/** Declares the guards of a method or a class, instead of those that it has. */
export function setGuards(owner: object, guards: readonly Guard[]): void {
  declared.set(owner, guards);
}

/** Declares one more guard, which runs first: decorators are applied from the last one up. */
export function addGuard(owner: object, guard: Guard): void {
  setGuards(owner, [guard, ...getGuards(owner)]);
}

/** The guards of a method or a class itself. */
export function getGuards(owner: object): readonly Guard[] {
  return declared.get(owner) ?? [];
}

/** Whether one of these guards is that of `@AllowAnonymous()`. */
export function isReset(guards: readonly Guard[]): boolean {
  return guards.some(({ resets }) => resets === true);
}

/** The guards of a class, those of its base classes first. */
export function classGuards(made: object): readonly Guard[] {
  const base: unknown = Object.getPrototypeOf(made);
  const inherited = typeof base === 'function' && base !== Function.prototype ? classGuards(base) : [];
  return joinGuards(inherited, getGuards(made));
}

/** A method's own guards after those of its class; or a class's own after those of its base classes. */
export function joinGuards(inherited: readonly Guard[], own: readonly Guard[]): readonly Guard[] {
  return isReset(own) ? own : [...inherited, ...own];
}
