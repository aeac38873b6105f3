import { SessionOptionsError } from '../errors.js';
import { classGuards } from '../guards/declared-guards.js';
import { requiresNothing, isAllowed, isMarked } from './allowed-members.js';
import { guardFunction, isCallable, isGuardedFunction } from './guarded-function.js';
import { behind, getterOf } from './method-decorator.js';
import type { Callable } from './guarded-method.js';
import type { Class } from './guarded-method.js';

/** The names of the functions that instances of a class hold themselves, as far as instances exist. */
const held = new WeakMap<object, Set<PropertyKey>>();

/** The guarded functions that instances of a class hold themselves. They are known after the first instance was created. */
export function heldBy(target: object): ReadonlySet<PropertyKey> {
  const names = new Set<PropertyKey>();
  for (let at: unknown = target; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    for (const name of held.get(at) ?? []) names.add(name);
  }
  return names;
}

/** The functions that an instance holds itself and that are not guarded. */
export function ownMembers(instance: object, target: Class): PropertyKey[] {
  return Reflect.ownKeys(instance).filter((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(instance, name)?.value;
    return isCallable(value) && !isGuardedFunction(value) && !isAllowed(target, name, value);
  });
}

/**
 * Puts the functions that an instance holds itself behind the guards of its class: arrow properties, functions that the
 * constructor has assigned or bound, and Express routers.
 * @throws SessionOptionsError, which names the property, if it cannot be replaced
 */
export function guardOwnMembers(instance: object, target: Class): void {
  const getters = Reflect.ownKeys(instance).filter(
    (name) => Object.getOwnPropertyDescriptor(instance, name)?.get !== undefined && !isAllowed(target, name),
  );
  for (const name of [...ownMembers(instance, target), ...getters]) {
    const descriptor = Object.getOwnPropertyDescriptor(instance, name) ?? {};
    if (descriptor.configurable === false && descriptor.writable !== true) {
      throw new SessionOptionsError(
        `${target.name}.${String(name)}`,
        'is a property that cannot be replaced, so the decorator of the class cannot guard it: make it a method, or make it #private',
      );
    }
    Object.defineProperty(instance, name, guardedProperty(descriptor, target));
    held.set(target, (held.get(target) ?? new Set()).add(name));
  }
}

function guardedProperty(descriptor: PropertyDescriptor, target: Class): PropertyDescriptor {
  const get = getterOf(descriptor);
  const guarded = new WeakMap<Callable, Callable>();
  const guard = (value: unknown): unknown => {
    if (!isCallable(value) || isGuardedFunction(value)) return value;
    let mine = guarded.get(value);
    if (mine === undefined) guarded.set(value, (mine = guardFunction(value, classGuards(target))));
    return mine;
  };
  if (get === undefined) return { ...descriptor, value: guard(descriptor.value) };
  return {
    ...descriptor,
    get(this: unknown) {
      return guard(get.call(this));
    },
  };
}

/** The static members that every function has. */
const OF_FUNCTIONS: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

/** Puts the static functions of a class behind its guards, and guards the instances that its static fields hold. */
export function guardStatics(guarded: Class, made: Class): void {
  for (let owner: unknown = made; typeof owner === 'function' && owner !== Function.prototype;) {
    for (const name of Reflect.ownKeys(owner)) {
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      if (descriptor === undefined || OF_FUNCTIONS.has(name) || Object.hasOwn(guarded, name)) continue;
      const value: unknown = descriptor.value;
      if (value instanceof made) guardOwnMembers(value, made);
      else if (needsGuard(guarded, descriptor)) {
        Object.defineProperty(guarded, name, { ...guardedProperty(descriptor, guarded), configurable: true });
      }
    }
    owner = Object.getPrototypeOf(owner);
  }
}

function needsGuard(guarded: Class, descriptor: PropertyDescriptor): boolean {
  const one: unknown = getterOf(descriptor) ?? descriptor.value;
  if (!isCallable(one) || isGuardedFunction(one) || requiresNothing(guarded)) return false;
  return !isMarked(one) && !isMarked(behind(descriptor));
}
