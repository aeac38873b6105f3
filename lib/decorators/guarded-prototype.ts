import { classGuards, getGuards, joinGuards, setGuards } from '../guards/declared-guards.js';
import { mergeRequirements } from '../guards/guard.js';
import { guardFunction, isCallable, isGuardedFunction, markGuarded } from './guarded-function.js';
import {
  behind,
  getterOf,
  isInstance,
  isOfClass,
  methodsOf,
  markOfClass,
  type FoundMethod,
} from './method-decorator.js';
import { isAllowed } from './allowed-members.js';
import { withParameters } from './parameter-decorator.js';
import { likeMethod, withGuards, type Callable } from './guarded-method.js';
import type { Class } from './guarded-method.js';

/** The prototypes of classes whose members are guarded. */
const prepared = new WeakSet<object>();

/** The getter that each of our accessors replaces. */
const gettersBehind = new WeakMap<object, PropertyDescriptor>();

/**
 * Defines accessors on the prototype of a class. They return its methods, including inherited ones, bound and behind the guards
 * of the class. Functions that its getters return are put behind the guards, too.
 * @throws SessionOptionsError if guards contradict each other
 */
export function prepare(target: Class): void {
  const prototype = target.prototype as object;
  prepared.add(prototype);
  const getters = gettersOf(prototype);
  const define = (name: PropertyKey, makeAccessor: () => PropertyDescriptor): void => {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    if (isOfClass(own) || own?.configurable === false) return;
    Object.defineProperty(prototype, name, makeAccessor());
  };
  for (const [name, found] of methodsOf(prototype)) {
    if (getters.has(name)) continue;
    define(name, () => {
      mergeRequirements(joinGuards(classGuards(target), found.guards)); // throws now instead of at the first request
      return methodAccessor(target, name, found);
    });
  }
  for (const [name, getter] of getters) define(name, () => getterAccessor(target, name, getter));
}

/** The guards before a method of a class. Guards of its parameters are included if the method has no guards of its own. */
export function guardsBefore(target: object, name: PropertyKey, { method, owner, guards }: FoundMethod) {
  return joinGuards(classGuards(target), guards.length > 0 ? guards : getGuards(withParameters(owner, name, method)));
}

/** The getters of a class and its base classes, by name, as they were declared. */
export function gettersOf(prototype: object): Map<PropertyKey, PropertyDescriptor> {
  const seen = new Set<PropertyKey>();
  const getters = new Map<PropertyKey, PropertyDescriptor>();
  for (let owner: unknown = prototype; isOwner(owner); owner = Object.getPrototypeOf(owner)) {
    for (const name of Reflect.ownKeys(owner)) {
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      if (seen.has(name) || descriptor === undefined) continue;
      seen.add(name);
      const get = getterOf(descriptor);
      if (get !== undefined && behind(descriptor) === undefined)
        getters.set(name, gettersBehind.get(get) ?? descriptor);
    }
  }
  return getters;
}

function isOwner(value: unknown): value is object {
  return typeof value === 'object' && value !== null && value !== Object.prototype;
}

/** The accessor that replaces a method. It keeps each instance's bound method in a map. */
function methodAccessor(target: Class, name: PropertyKey, found: FoundMethod): PropertyDescriptor {
  let guarded: Callable | undefined;
  const bound = new WeakMap<object, Callable>();
  const guard = (): Callable => {
    if (guarded !== undefined) return guarded;
    const filled = found.guards.length > 0 ? found.method : withParameters(found.owner, name, found.method);
    guarded = markGuarded(withGuards(filled, guardsBefore(target, name, found)));
    return guarded;
  };
  const get = function (this: unknown): Callable {
    if (!isInstance(this)) return guard(); // read from the prototype: the caller provides the instance
    if (nearestPrepared(this) !== target.prototype) return found.method; // super.method()
    let mine = bound.get(this);
    if (mine === undefined) {
      mine = markGuarded(likeMethod(guard(), (unbound) => unbound.bind(this)));
      setGuards(mine, getGuards(guard()));
      bound.set(this, mine);
    }
    return mine;
  };
  const set = function (this: object, value: unknown): void {
    Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
  };
  markOfClass(get, found);
  return { get, set, configurable: true, enumerable: false };
}

/** The accessor that replaces a getter. A value that is not a function is returned unchanged. */
function getterAccessor(target: Class, name: PropertyKey, getter: PropertyDescriptor): PropertyDescriptor {
  const guarded = new WeakMap<Callable, Callable>();
  const get = function (this: unknown): unknown {
    const value: unknown = getter.get?.call(this);
    if (!isCallable(value) || isGuardedFunction(value) || isAllowed(target, name, getterOf(getter), value))
      return value;
    if (isInstance(this) && nearestPrepared(this) !== target.prototype) return value; // super.getter
    let mine = guarded.get(value);
    if (mine === undefined) guarded.set(value, (mine = guardFunction(value, classGuards(target))));
    return mine;
  };
  markOfClass(get);
  gettersBehind.set(get, getter);
  return { ...getter, get, configurable: true };
}

/** The prototype of an instance, or the nearest one above it whose members are guarded. */
function nearestPrepared(instance: object): object | undefined {
  for (let at: unknown = Object.getPrototypeOf(instance); typeof at === 'object' && at !== null;) {
    if (prepared.has(at)) return at;
    at = Object.getPrototypeOf(at);
  }
  return undefined;
}
