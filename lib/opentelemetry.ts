/**
 * Spans and metrics of sessions for OpenTelemetry.
 *
 * @packageDocumentation
 * @module typed-session/opentelemetry
 * @group API
 */

export { SessionInstrumentation, type SessionInstrumentationConfig } from './opentelemetry/session-instrumentation.js';
