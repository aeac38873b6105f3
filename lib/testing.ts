/**
 * For the tests of apps, and of stores.
 *
 * @packageDocumentation
 * @module typed-session/testing
 * @group API
 */

export {
  fakeRequest,
  type FakeRequest,
  type FakeRequestOptions,
  type SentResponse,
} from './testing/apps/fake-request.js';
export { sessionMatchers, type SessionMatcherFunctions, type SessionMatchers } from './testing/apps/matchers.js';
export { storageState, type BrowserCookie, type StorageState } from './testing/apps/storage-state.js';
export { readSession, sessionCookie } from './testing/apps/test-sessions.js';
export type { AnySessions } from './sessions/config-of.js';
export { storeConformance, type ConformanceCase } from './testing/conformance.js';
export type { ConformanceOptions, ConformancePart } from './testing/conformance-options.js';
