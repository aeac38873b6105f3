import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { SessionMetrics } from './session-metrics.js';
import { observeSpans } from './session-spans.js';

/** The options of {@link SessionInstrumentation}. */
export interface SessionInstrumentationConfig {
  /** Whether it is enabled when it is created. Default: `true`. */
  readonly enabled?: boolean;
}

const NAME = 'typed-session';

/**
 * Produces spans and metrics of all sessions in this process. Pass it to `registerInstrumentations()` of
 * `@opentelemetry/instrumentation`, or to the `NodeSDK`, or only create it: it then uses the global providers.
 *
 * Spans: `session load`, `session commit`, and `session store <operation>` for each command of the store. The attribute
 * `session.id` is an opaque handle of the session, from which no cookie can be made, and a rotation sets
 * `session.previous_id` (OpenTelemetry's semantic conventions for sessions). No attribute contains an id, a key, or a value of
 * the payload.
 *
 * Metrics: `typed_session.load.count`, `typed_session.commit.count`, and `typed_session.commit.retries` by outcome, and the
 * histogram `typed_session.store.duration` in seconds.
 *
 * @example
 * ```ts
 * import { SessionInstrumentation } from 'typed-session/opentelemetry';
 *
 * export const instrumentation = new SessionInstrumentation();
 * // registerInstrumentations({ instrumentations: [instrumentation] });
 * ```
 */
export class SessionInstrumentation {
  /** The name under which its spans and metrics are recorded. */
  readonly instrumentationName = NAME;
  /** The version of its spans and metrics. */
  readonly instrumentationVersion = '1';

  #config: SessionInstrumentationConfig;
  #tracers: TracerProvider | undefined;
  #metrics: SessionMetrics | undefined;
  #meters: MeterProvider | undefined;
  #stops: (() => void)[] = [];

  constructor(config: SessionInstrumentationConfig = {}) {
    this.#config = { enabled: true, ...config };
    if (this.#config.enabled === true) this.enable();
  }

  /** Starts to produce spans and metrics. Has no effect if it does so already. */
  enable(): void {
    if (this.#stops.length > 0) return;
    const tracer = () => (this.#tracers ?? trace).getTracer(NAME);
    const meters = (): SessionMetrics => {
      this.#metrics ??= new SessionMetrics((this.#meters ?? metrics).getMeter(NAME));
      return this.#metrics;
    };
    this.#stops = [observeSpans(tracer), SessionMetrics.observe(meters)];
  }

  /** Stops to produce spans and metrics. */
  disable(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Sets the provider of the tracer. Default: the global one. */
  setTracerProvider(provider: TracerProvider): void {
    this.#tracers = provider;
  }

  /** Sets the provider of the meter. Default: the global one. */
  setMeterProvider(provider: MeterProvider): void {
    this.#meters = provider;
    this.#metrics = undefined;
  }

  /** Replaces the options. It neither enables nor disables: call {@link SessionInstrumentation.enable} for that. */
  setConfig(config: SessionInstrumentationConfig): void {
    this.#config = config;
  }

  /** The options. */
  getConfig(): SessionInstrumentationConfig {
    return this.#config;
  }
}
