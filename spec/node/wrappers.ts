import { ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';

/** Any Express middleware. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** A middleware that wraps the response. */
export interface Wrapper {
  readonly name: string;
  readonly make: () => Middleware;
  /** What the client accepts. */
  readonly encoding?: 'gzip' | 'br';
  /** Whether it is also tried on both sides of the session at once. */
  readonly twice?: boolean;
}

const require = createRequire(import.meta.url);
/** Packages without types. */
const load = (name: string) => require(name) as (...args: unknown[]) => any;

const compression = load('compression');
const compression17 = load('compression17');
const onHeaders = load('on-headers');

/** Keeps copies of bodies, and forgets to return what the response's own methods return. */
const bodyLogger: Middleware = (_req, res, next) => {
  const { write, end } = res as unknown as Record<'write' | 'end', (...args: unknown[]) => unknown>;
  const chunks: unknown[] = [];
  Object.assign(res, {
    write: (...args: unknown[]) => { chunks.push(args[0]); write.apply(res, args); }, // prettier-ignore
    end: (...args: unknown[]) => { chunks.push(args[0]); end.apply(res, args); }, // prettier-ignore
  });
  next();
};

/** As express-status-monitor does, which listens by `on-headers` and does nothing else to a response. */
const statusMonitor: Middleware = (_req, res, next) => {
  onHeaders(res, () => {
    statuses.push(res.statusCode);
  });
  next();
};
const statuses: number[] = [];

const manager = new AsyncLocalStorageContextManager().enable();
/** What OpenTelemetry's instrumentation of `node:http` does to each response: it replaces `on`, `once`, `off`, … */
const openTelemetry: Middleware = (_req, res, next) => {
  manager.bind(ROOT_CONTEXT, res);
  next();
};

/** As Sentry's `requestHandler({ flushTimeout })` does: the end waits until events are sent. */
const sentry: Middleware = (_req, res, next) => {
  const end = res.end.bind(res) as (...args: unknown[]) => unknown;
  res.end = (async (...args: unknown[]) => {
    await new Promise((resolve) => setImmediate(resolve));
    end(...args);
  }) as unknown as typeof res.end;
  next();
};

/** Restores the response's own method at the first call, as tracing with shimmer does. */
const oneTimeEnd: Middleware = (_req, res, next) => {
  const { end } = res as unknown as { end: (...args: unknown[]) => unknown };
  Object.assign(res, {
    end: (...args: unknown[]) => {
      Object.assign(res, { end });
      return end.apply(res, args);
    },
  });
  next();
};

/** Adds a header to every explicit and implicit head. */
const headWrapper: Middleware = (_req, res, next) => {
  const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => ServerResponse;
  res.writeHead = (...args: unknown[]) => {
    if (!res.headersSent) res.setHeader('X-Wrapped', 'yes');
    return writeHead(...args);
  };
  next();
};

const nowhere = new Writable({ write: (_chunk, _encoding, done) => { done(); } }); // prettier-ignore

export const wrappers: readonly Wrapper[] = [
  { name: 'compression 1.8 (gzip)', make: () => compression({ threshold: 0 }), encoding: 'gzip', twice: true },
  { name: 'compression 1.8 (br)', make: () => compression({ threshold: 0 }), encoding: 'br' },
  { name: 'compression 1.8 (client accepts none)', make: () => compression({ threshold: 0 }) },
  { name: 'compression 1.7 (gzip)', make: () => compression17({ threshold: 0 }), encoding: 'gzip', twice: true },
  { name: 'compression 1.7 (client accepts none)', make: () => compression17({ threshold: 0 }) },
  { name: 'a body logger that returns nothing', make: () => bodyLogger, twice: true },
  { name: 'morgan', make: () => load('morgan')('tiny', { stream: nowhere }) },
  { name: 'response-time', make: () => load('response-time')() },
  { name: 'on-headers', make: () => (_req, res, next) => { onHeaders(res, () => { res.setHeader('X-At-Head', 'yes'); }); next(); } }, // prettier-ignore
  { name: 'connect-timeout', make: () => load('connect-timeout')('60s') },
  { name: 'express-status-monitor', make: () => statusMonitor },
  { name: 'OpenTelemetry', make: () => openTelemetry, twice: true },
  { name: 'Sentry', make: () => sentry },
  { name: 'an end that restores itself', make: () => oneTimeEnd },
  { name: 'a wrapped writeHead', make: () => headWrapper },
];
