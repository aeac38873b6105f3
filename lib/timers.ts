// Test clocks (jest.useFakeTimers(), vi.useFakeTimers(), sinon) replace the global timer functions. What is not about
// time must not wait for one of them, so the functions of `node:timers` are taken once, when this module is loaded.
// Jest replaces only the globals of a test's own realm, so this holds even if its clock was installed before.
import * as timers from 'node:timers';

const { setImmediate: immediate } = timers;
const now = performance.now.bind(performance);

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

/** Work that is given up if it takes too long. */
export interface LimitedWork {
  /** Called once, if the work has reached its limit. */
  timedOut(): void;
}

/**
 * Gives each piece of work the same number of milliseconds, with one timer for all of them: a timer for each would cost more
 * than a short piece of work. While work is running, the process stays alive.
 */
export class TimeLimit {
  readonly #limit: number;
  /** What is running, in the order in which it began: since when, or how its own timer is cancelled. */
  readonly #running = new Map<LimitedWork, number | Stop>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  start(work: LimitedWork): void {
    // Under a test clock, each piece has a timer of its own: the clock may be installed or moved at any time.
    const isReal = globalThis.setTimeout === timers.setTimeout;
    this.#running.set(work, isReal ? now() : after(this.#limit, () => { this.#end(work); })); // prettier-ignore
    if (!isReal) return;
    if (this.#timer === undefined) this.#wakeIn(this.#limit);
    else this.#timer.ref();
  }

  stop(work: LimitedWork): void {
    const began = this.#running.get(work);
    if (typeof began === 'function') began();
    this.#running.delete(work);
    if (this.#running.size === 0) this.#timer?.unref(); // it goes on for the next work
  }

  #end(work: LimitedWork): void {
    this.#running.delete(work);
    work.timedOut();
  }

  #wakeIn(delay: number): void {
    this.#timer = timers.setTimeout(() => {
      this.#timer = undefined;
      this.#wake();
    }, delay);
  }

  #wake(): void {
    for (const [work, began] of this.#running) {
      if (typeof began === 'function') continue;
      const rest = began + this.#limit - now();
      if (rest > 0) {
        this.#wakeIn(rest);
        return;
      }
      this.#end(work);
    }
  }
}

/** In an environment of a browser (jsdom), a timer is a number. */
function unref(timer: NodeJS.Timeout | number): void {
  if (typeof timer === 'object') timer.unref();
}
