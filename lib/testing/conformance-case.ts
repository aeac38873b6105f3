import type { ConformancePart } from './conformance-options.js';
import type { Subject } from './subject.js';

/** One case, before it is known which store it is for. */
export interface StoreCase {
  readonly title: string;
  /** The parts of the contract that it looks at. Where one is left out, so is the case. */
  readonly needs: readonly ConformancePart[];
  readonly run: (subject: Subject) => Promise<void>;
}

/** Cases of one method, by what the store does. */
export function group(
  name: string,
  needs: readonly ConformancePart[],
  cases: Readonly<Record<string, (subject: Subject) => Promise<void>>>,
): StoreCase[] {
  return Object.entries(cases).map(([does, run]) => ({ title: `${name}: ${does}`, needs, run }));
}
