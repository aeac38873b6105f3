import { EventEmitter } from 'node:events';
import type { AnyResponse, Untyped } from './node-messages.js';

type Listener = (this: unknown, ...args: unknown[]) => unknown;
type Add = (this: unknown, name: string | symbol, listener: Listener) => unknown;

interface Entry {
  /** What was given to `on`. */
  readonly listener: Listener;
  /** What was given to the response's own `on` instead. */
  readonly wrapped: Listener;
  /** The last `drain` that reached it. */
  round: number;
}

const ADDERS = ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener'] as const;
const REMOVERS = ['off', 'removeListener'] as const;

/**
 * Keeps an eye on who waits for a `drain` of a response whose `on` is not Node's: compression in front of the session
 * moves such listeners to a stream of its own, where a `drain` that the response emits does not reach them.
 */
export class DrainListeners {
  readonly #response: AnyResponse;
  readonly #entries: Entry[] = [];
  #round = 0;
  #isInside = false;

  private constructor(response: AnyResponse) {
    this.#response = response;
    const methods = response as unknown as Record<string, unknown>; // each is looked at before it is called
    for (const name of ADDERS) {
      const add = methods[name];
      if (typeof add === 'function') methods[name] = this.#adder(add as Add, name.toLowerCase().includes('once'));
    }
    for (const name of REMOVERS) {
      const remove = methods[name];
      if (typeof remove === 'function') methods[name] = this.#remover(remove as Add);
    }
    const { removeAllListeners } = methods;
    if (typeof removeAllListeners === 'function') {
      methods['removeAllListeners'] = (...args: unknown[]): unknown => {
        if (args.length === 0 || args[0] === 'drain') this.#entries.length = 0;
        return (removeAllListeners as Untyped).apply(response, args);
      };
    }
  }

  /** Returns nothing if Node's own `emit` reaches every listener of the response. */
  static watch(response: AnyResponse): DrainListeners | undefined {
    const methods = response as unknown as Record<string, unknown>; // they are compared, not called
    const node = EventEmitter.prototype as unknown as Record<string, unknown>;
    if (['on', 'once', 'addListener'].every((name) => methods[name] === node[name])) return undefined;
    return new DrainListeners(response);
  }

  /** Emits a `drain`, and calls every listener that it did not reach. */
  emit(): void {
    this.#round += 1;
    const round = this.#round;
    const before = [...this.#entries];
    this.#response.emit('drain');
    for (const entry of before) {
      if (entry.round !== round && this.#entries.includes(entry)) entry.wrapped.call(this.#response);
    }
  }

  #adder(add: Add, isOnce: boolean) {
    return (name: string | symbol, listener: Listener): unknown => {
      if (name !== 'drain' || this.#isInside || typeof listener !== 'function') {
        return add.call(this.#response, name, listener);
      }
      this.#isInside = true; // Node's `once` calls `on`
      try {
        return add.call(this.#response, name, this.#enter(listener, isOnce).wrapped);
      } finally {
        this.#isInside = false;
      }
    };
  }

  #enter(listener: Listener, isOnce: boolean): Entry {
    const response = this.#response;
    const wrapped: Listener = (...args) => {
      if (!this.#entries.includes(entry)) return; // removed, or called before
      entry.round = this.#round;
      if (isOnce) this.#forget(entry);
      listener.apply(response, args);
    };
    // By this name Node finds what it is asked to remove.
    Object.assign(wrapped, { listener: (listener as { readonly listener?: unknown }).listener ?? listener });
    const entry: Entry = { listener, wrapped, round: 0 };
    this.#entries.push(entry);
    return entry;
  }

  #remover(remove: Add) {
    return (name: string | symbol, listener: Listener): unknown => {
      const entry =
        name === 'drain'
          ? this.#entries.findLast(
              (one) => one.listener === listener || (one.listener as { listener?: unknown }).listener === listener,
            )
          : undefined;
      if (entry !== undefined) this.#forget(entry);
      return remove.call(this.#response, name, entry?.wrapped ?? listener);
    };
  }

  #forget(entry: Entry): void {
    const at = this.#entries.indexOf(entry);
    if (at !== -1) this.#entries.splice(at, 1);
  }
}
