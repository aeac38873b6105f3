import type { Step } from '../express/step.js';
import { boundTo, methodsOf } from './method.js';
import { withParameters } from './parameters.js';
import { allSteps, behindStep, classSteps, note, stepsOf, together, type Callable } from './steps.js';

type Class = new (...args: unknown[]) => object;

/** The classes whose constructor puts the steps before the methods. */
const guarding = new WeakSet<object>();

/**
 * Puts a step before every method of a class, for both dialects: on each new instance, so that it holds for what a
 * subclass adds and overrides too. Static methods are not the class's instances', and are left alone.
 *
 * @returns the class to stand in its place; nothing where a base class sees to it already
 * @throws SessionOptionsError where the step asks for what contradicts a method's own
 */
export function decorateClass(step: Step, made: Class): Class | undefined {
  note(made, [step, ...stepsOf(made)]);
  const ofClass = classSteps(made);
  for (const { steps } of methodsOf(made.prototype as object).values()) together(allSteps(ofClass, steps));
  if (isGuarding(made)) return undefined;
  const guarded = class extends made {
    constructor(...args: unknown[]) {
      super(...args);
      guardMethods(this, new.target);
    }
  };
  Object.defineProperty(guarded, 'name', { value: made.name, configurable: true });
  Object.defineProperty(guarded, 'length', { value: made.length, configurable: true });
  guarding.add(guarded);
  return guarded;
}

function isGuarding(made: unknown): boolean {
  return typeof made === 'function' && (guarding.has(made) || isGuarding(Object.getPrototypeOf(made)));
}

function guardMethods(instance: object, made: Class): void {
  const ofClass = classSteps(made).filter(({ clears }) => clears !== true);
  for (const [name, { method, owner }] of methodsOf(made.prototype as object)) {
    // In the standard dialect a decorated method is there already, bound to the instance.
    const own: unknown = Object.getOwnPropertyDescriptor(instance, name)?.value;
    let guarded = typeof own === 'function' ? (own as Callable) : method; // whatever is a function can be called
    const steps = stepsOf(guarded);
    if (steps.length === 0) guarded = withParameters(owner, name, guarded);
    if (!steps.some(({ clears }) => clears === true)) {
      for (const step of [...ofClass].reverse()) guarded = behindStep(guarded, step);
    }
    Object.defineProperty(instance, name, boundTo(instance, guarded));
  }
}
