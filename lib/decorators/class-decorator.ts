import { SessionOptionsError } from '../errors.js';
import { addGuard, classGuards, joinGuards } from '../guards/declared-guards.js';
import { mergeRequirements, type Guard } from '../guards/guard.js';
import { guardStatics, ownMembers, guardOwnMembers } from './own-members.js';
import { methodsOf } from './method-decorator.js';
import { prepare } from './guarded-prototype.js';
import type { Class } from './guarded-method.js';

/** The classes whose constructor guards what their instances hold. */
const guarding = new WeakSet<object>();

/** The subclasses that cannot be guarded, with the error that says why. */
const refused = new WeakMap<object, SessionOptionsError>();

/** The subclasses whose first instance was inspected. */
const inspected = new WeakSet<object>();

/**
 * Puts a guard before every public member of a class that can be called as a handler, in both dialects. Methods and getters are
 * replaced by accessors on the prototype, so that the constructor already sees them guarded. Functions that the instance holds
 * itself are guarded when the instance has been created. The guard also applies to members that a subclass adds or overrides.
 *
 * @returns the class that replaces it; `undefined` if it is already guarded
 * @throws SessionOptionsError if the guard contradicts a guard of a method
 */
export function decorateClass(guard: Guard, made: Class, context?: ClassDecoratorContext): Class | undefined {
  const inner = (guarding.has(made) ? Object.getPrototypeOf(made) : made) as Class; // a second decorator of the same class
  addGuard(inner, guard);
  const ofClass = classGuards(inner);
  for (const { guards } of methodsOf(made.prototype as object).values()) mergeRequirements(joinGuards(ofClass, guards));
  if (guarding.has(made)) return undefined;
  const guarded = guardedSubclass(made);
  guarding.add(guarded);
  prepare(made); // a static field may hold an instance that was created before the class was decorated
  prepare(guarded);
  guardStatics(guarded, made);
  context?.addInitializer?.(function () {
    guardStatics(guarded, made); // static fields have their values now
  });
  return guarded;
}

/** Whether a class or one of its base classes is guarded by a decorator. */
export function isGuarding(made: unknown): boolean {
  return nearestGuarding(made) !== undefined;
}

function nearestGuarding(made: unknown): unknown {
  if (typeof made !== 'function') return undefined;
  return guarding.has(made) ? made : nearestGuarding(Object.getPrototypeOf(made));
}

function guardedSubclass(made: Class): Class {
  const guarded = class extends made {
    constructor(...args: unknown[]) {
      const target = new.target as Class;
      const error = refused.get(target);
      if (error !== undefined) throw error;
      prepare(target); // before the constructors run, because they may pass methods on
      super(...args);
      if (nearestGuarding(target) !== guarded) return; // a decorated subclass does it after its own fields are set
      guardOwnMembers(this, target);
      if (target !== guarded && !inspected.has(target)) inspectSubclass(this, target);
    }
  };
  Object.defineProperty(guarded, 'name', { value: made.name, configurable: true });
  Object.defineProperty(guarded, 'length', { value: made.length, configurable: true });
  copyMetadata(made, guarded);
  return guarded;
}

/**
 * The fields of a subclass that is not decorated itself are set after the constructor of its base class, so they cannot be
 * guarded before other code can read them. The error is thrown outside of the constructor, so that it stops the start of the
 * app.
 */
function inspectSubclass(instance: object, target: Class): void {
  inspected.add(target);
  queueMicrotask(() => {
    const [name] = ownMembers(instance, target);
    if (name === undefined) return;
    guardOwnMembers(instance, target);
    const error = new SessionOptionsError(
      `${target.name}.${String(name)}`,
      `holds a function, which the decorator of its base class cannot guard: put @RequireSession() on ${target.name} too, make it a method, or make it #private`,
    );
    refused.set(target, error);
    throw error;
  });
}

/** Copies the `reflect-metadata` of the class itself, such as the types of its constructor's parameters. */
function copyMetadata(from: object, to: object): void {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as Partial<ReflectMetadata>; // it adds them
  if (getOwnMetadataKeys === undefined || getOwnMetadata === undefined || defineMetadata === undefined) return;
  for (const key of getOwnMetadataKeys(from)) defineMetadata(key, getOwnMetadata(key, from), to);
}

interface ReflectMetadata {
  readonly getOwnMetadataKeys: (target: object) => readonly unknown[];
  readonly getOwnMetadata: (key: unknown, target: object) => unknown;
  readonly defineMetadata: (key: unknown, value: unknown, target: object) => void;
}
