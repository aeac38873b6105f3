import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, SpanKind, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import {
  commitTraces,
  loadTraces,
  storeTraces,
  type CommitTrace,
  type LoadTrace,
  type StoreTrace,
  type TraceChannels,
} from '../tracing.js';

type Attributes = Record<string, string | number | undefined>;

interface Traced {
  readonly middleware: string;
  readonly store: string;
  readonly session?: string | undefined;
  readonly error?: unknown;
  readonly isAsync?: boolean | undefined;
}

/**
 * The context in which a load or a commit runs, so that the spans of its commands are its children. OpenTelemetry's API cannot
 * set its own context from a message.
 */
const running = new AsyncLocalStorage<Context>();

/**
 * Makes a span of each load, commit, and command of a store.
 * @param tracer - returns the tracer: providers may be set later
 * @returns a function that ends it
 */
export function observeSpans(tracer: () => Tracer): () => void {
  const stops = [
    observe<LoadTrace>(
      tracer,
      loadTraces,
      () => 'session load',
      ({ outcome }) => ({ 'typed_session.outcome': outcome }),
    ),
    observe<CommitTrace>(tracer, commitTraces, () => 'session commit', attributesOfCommit),
    observe<StoreTrace>(
      tracer,
      storeTraces,
      ({ operation }) => `session store ${operation}`,
      ({ operation }) => ({ 'typed_session.operation': operation }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function attributesOfCommit({ operation, outcome, retries, previousSession }: CommitTrace): Attributes {
  return {
    'typed_session.operation': operation,
    'typed_session.outcome': outcome,
    'typed_session.retries': retries,
    'session.previous_id': previousSession,
  };
}

/**
 * @param nameOf - the name of the span
 * @param attributesOf - what its attributes are besides those of all spans, when it ends
 */
function observe<M extends Traced>(
  tracer: () => Tracer,
  channel: TraceChannels<M>,
  nameOf: (message: M) => string,
  attributesOf: (message: M) => Attributes,
): () => void {
  const spans = new WeakMap<M, Span>();
  const finish = (message: M): void => {
    const span = spans.get(message);
    if (span === undefined) return;
    spans.delete(message);
    const { middleware, store, session, error } = message;
    const own = { 'typed_session.middleware': middleware, 'typed_session.store': store, 'session.id': session };
    for (const [name, value] of Object.entries({ ...own, ...attributesOf(message) })) {
      if (value !== undefined) span.setAttribute(name, value);
    }
    if (error !== undefined) {
      span.setAttribute('error.type', errorType(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  };
  const onEnd = (message: unknown): void => {
    if ((message as M).isAsync !== true) finish(message as M); // the channel publishes no other messages
  };
  const onAsyncEnd = (message: unknown): void => {
    finish(message as M);
  };
  channel.start.bindStore(running, (message) => {
    const parent = running.getStore() ?? context.active();
    const span = tracer().startSpan(nameOf(message), { kind: SpanKind.INTERNAL }, parent);
    spans.set(message, span);
    return trace.setSpan(parent, span);
  });
  subscribe(channel.end.name, onEnd);
  subscribe(channel.asyncEnd.name, onAsyncEnd);
  return () => {
    channel.start.unbindStore(running);
    unsubscribe(channel.end.name, onEnd);
    unsubscribe(channel.asyncEnd.name, onAsyncEnd);
  };
}

/** The code of an error of the library, or the class of another error: neither contains data of a session. */
export function errorType(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
}
