import type { Step } from '../express/step.js';
import { decorateClass } from './class.js';
import { decorateLegacyMethod, decorateStandardMethod } from './method.js';
import type { Callable } from './steps.js';

/** A decorator that puts a step before a method, or before all methods of a class, in both dialects. */
export function decorate(step: Step, { classes = true }: { readonly classes?: boolean } = {}) {
  return (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown => {
    const kind = typeof context === 'object' && context !== null && 'kind' in context ? context.kind : undefined;
    if (kind === 'method') {
      return decorateStandardMethod(step, target as Callable, context as ClassMethodDecoratorContext); // their kind says so
    }
    if (kind === 'class' || (context === undefined && typeof target === 'function')) {
      if (classes) return decorateClass(step, target as new (...args: unknown[]) => object); // it is one
    } else if (kind === undefined) {
      // The legacy dialect: the prototype, or the class of a static method; the method's name; its descriptor.
      return decorateLegacyMethod(step, target as object, context as PropertyKey, descriptor);
    }
    throw new TypeError(`This decorator is for methods${classes ? ' and classes' : ''}.`);
  };
}
