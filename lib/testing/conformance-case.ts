import type { ConformancePart } from './conformance-options.js';
import type { Subject } from './subject.js';

/** One case, independent of a store. */
export interface StoreCase {
  readonly title: string;
  /** The parts of the contract that it needs. If one of them is left out, the case is left out too. */
  readonly needs: readonly ConformancePart[];
  readonly run: (subject: Subject) => Promise<void>;
}

/** The cases of one method, named by what the store does. */
export function group(
  name: string,
  needs: readonly ConformancePart[],
  cases: Readonly<Record<string, (subject: Subject) => Promise<void>>>,
): StoreCase[] {
  return Object.entries(cases).map(([does, run]) => ({ title: `${name}: ${does}`, needs, run }));
}
