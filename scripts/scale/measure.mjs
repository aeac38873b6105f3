// @ts-check
// What the scale programs share: turns of the event loop, percentiles, and tables.
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';

export { nextTurn };

/** The garbage collections so far: when they began, and how long they took, in milliseconds. @type {{ start: number, duration: number }[]} */
export const garbage = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) garbage.push({ start: startTime, duration });
}).observe({ entryTypes: ['gc'] });

/** Collects the garbage. */
export async function collect() {
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await nextTurn();
  }
}

/** @param {Iterable<number>} values @param {number} part 0.5 for the median, 1 for the largest */
export function percentile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/**
 * Does some work, and measures how long each turn of the event loop takes meanwhile. The time of garbage collections is
 * subtracted: it is work of the whole process.
 * @template T @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, turns: number[], duration: number }>} in milliseconds
 */
export async function watchTurns(work) {
  /** @type {{ start: number, duration: number }[]} */
  const turns = [];
  let last = performance.now();
  const began = last;
  let goesOn = true;
  const tick = () => {
    const now = performance.now();
    turns.push({ start: last, duration: now - last });
    last = now;
    if (goesOn) setImmediate(tick);
  };
  setImmediate(tick);
  const result = await work();
  const duration = performance.now() - began;
  await nextTurn();
  goesOn = false;
  await garbageIsKnown();
  return { result, duration, turns: turns.map((turn) => turn.duration - garbageIn(turn)) };
}

/** The observer of garbage collections is called later. */
export function garbageIsKnown() {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** How long the garbage was collected in a period. @param {{ start: number, duration: number }} period */
export function garbageIn({ start, duration }) {
  const during = garbage.filter((one) => one.start + one.duration > start && one.start < start + duration);
  return during.reduce((sum, one) => sum + one.duration, 0);
}

/** Prints a table in Markdown. @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? digits(cell) : cell)));
  console.log(`| ${head.join(' | ')} |\n|${head.map((_, at) => (at === 0 ? ' --- |' : ' --: |')).join('')}`);
  for (const row of text) console.log(`| ${row.join(' | ')} |`);
}

/** Three digits. @param {number} value */
export function digits(value) {
  if (Math.abs(value) >= 100) return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ' ');
  return Number(value.toPrecision(3)).toString();
}
