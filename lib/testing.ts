/**
 * For the tests of those who write a store.
 *
 * @packageDocumentation
 */

export { storeConformance, type ConformanceCase } from './testing/conformance.js';
export type { ConformanceOptions, ConformancePart } from './testing/conformance-options.js';
