import { IncomingMessage } from 'node:http';
import { attachmentsOf } from '../sessions/registry.js';
import { setGuards } from '../guards/declared-guards.js';
import { guardGroup, type Guard } from '../guards/guard.js';
import { runHandlerGuards } from '../guards/handler-guards.js';
import type { Callable } from './guarded-method.js';

/** The functions that {@link guardFunction} has returned. */
const guardedFunctions = new WeakSet<object>();

/** Whether a function is already behind the guards of a class. */
export function isGuardedFunction(value: object): boolean {
  return guardedFunctions.has(value);
}

/** Remembers that a function is behind the guards of a class. */
export function markGuarded(value: Callable): Callable {
  guardedFunctions.add(value);
  return value;
}

/**
 * Returns a function that runs guards first if it is called with a request, as a handler, a middleware, or an error handler is.
 * Any other call, such as that of a helper or of an injected function, is passed through. The function keeps its properties,
 * because an Express router is a function with methods.
 */
export function guardFunction(unguarded: Callable, guards: readonly Guard[]): Callable {
  const group = guardGroup(guards);
  const guarded = new Proxy(unguarded, {
    apply(_target, self: unknown, args: unknown[]) {
      const at = args.findIndex(isRequest);
      const proceed = (): unknown => unguarded.apply(self, args);
      return at === -1 ? proceed() : runHandlerGuards(guards, args.slice(at), proceed, group);
    },
  });
  setGuards(guarded, guards);
  return markGuarded(guarded);
}

/** Whether a value is a function that can be called without `new`. */
export function isCallable(value: unknown): value is Callable {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}

function isRequest(value: unknown, index: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (attachmentsOf(value).length > 0 || value instanceof IncomingMessage) return true;
  if (index === 0 && 'session' in value) return true; // a fake request of a unit test
  return 'method' in value && 'url' in value && 'headers' in value; // one that an adapter creates
}
