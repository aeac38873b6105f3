import { createRequire, syncBuiltinESMExports } from 'node:module';
import type timers from 'node:timers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TimeLimit } from '../lib/timers.js';

const clock = createRequire(import.meta.url)('node:timers') as typeof timers;

/** Counts the timers that are started, and whether each keeps the process alive. */
function countTimers() {
  const spy = vi.spyOn(clock, 'setTimeout');
  syncBuiltinESMExports();
  globalThis.setTimeout = clock.setTimeout; // the real clock of this test
  return () => spy.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
}

const real = globalThis.setTimeout;
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  globalThis.setTimeout = real;
  syncBuiltinESMExports();
});

/** Work that resolves when it has timed out. */
function piece(then: () => void = () => undefined) {
  let resolve = (): void => undefined;
  const done = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  const timedOut = (): void => {
    then();
    resolve();
  };
  return { timedOut, done };
}

type Piece = ReturnType<typeof piece>;

describe('a time limit for many pieces of work', () => {
  it('starts one timer, which keeps the process alive only while something is running', () => {
    const timers = countTimers();
    const limit = new TimeLimit(60_000);
    const pieces = Array.from({ length: 100 }, piece);
    for (const one of pieces) limit.start(one);
    expect(timers()).toEqual([true]);
    for (const one of pieces) limit.stop(one);
    expect(timers()).toEqual([false]);
    limit.start(piece());
    expect(timers()).toEqual([true]);
  });

  it('ends the work that takes too long, in the order in which it began, and no other', async () => {
    const limit = new TimeLimit(5);
    const ended: number[] = [];
    const [first, second, third] = [0, 1, 2].map((at) => piece(() => ended.push(at))) as [Piece, Piece, Piece];
    for (const one of [first, second, third]) limit.start(one);
    limit.stop(second);
    await third.done;
    expect(ended).toEqual([0, 2]);
  });

  it('goes by a test clock that is installed later', async () => {
    const limit = new TimeLimit(5_000);
    limit.start(piece());
    vi.useFakeTimers();
    const mine = piece();
    limit.start(mine);
    await vi.advanceTimersByTimeAsync(5_000);
    await mine.done;
  });
});
