// @ts-check
// The measurement: blocks of requests, in which the libraries take turns.
//
// The clock is `process.cpuUsage()`: CPU time, so that other processes on the machine do not count. It resolves 1 µs on
// Linux, and a call takes 2 µs. `process.threadCpuUsage()` advances in steps of 4 ms there, which is too coarse. The CPU
// time of V8's helper threads is included: they compile and collect garbage for the library that is measured.

import { quick } from './production.mjs';

/** @typedef {() => Promise<unknown>} Run one request */

/**
 * What a block took, in µs of CPU per request. It ends when the work that was left for after the response is done.
 *
 * @param {Run} run @param {number} requests
 */
async function block(run, requests) {
  const before = process.cpuUsage();
  for (let i = 0; i < requests; i++) await run();
  await new Promise((resolve) => setImmediate(resolve));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

/**
 * Runs blocks of all contenders in turn; every round begins with another one, so that nobody always follows the same.
 *
 * @param {Record<string, Run>} contenders
 * @param {{ rounds: number, warmUp: number, requests: number }} options
 * @returns {Promise<Record<string, number[]>>} µs per request of each block, in ascending order
 */
export async function blocks(contenders, { rounds, warmUp, requests }) {
  if (quick) [rounds, warmUp] = [10, 2];
  const names = Object.keys(contenders);
  /** @type {Record<string, number[]>} */
  const took = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = /** @type {string} */ (names[(turn + round + warmUp) % names.length]);
      const figure = await block(/** @type {Run} */ (contenders[name]), requests);
      if (round >= 0) took[name]?.push(figure);
    }
  }
  for (const figures of Object.values(took)) figures.sort((a, b) => a - b);
  return took;
}

/** @param {readonly number[]} sorted @param {number} part such as .1 for the 10th percentile */
export const percentile = (sorted, part) => sorted[Math.floor(sorted.length * part)] ?? NaN;

/** @param {readonly number[]} sorted */
export const p10 = (sorted) => percentile(sorted, 0.1);
