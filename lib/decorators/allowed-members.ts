import type { Guard } from '../guards/guard.js';
import { addGuard, classGuards, getGuards, isReset } from '../guards/declared-guards.js';
import { methodsOf } from './method-decorator.js';

/** The fields that are marked with `@AllowAnonymous()` in the legacy dialect, by prototype. */
const allowedFields = new WeakMap<object, Set<PropertyKey>>();

/** Applies `@AllowAnonymous()` to a getter, an accessor, or a field in the standard dialect. */
export function allowStandard(guard: Guard, target: unknown, kind: string): unknown {
  if (kind === 'getter') addGuard(target as object, guard);
  if (kind === 'accessor') addGuard((target as { readonly get: object }).get, guard);
  if (kind !== 'field') return undefined;
  return (value: unknown): unknown => {
    if (typeof value === 'function') addGuard(value, guard);
    return value;
  };
}

/** Applies `@AllowAnonymous()` to a getter, an accessor, or a field in the legacy dialect. */
export function allowLegacy(prototype: object, name: PropertyKey): void {
  const names = allowedFields.get(prototype) ?? new Set();
  allowedFields.set(prototype, names.add(name));
}

/** Whether a member of a class is open, because it is marked or because the class requires nothing. */
export function isAllowed(target: object, name: PropertyKey, ...marked: readonly (object | undefined)[]): boolean {
  if (requiresNothing(target) || marked.some(isMarked)) return true;
  const { prototype } = target as { readonly prototype: object }; // it is a class
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (allowedFields.get(at)?.has(name) === true) return true;
  }
  return isReset(methodsOf(prototype).get(name)?.guards ?? []); // it may be a bound copy of an open method
}

/** Whether no decorator of a class or its base classes requires anything. */
export function requiresNothing(target: object): boolean {
  return classGuards(target).every((guard) => guard.resets === true);
}

/** Whether a function itself is marked with `@AllowAnonymous()`. */
export function isMarked(one: object | undefined): boolean {
  return one !== undefined && isReset(getGuards(one));
}
