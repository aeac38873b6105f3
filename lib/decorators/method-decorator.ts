import { getGuards, isReset, setGuards } from '../guards/declared-guards.js';
import type { Guard } from '../guards/guard.js';
import { isObjectPrototype } from '../realms.js';
import { withParameters } from './parameter-decorator.js';
import { likeMethod, withGuard, type Callable } from './guarded-method.js';

/**
 * Puts a guard before a method, for both dialects. Standard (TC39) decorators are called with the method and a context; legacy
 * ones (`experimentalDecorators`) are called with the prototype, a name, and a descriptor.
 *
 * The decorated method keeps its name and length, and is bound, so that `app.get('/me', controller.me)` needs no `.bind`.
 */
export function decorateStandardMethod(guard: Guard, method: Callable, context: ClassMethodDecoratorContext): Callable {
  bindOnInstances(guard, context);
  const guarded = withGuard(method, guard);
  binding.add(guarded);
  return guarded;
}

/** {@link decorateStandardMethod} in the legacy dialect. */
export function decorateLegacyMethod(
  guard: Guard,
  prototype: object,
  name: PropertyKey,
  descriptor: PropertyDescriptor | undefined,
): PropertyDescriptor {
  const method: unknown = descriptor?.value ?? behind(descriptor);
  if (typeof method !== 'function') throw new TypeError('This decorator is for methods.');
  const guarded = withGuard(withParameters(prototype, name, method as Callable), guard);
  return { configurable: true, enumerable: descriptor?.enumerable ?? false, ...boundAccessor(name, guarded) };
}

/** Binds a method to an instance, so that it can be passed around alone. */
function boundTo(instance: object, method: Callable): PropertyDescriptor {
  const value = likeMethod(method, (unbound) => unbound.bind(instance));
  setGuards(value, getGuards(method));
  return { value, writable: true, configurable: true, enumerable: false };
}

/** The methods that were decorated in the standard dialect. Their guards also apply to methods that override them. */
const binding = new WeakSet<Callable>();

/**
 * The standard dialect runs this on each new instance. The instance gets the method of its own class, bound, as its own
 * property. A method that overrides the decorated one without decorators of its own is put behind the guard too. For a static
 * method, this runs once, on the class, and defines an accessor, which distinguishes subclasses.
 */
function bindOnInstances(guard: Guard, context: ClassMethodDecoratorContext): void {
  const { name } = context;
  context.addInitializer(function (this: unknown) {
    const instance = this as Record<PropertyKey, Callable>; // it has the decorated method
    if (context.private || behind(Object.getOwnPropertyDescriptor(instance, name)) !== undefined) return;
    if (isBoundByClass(instance, name)) return;
    const method = instance[name];
    if (typeof method !== 'function') return;
    if (context.static) {
      Object.defineProperty(instance, name, { configurable: true, enumerable: false, ...boundAccessor(name, method) });
      return;
    }
    const guards = getGuards(method);
    const passes = guards.includes(guard) || isReset(guards);
    Object.defineProperty(instance, name, boundTo(instance, passes ? method : withGuard(method, guard)));
  });
}

/** The method behind each of our accessors, and the prototype that declares it. */
const unboundMethods = new WeakMap<object, { readonly method: Callable; readonly owner?: object | undefined }>();

/** The accessors that a class decorator has defined on a prototype. */
const ofClasses = new WeakSet<object>();

/** The getter of a property, to look it up or to call it with an instance. */
export function getterOf(descriptor: { readonly get?: (() => unknown) | undefined } | undefined): Callable | undefined {
  return descriptor?.get;
}

/** The method behind one of our accessors. */
export function behind(descriptor: PropertyDescriptor | undefined): Callable | undefined {
  const get = getterOf(descriptor);
  return get && unboundMethods.get(get)?.method;
}

/** Whether a property is an accessor that a class decorator has defined. */
export function isOfClass(descriptor: PropertyDescriptor | undefined): boolean {
  const get = getterOf(descriptor);
  return get !== undefined && ofClasses.has(get);
}

/** Remembers an accessor that a class decorator has defined, and the method that it guards. */
export function markOfClass(get: object, found?: { readonly method: Callable; readonly owner: object }): void {
  ofClasses.add(get);
  if (found !== undefined) unboundMethods.set(get, found);
}

/** Whether a class decorator already returns this method bound. */
function isBoundByClass(instance: object, name: PropertyKey): boolean {
  for (let at: unknown = instance; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return isOfClass(descriptor);
  }
  return false;
}

/**
 * The legacy dialect has no hook for new instances, so the prototype gets an accessor. It keeps each instance's bound method in
 * a map, and not on the instance, where `super.method` would replace the subclass's method with that of the base class.
 */
function boundAccessor(name: PropertyKey, method: Callable): PropertyDescriptor {
  const bound = new WeakMap<object, Callable>();
  const get = function (this: unknown): Callable {
    // On the prototype, it returns the plain method: the caller provides the instance.
    if (!isInstance(this)) return method;
    let mine = bound.get(this);
    if (mine === undefined) {
      mine = likeMethod(method, (unbound) => unbound.bind(this));
      bound.set(this, mine);
    }
    return mine;
  };
  const set = function (this: object, value: unknown): void {
    Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
  };
  unboundMethods.set(get, { method });
  return { get, set };
}

/** Whether a value is an object or a class, and not the prototype that the instances of a class share. */
export function isInstance(value: unknown): value is object {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  const maker: unknown = Object.hasOwn(value, 'constructor') ? value.constructor : undefined;
  return typeof maker !== 'function' || maker.prototype !== value;
}

/** A method as it was found on a class. */
export interface FoundMethod {
  readonly method: Callable;
  /** The prototype that it was found on. */
  readonly owner: object;
  /** Its own guards, and those of the overridden methods if they apply to it. */
  readonly guards: readonly Guard[];
}

/** The methods of a class and its base classes, by name, without overridden ones. */
export function methodsOf(prototype: object): Map<PropertyKey, FoundMethod> {
  const found = new Map<PropertyKey, FoundMethod>();
  for (let owner = prototype; !isObjectPrototype(owner); owner = Object.getPrototypeOf(owner) as object) {
    for (const name of Reflect.ownKeys(owner)) {
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      const method: unknown = descriptor?.value ?? behind(descriptor);
      if (name === 'constructor' || typeof method !== 'function') continue;
      const callable = method as Callable; // any function can be called
      const over = found.get(name);
      if (over === undefined) {
        const get = getterOf(descriptor);
        const declared = get && unboundMethods.get(get)?.owner;
        found.set(name, { method: callable, owner: declared ?? owner, guards: getGuards(callable) });
      } else if (binding.has(callable) && !isReset(over.guards)) {
        const added = getGuards(callable).filter((guard) => !over.guards.includes(guard));
        found.set(name, { ...over, guards: [...added, ...over.guards] });
      }
    }
    if (Object.getPrototypeOf(owner) === null) break;
  }
  return found;
}
