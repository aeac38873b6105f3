import type { Step } from '../express/step.js';
import { allowLegacy, allowStandard } from './allowed.js';
import { decorateClass } from './class.js';
import { behind, decorateLegacyMethod, decorateStandardMethod, getterOf } from './method.js';
import { note, type Callable } from './steps.js';
import type { Class } from './types.js';

const FIELDS: readonly unknown[] = ['getter', 'accessor', 'field'];

/** A decorator that puts a step before a method, or before all methods of a class, in both dialects. */
export function decorate(step: Step, { classes = true }: { readonly classes?: boolean } = {}) {
  return (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown => {
    const kind = typeof context === 'object' && context !== null && 'kind' in context ? context.kind : undefined;
    if (kind === 'method') {
      return decorateStandardMethod(step, target as Callable, context as ClassMethodDecoratorContext); // their kind says so
    }
    if (kind === 'class' || (context === undefined && typeof target === 'function')) {
      if (classes) return decorateClass(step, target as Class, context as ClassDecoratorContext | undefined); // it is one
    } else if (step.clears === true && FIELDS.includes(kind)) {
      return allowStandard(step, target, kind as string); // one of them
    } else if (kind === undefined && step.clears === true && !isMethod(descriptor)) {
      const get = getterOf(descriptor);
      if (get === undefined) allowLegacy(target as object, context as PropertyKey);
      else note(get, [step]);
      return undefined;
    } else if (kind === undefined) {
      // The legacy dialect: the prototype, or the class of a static method; the method's name; its descriptor.
      return decorateLegacyMethod(step, target as object, context as PropertyKey, descriptor);
    }
    throw new TypeError(`This decorator is for methods${classes ? ' and classes' : ''}.`);
  };
}

function isMethod(descriptor: PropertyDescriptor | undefined): boolean {
  return typeof descriptor?.value === 'function' || behind(descriptor) !== undefined;
}
