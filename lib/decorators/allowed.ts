import type { Step } from '../express/step.js';
import { methodsOf } from './method.js';
import { classSteps, note, stepsOf } from './steps.js';

/** The fields that `@AllowAnonymous()` stands before in the legacy dialect, by prototype. */
const allowedFields = new WeakMap<object, Set<PropertyKey>>();

/** `@AllowAnonymous()` before a getter, an accessor or a field of the standard dialect. */
export function allowStandard(step: Step, target: unknown, kind: string): unknown {
  if (kind === 'getter') note(target as object, [step]);
  if (kind === 'accessor') note((target as { readonly get: object }).get, [step]);
  if (kind !== 'field') return undefined;
  return (value: unknown): unknown => {
    if (typeof value === 'function') note(value, [step, ...stepsOf(value)]);
    return value;
  };
}

/** `@AllowAnonymous()` before a getter, an accessor or a field of the legacy dialect. */
export function allowLegacy(prototype: object, name: PropertyKey): void {
  const names = allowedFields.get(prototype) ?? new Set();
  allowedFields.set(prototype, names.add(name));
}

/** Whether a member of a class is open: it is marked, or the class asks for nothing. */
export function isAllowed(target: object, name: PropertyKey, ...marked: readonly (object | undefined)[]): boolean {
  if (asksForNothing(target) || marked.some(isMarked)) return true;
  const { prototype } = target as { readonly prototype: object }; // of a class
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (allowedFields.get(at)?.has(name) === true) return true;
  }
  return clears(methodsOf(prototype).get(name)?.steps ?? []); // a bound copy of an open method
}

/** Whether no decorator of a class or its base classes asks for anything. */
export function asksForNothing(target: object): boolean {
  return classSteps(target).every((step) => step.clears === true);
}

/** Whether `@AllowAnonymous()` stands before a function itself. */
export function isMarked(one: object | undefined): boolean {
  return one !== undefined && clears(stepsOf(one));
}

function clears(steps: readonly Step[]): boolean {
  return steps.some((step) => step.clears === true);
}
