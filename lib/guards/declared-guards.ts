import type { Guard } from './guard.js';

/** The guards that decorators have declared for a method, or for all methods of a class, in the order in which they run. */
const declared = new WeakMap<object, readonly Guard[]>();

/** Declares the guards of a method or a class, replacing any earlier ones. */
export function setGuards(owner: object, guards: readonly Guard[]): void {
  declared.set(owner, guards);
}

/** Declares one more guard, which runs first, because decorators are applied from the last one to the first. */
export function addGuard(owner: object, guard: Guard): void {
  setGuards(owner, [guard, ...getGuards(owner)]);
}

/** The guards that a method or a class has itself. */
export function getGuards(owner: object): readonly Guard[] {
  return declared.get(owner) ?? [];
}

/** Whether one of these guards belongs to `@AllowAnonymous()`. */
export function isReset(guards: readonly Guard[]): boolean {
  return guards.some(({ resets }) => resets === true);
}

/** The guards of a class, those of its base classes first. */
export function classGuards(made: object): readonly Guard[] {
  const base: unknown = Object.getPrototypeOf(made);
  const inherited = typeof base === 'function' && base !== Function.prototype ? classGuards(base) : [];
  return joinGuards(inherited, getGuards(made));
}

/** The guards of the class followed by a method's own; or the guards of the base classes followed by a class's own. */
export function joinGuards(inherited: readonly Guard[], own: readonly Guard[]): readonly Guard[] {
  return isReset(own) ? own : [...inherited, ...own];
}
