import { addGuard } from '../guards/declared-guards.js';
import type { Guard } from '../guards/guard.js';
import { allowLegacy, allowStandard } from './allowed-members.js';
import { decorateClass } from './class-decorator.js';
import { behind, decorateLegacyMethod, decorateStandardMethod, getterOf } from './method-decorator.js';
import type { Callable } from './guarded-method.js';
import type { Class } from './guarded-method.js';

const FIELDS: readonly unknown[] = ['getter', 'accessor', 'field'];

/**
 * A decorator that puts a guard before a method, or before all methods of a class, in both dialects.
 * @param options - `classes`: whether it can decorate classes too; default `true`
 */
export function guardDecorator(guard: Guard, { classes = true }: { readonly classes?: boolean } = {}) {
  return (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown => {
    const kind = typeof context === 'object' && context !== null && 'kind' in context ? context.kind : undefined;
    if (kind === 'method') {
      return decorateStandardMethod(guard, target as Callable, context as ClassMethodDecoratorContext); // according to `kind`
    }
    if (kind === 'class' || (context === undefined && typeof target === 'function')) {
      if (classes) return decorateClass(guard, target as Class, context as ClassDecoratorContext | undefined); // it is a class
    } else if (guard.resets === true && FIELDS.includes(kind)) {
      return allowStandard(guard, target, kind as string); // according to `kind`
    } else if (kind === undefined && guard.resets === true && !isMethod(descriptor)) {
      const get = getterOf(descriptor);
      if (get === undefined) allowLegacy(target as object, context as PropertyKey);
      else addGuard(get, guard);
      return undefined;
    } else if (kind === undefined) {
      // The legacy dialect passes the prototype (or the class, for a static method), the method's name, and its descriptor.
      return decorateLegacyMethod(guard, target as object, context as PropertyKey, descriptor);
    }
    throw new TypeError(`This decorator is for methods${classes ? ' and classes' : ''}.`);
  };
}

function isMethod(descriptor: PropertyDescriptor | undefined): boolean {
  return typeof descriptor?.value === 'function' || behind(descriptor) !== undefined;
}
