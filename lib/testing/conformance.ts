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
 * One test of {@link storeConformance}, for any test runner.
 *
 * @group Stores
 */
export interface ConformanceCase {
  /** The title: the method, and what the store does. */
  readonly title: string;
  /** Opens a store, runs the test, and closes the store. Rejects with an `AssertionError` that states what to do. */
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
 * Returns the tests that every store of this library passes, for your own store. Any test runner can run them: `test` of
 * `node:test`, of vitest, or of `@jest/globals` with `NODE_OPTIONS=--experimental-vm-modules`. Pass a timeout to the latter
 * two, as in `test(title, run, 60_000)`, because one case stores 10,000 sessions.
 *
 * Run the cases of one process one after the other, without `test.concurrent`, because some of them change `Date.now`. The
 * store must read the time with `Date.now()` in each command.
 *
 * @param options - how to open a store, and what it does not promise
 * @throws SessionOptionsError if an option is wrong or unknown
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

/** Checks that no existing method is left out, because its cases would be skipped silently. */
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

/** The case that runs in this process. */
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
      await subject.end().catch(() => undefined); // the error of the case is the one to report
      throw error;
    }
    await subject.end();
  } finally {
    running = undefined;
  }
}
