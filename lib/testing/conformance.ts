import assert from 'node:assert/strict';
import type { StoreCase } from './conformance-case.js';
import { clockCases } from './cases/clock-cases.js';
import { contentCases } from './cases/content-cases.js';
import { createCases } from './cases/create-cases.js';
import { damageCases } from './cases/damage-cases.js';
import { deleteCases } from './cases/delete-cases.js';
import { listCases } from './cases/list-cases.js';
import { listChangesCases } from './cases/list-changes-cases.js';
import { manyCases } from './cases/many-cases.js';
import { revokeCases } from './cases/revoke-cases.js';
import { scanCases } from './cases/scan-cases.js';
import { sharedCases } from './cases/shared-cases.js';
import { signalCases } from './cases/signal-cases.js';
import { sizeCases } from './cases/size-cases.js';
import { touchCases } from './cases/touch-cases.js';
import { updateCases } from './cases/update-cases.js';
import {
  checkOptions,
  METHODS,
  type CheckedConformanceOptions,
  type ConformanceOptions,
} from './conformance-options.js';
import { Subject } from './subject.js';

/**
 * One test of {@link storeConformance}, for whichever runner.
 *
 * @group Stores
 */
export interface ConformanceCase {
  /** A sentence about what a store does, with the method in front. */
  readonly title: string;
  /** Opens a store, runs the test and closes the store; rejects with an `AssertionError` that says what to do. */
  readonly run: () => Promise<void>;
}

const everyCase: readonly StoreCase[] = [
  ...createCases,
  ...updateCases,
  ...touchCases,
  ...deleteCases,
  ...contentCases,
  ...clockCases,
  ...signalCases,
  ...listCases,
  ...listChangesCases,
  ...revokeCases,
  ...scanCases,
  ...sizeCases,
  ...sharedCases,
  ...manyCases,
];

/**
 * The tests that every store of this library passes, for a store of your own. They need no test runner but can be
 * run by any: `test` of `node:test`, of vitest, or of `@jest/globals` under `NODE_OPTIONS=--experimental-vm-modules`. With
 * the latter two give a timeout, as in `test(title, run, 60_000)`: one case stores 10 000 sessions.
 *
 * The cases of one process run one after the other, because some of them move `Date.now`: not with `test.concurrent`.
 * A store has to look at the time by `Date.now()`, at each command.
 *
 * @param options - how a store is opened, and what it does not promise
 * @throws SessionOptionsError where an option is wrong or unknown
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { MemoryStore } from 'typed-session';
 * import { storeConformance } from 'typed-session/testing';
 *
 * const cases = storeConformance({ open: () => new MemoryStore(), without: ['shared'] });
 * for (const { title, run } of cases) test(title, run);
 * ```
 * @group Stores
 */
export function storeConformance(options: ConformanceOptions): ConformanceCase[] {
  const checked = checkOptions(options);
  const { without, damage } = checked;
  const cases = damage === undefined ? everyCase : [...everyCase, ...damageCases];
  return [...cases.filter(({ needs }) => !needs.some((part) => without.has(part))), ...absent(checked)].map((one) => ({
    title: one.title,
    run: () => run(one, checked),
  }));
}

/** A method that is there is not to be left out: its cases would be lost without a word. */
function absent({ without }: CheckedConformanceOptions): StoreCase[] {
  return METHODS.filter((method) => without.has(method)).map((method) => ({
    title: `${method}: is left out, and the store has no such method`,
    needs: [],
    run: async ({ store }) => {
      const advice = `the store has the method ${method}: take '${method}' out of the option without`;
      assert.equal(typeof store[method], 'undefined', advice);
    },
  }));
}

/** The case that is running in this process. */
let running: string | undefined;

async function run(one: StoreCase, options: CheckedConformanceOptions): Promise<void> {
  if (running !== undefined) {
    throw new Error(
      `"${running}" has not ended: cases run one after the other, and a store has to answer every command`,
    );
  }
  running = one.title;
  try {
    const subject = await Subject.open(options);
    try {
      await one.run(subject);
    } catch (error) {
      await subject.end().catch(() => undefined); // the case's error is the one to be told
      throw error;
    }
    await subject.end();
  } finally {
    running = undefined;
  }
}
