import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { MemoryStore, session } from 'typed-session';
import { SessionInstrumentation } from 'typed-session/opentelemetry';
import { z } from 'zod';
import { makeApp, ProbedStore, type Client } from '../support/app.js';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => {
  context.disable();
});

function instrument() {
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: metrics })] });
  const instrumentation = new SessionInstrumentation({ enabled: false });
  instrumentation.setTracerProvider(tracers);
  instrumentation.setMeterProvider(meters);
  instrumentation.enable();
  onTestFinished(async () => {
    instrumentation.disable();
    await meters.shutdown();
  });
  return { instrumentation, spans, metrics, meters, tracers };
}

async function makeClient(
  store = new ProbedStore(new MemoryStore()),
  tracers?: BasicTracerProvider,
): Promise<{ client: Client; store: ProbedStore }> {
  const sessions = session({
    schema: z.object({ userId: z.string().optional(), views: z.int().default(0) }),
    secret: 'a secret for this spec, of 32 bytes',
    store,
    principal: 'userId',
  });
  const client = await makeApp((app) => {
    app.use((_req, res, next) => {
      if (tracers === undefined) { next(); return; } // prettier-ignore
      const span = tracers.getTracer('test').startSpan('request');
      res.once('finish', () => { span.end(); }); // prettier-ignore
      context.with(trace.setSpan(context.active(), span), next);
    });
    app.use(sessions);
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.end();
    });
    app.get('/login', (req, res) => {
      sessions.of(req).userId = 'alice';
      res.end();
    });
  });
  return { client, store };
}

it('a request with a session makes the spans of its load, its commit, and the commands of the store', async () => {
  const { client } = await makeClient();
  await client.get('/view');
  const { spans } = instrument();
  await client.get('/view');
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual([
    'session store read',
    'session load',
    'session store update',
    'session commit',
  ]);
  const [, load, , commit] = spans.getFinishedSpans();
  expect(load?.attributes).toMatchObject({
    'typed_session.middleware': 'sid',
    'typed_session.store': 'ProbedStore',
    'typed_session.outcome': 'found',
  });
  expect(commit?.attributes).toMatchObject({ 'typed_session.outcome': 'updated', 'typed_session.retries': 0 });
  expect(commit?.attributes['session.id']).toBe(load?.attributes['session.id']);
});

it('the commands are children of the load or the commit, which is a child of the span of the request', async () => {
  const { spans, tracers } = instrument();
  const { client } = await makeClient(undefined, tracers);
  await client.get('/view');
  spans.reset();
  await client.get('/view');
  const all = spans.getFinishedSpans();
  const parentOf = (name: string) => {
    const id = all.find((span) => span.name === name)?.parentSpanContext?.spanId;
    return all.find((span) => span.spanContext().spanId === id)?.name;
  };
  expect(parentOf('session store read')).toBe('session load');
  expect(parentOf('session store update')).toBe('session commit');
  expect(parentOf('session load')).toBe('request');
  expect(parentOf('session commit')).toBe('request');
});

it('a rotation sets session.previous_id', async () => {
  const { client } = await makeClient();
  await client.get('/view');
  const { spans } = instrument();
  await client.get('/login');
  const all = spans.getFinishedSpans();
  const load = all.find(({ name }) => name === 'session load');
  const commit = all.find(({ name }) => name === 'session commit');
  expect(commit?.attributes['session.previous_id']).toBe(load?.attributes['session.id']);
  expect(commit?.attributes['session.id']).not.toBe(load?.attributes['session.id']);
});

it('no attribute contains a cookie, an id, or a value of the payload', async () => {
  const { client } = await makeClient();
  await client.get('/login');
  const { spans } = instrument();
  await client.get('/view');
  const text = JSON.stringify(spans.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes })));
  const [, id = '?'] = /s:([^.]+)\./.exec(decodeURIComponent(client.cookieHeader)) ?? [];
  expect(text).not.toContain(id);
  expect(text).not.toContain('alice');
});

it('a store that fails sets the status of the spans, and error.type is the code of the error', async () => {
  const { client, store } = await makeClient();
  await client.get('/view');
  const { spans } = instrument();
  store.before.read = () => Promise.reject(new Error('a driver quotes what it was sent'));
  await client.get('/view');
  const failed = spans
    .getFinishedSpans()
    .map(({ name, status, attributes }) => [name, status.code, attributes['error.type']]);
  expect(failed).toEqual(
    expect.arrayContaining([
      ['session store read', 2, 'SESSION_STORE'],
      ['session load', 2, 'SESSION_STORE'],
    ]),
  );
});

it('loads, commits, and the durations of commands are measured by outcome', async () => {
  const { meters, metrics } = instrument();
  const { client } = await makeClient();
  await client.get('/view');
  await client.get('/view');
  await meters.forceFlush();
  const points = Object.fromEntries(
    metrics
      .getMetrics()
      .at(-1)!
      .scopeMetrics[0]!.metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]),
  );
  expect(points['typed_session.load.count']).toMatchObject([
    { value: 1, attributes: { 'typed_session.outcome': 'found' } },
  ]);
  expect(points['typed_session.commit.count']?.map(({ attributes }) => attributes['typed_session.outcome'])).toEqual([
    'created',
    'updated',
  ]);
  expect(
    points['typed_session.store.duration']?.map(({ attributes }) => attributes['typed_session.operation']),
  ).toEqual(['create', 'read', 'update']);
});

it('it produces nothing after disable(), and can be enabled again', async () => {
  const { client } = await makeClient();
  await client.get('/view');
  const { instrumentation, spans } = instrument();
  instrumentation.disable();
  await client.get('/view');
  expect(spans.getFinishedSpans()).toEqual([]);
  instrumentation.enable();
  instrumentation.enable();
  await client.get('/view');
  expect(spans.getFinishedSpans()).toHaveLength(4);
});
