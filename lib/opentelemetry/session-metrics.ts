import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import {
  commitTraces,
  loadTraces,
  storeTraces,
  type CommitTrace,
  type LoadTrace,
  type StoreTrace,
} from '../tracing.js';
import { errorType } from './session-spans.js';

/** The instruments, created when the first of them is needed. */
export class SessionMetrics {
  readonly #loads: Counter;
  readonly #commits: Counter;
  readonly #retries: Counter;
  readonly #commands: Histogram;

  constructor(meter: Meter) {
    this.#loads = meter.createCounter('typed_session.load.count', {
      unit: '{load}',
      description: 'Loads of sessions, by their outcome',
    });
    this.#commits = meter.createCounter('typed_session.commit.count', {
      unit: '{commit}',
      description: 'Commits of sessions, by what was stored',
    });
    this.#retries = meter.createCounter('typed_session.commit.retries', {
      unit: '{retry}',
      description: 'How often another request was faster, and a commit merged its change and tried again',
    });
    this.#commands = meter.createHistogram('typed_session.store.duration', {
      unit: 's',
      description: 'How long the commands of a store take',
      advice: { explicitBucketBoundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10] },
    });
  }

  /**
   * Counts what the traces report.
   * @param current - returns the instruments: providers may be set later
   * @returns a function that ends it
   */
  static observe(current: () => SessionMetrics): () => void {
    const began = new WeakMap<StoreTrace, number>();
    const onLoad = (message: LoadTrace): void => {
      current().#loads.add(1, about(message, { 'typed_session.outcome': message.outcome }));
    };
    const onCommit = (message: CommitTrace): void => {
      const { outcome, operation, retries } = message;
      const attributes = about(message, { 'typed_session.outcome': outcome, 'typed_session.operation': operation });
      current().#commits.add(1, attributes);
      if (retries > 0) current().#retries.add(retries, attributes);
    };
    const onStart = (message: StoreTrace): void => void began.set(message, performance.now());
    const onCommand = (message: StoreTrace): void => {
      const seconds = (performance.now() - (began.get(message) ?? performance.now())) / 1000;
      current().#commands.record(seconds, about(message, { 'typed_session.operation': message.operation }));
    };
    const subscriptions = [
      [loadTraces.asyncEnd, onLoad],
      [commitTraces.asyncEnd, onCommit],
      [storeTraces.start, onStart],
      [storeTraces.asyncEnd, onCommand],
    ] as const;
    // Each channel publishes the message that its listener takes.
    for (const [channel, listener] of subscriptions) subscribe(channel.name, listener as (message: unknown) => void);
    return () => {
      for (const [channel, listener] of subscriptions)
        unsubscribe(channel.name, listener as (message: unknown) => void);
    };
  }
}

function about(
  { middleware, store, error }: LoadTrace | CommitTrace | StoreTrace,
  more: Record<string, string | undefined>,
): Record<string, string> {
  const all = {
    'typed_session.middleware': middleware,
    'typed_session.store': store,
    ...more,
    'error.type': error === undefined ? undefined : errorType(error),
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
