import { after } from '../../timers.js';

/** How long one change may delay the next, in milliseconds. A store that never answers must not block a session forever. */
const MAX_WAIT = 10_000;

/** Runs the changes of one session one after the other. Changes of different sessions do not wait for each other. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, change: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const result = before === undefined ? change() : ended(before).then(change);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, settled);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}

/** Resolves when a change has ended, or when its time is up. */
function ended(settled: Promise<unknown>): Promise<unknown> {
  let stop: (() => void) | undefined;
  const time = new Promise<void>((resolve) => {
    stop = after(MAX_WAIT, resolve, false);
  });
  return Promise.race([settled, time]).finally(stop);
}
