/**
 * Tests for your own stores.
 *
 * @packageDocumentation
 * @module typed-session/testing
 * @group API
 */

export { storeConformance, type ConformanceCase } from './testing/conformance.js';
export type { ConformanceOptions, ConformancePart } from './testing/conformance-options.js';
