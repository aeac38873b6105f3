// Test clocks (jest.useFakeTimers(), vi.useFakeTimers(), sinon) replace the global timer functions. What is not about
// time must not wait for one of them, so the functions of `node:timers` are taken once, when this module is loaded.
// Jest replaces only the globals of a test's own realm, so this holds even if its clock was installed before.
import * as timers from 'node:timers';

const { setImmediate: immediate } = timers;

/** Calls a function in a later turn of the event loop, outside of any promise: what it throws is an uncaught exception. */
export function defer<A extends unknown[]>(run: (...args: A) => unknown, ...args: A): void {
  immediate(() => {
    run(...args);
  });
}

/** Resolves in a later turn of the event loop, after what is waiting for it now. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    immediate(resolve);
  });
}

/** Cancels a timer of {@link after} or {@link every}. */
export type Stop = () => void;

/**
 * Calls a function after some milliseconds. The wait is about time, so it is by the clock that is installed now, and a
 * test may move it. It is cancelled by the same clock, whichever is installed by then.
 * @param keepsAlive - whether the process waits for it before it exits
 */
export function after(delay: number, run: () => void, keepsAlive = true): Stop {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  const timer = start(run, delay);
  if (!keepsAlive) unref(timer);
  return () => {
    stop(timer);
  };
}

/** Calls a function at every interval, as {@link after} does once; it does not keep the process alive. */
export function every(interval: number, run: () => void): Stop {
  const { setInterval: start, clearInterval: stop } = globalThis;
  const timer = start(run, interval);
  unref(timer);
  return () => {
    stop(timer);
  };
}

/** In an environment of a browser (jsdom), a timer is a number. */
function unref(timer: NodeJS.Timeout | number): void {
  if (typeof timer === 'object') timer.unref();
}
