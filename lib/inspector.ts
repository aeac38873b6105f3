/**
 * A small site for operators: it shows and ends stored sessions.
 *
 * @packageDocumentation
 * @module typed-session/inspector
 * @group API
 */

export type { EndedSessions, InspectorOptions } from './inspector/inspector-options.js';
export { inspector, type Inspector } from './inspector/session-inspector.js';
export type { AnySessions } from './sessions/config-of.js';
