/**
 * Spans and metrics of sessions for OpenTelemetry.
 *
 * @packageDocumentation
 */

export { SessionInstrumentation, type SessionInstrumentationConfig } from './opentelemetry/session-instrumentation.js';
