import { describe, it } from 'vitest';
import { storeConformance, type ConformanceOptions } from 'typed-session/testing';

/** Runs the conformance suite on a store. */
export function conformance(name: string, options: ConformanceOptions): void {
  describe(`${name} keeps the store contract`, () => {
    for (const { title, run } of storeConformance(options)) it(title, run);
  });
}
