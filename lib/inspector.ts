/**
 * A small site for operators: it shows and ends stored sessions.
 *
 * @packageDocumentation
 */

export type { EndedSessions, InspectorOptions } from './inspector/inspector-options.js';
export { inspector, type InspectedSessions, type Inspector } from './inspector/session-inspector.js';
