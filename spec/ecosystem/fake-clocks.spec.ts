import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import FakeTimers, { type FakeMethod } from '@sinonjs/fake-timers';
import express, { type RequestHandler } from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { MemoryStore, cached, moving, session, type SessionStore } from 'typed-session';
import dropIn, { MemoryStore as ExpressMemoryStore } from 'typed-session/express-session';
import { SqliteStore } from 'typed-session/sqlite';

const secret = 'a secret of at least 32 bytes, for the tests';
const schema = z.object({ views: z.int().optional() });

function sqlite(): SqliteStore {
  const store = new SqliteStore({ file: ':memory:' });
  onTestFinished(() => store.close());
  return store;
}

const ours = (store: SessionStore | ExpressMemoryStore): RequestHandler =>
  session({ schema, secret, name: 'sid', store }) as RequestHandler;
const theirs = (options: object): RequestHandler =>
  dropIn({ secret, name: 'sid', resave: false, saveUninitialized: false, ...options }) as RequestHandler;

/** Each adapter on each store that needs no server. */
const makers: Readonly<Record<string, () => RequestHandler>> = {
  'session() on MemoryStore': () => ours(new MemoryStore()),
  'session() on SqliteStore': () => ours(sqlite()),
  'session() on cached(SqliteStore)': () => ours(cached(sqlite(), { ttl: 1_000 })),
  'session() on moving({ from: SqliteStore, to: MemoryStore })': () =>
    ours(moving({ from: sqlite(), to: new MemoryStore() })),
  "session() on the drop-in's MemoryStore": () => ours(new ExpressMemoryStore()),
  'the drop-in on its MemoryStore': () => theirs({}),
  'the drop-in that rolls, touches and resaves': () => theirs({ rolling: true, resave: true, saveUninitialized: true }),
};

interface Counted {
  session: { views?: number; save(done: (error?: unknown) => void): unknown };
}

function appOf(middleware: RequestHandler): RequestHandler {
  const app = express();
  app.use(middleware);
  app.get('/', (req, res) => {
    const { session } = req as unknown as Counted;
    session.views = (session.views ?? 0) + 1;
    res.send(String(session.views));
  });
  // passport saves like this
  app.get('/save', (req, res, next) => {
    const { session } = req as unknown as Counted;
    session.views = (session.views ?? 0) + 1;
    session.save((error) => {
      if (error) next(error);
      else res.send(String(session.views));
    });
  });
  return app as RequestHandler;
}

/** Asks by Node's own client, whose parts are not replaced, and waits for nothing but its events. */
async function ask(port: number, path: string, cookie: string): Promise<{ text: string; cookie: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false, headers: cookie === '' ? {} : { cookie } }, resolve).on('error', reject); // prettier-ignore
  });
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => { text += part; }); // prettier-ignore
  await new Promise((resolve) => response.once('end', resolve));
  return { text, cookie: response.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? cookie };
}

async function serve(listener: RequestHandler): Promise<number> {
  const server = createServer(listener as never); // an app is a listener
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What tests install. Node's own http looks up process.nextTick, so no server answers without it. */
const timers = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
  'performance',
  'hrtime',
  'queueMicrotask',
] as const;

const clocks: Readonly<Record<string, () => void>> = {
  'vi.useFakeTimers()': () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
  },
  'vi.useFakeTimers() with queueMicrotask': () => {
    vi.useFakeTimers({ toFake: [...timers] });
    onTestFinished(() => void vi.useRealTimers());
  },
  "sinon's fake timers": () => {
    const clock = FakeTimers.install({ toFake: [...timers] as FakeMethod[] });
    onTestFinished(() => { clock.uninstall(); }); // prettier-ignore
  },
};

describe.each(Object.entries(clocks))('under %s', (clock, install) => {
  it.each(Object.keys(makers))(`%s answers under ${clock}`, async (name) => {
    const maker = makers[name];
    if (maker === undefined) throw new Error(`there is no ${name}`);
    const port = await serve(appOf(maker()));
    install();
    const first = await ask(port, '/', '');
    expect(first.text).toBe('1');
    expect((await ask(port, '/', first.cookie)).text).toBe('2');
    expect((await ask(port, '/save', first.cookie)).text).toBe('3');
    expect((await ask(port, '/', '')).text).toBe('1');
  });

  it.each(Object.keys(makers))(`%s answers under a clock installed between two requests: ${clock}`, async (name) => {
    const maker = makers[name];
    if (maker === undefined) throw new Error(`there is no ${name}`);
    const port = await serve(appOf(maker()));
    const first = await ask(port, '/', '');
    install();
    expect((await ask(port, '/', first.cookie)).text).toBe('2');
  });
});

it('a store prunes under fake timers, however many sessions it holds', async () => {
  const memory = new MemoryStore();
  const file = sqlite();
  const record = { data: '{}', revision: 1, schemaVersion: 1, createdAt: 0, expiresAt: Date.now() + 1_000 };
  for (let i = 0; i < 3_000; i++) {
    await memory.create(`key-${String(i)}`, record);
    await file.create(`key-${String(i)}`, record);
  }
  vi.useFakeTimers({ now: Date.now() + 60_000 });
  onTestFinished(() => void vi.useRealTimers());
  expect(await memory.prune()).toBe(3_000);
  expect(await file.prune()).toBe(3_000);
});

it('a cached copy from before a fake clock is not taken for one from its future', async () => {
  const inner = new MemoryStore();
  const store = cached(inner, { ttl: 1_000 });
  const record = { data: '{}', revision: 1, schemaVersion: 1, createdAt: 0, expiresAt: Date.now() + 3_600_000 };
  await inner.create('key', record);
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.advanceTimersByTime(60_000);
  await store.read('key');
  await inner.delete('key');
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['performance'] });
  expect(await store.read('key')).toBeUndefined();
});

it('storeTimeout is about time: a fake clock moves it, and a store that answers first is answered', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const store = new MemoryStore();
  store.read = () => new Promise(() => undefined);
  const sessions = session({ schema, secret, name: 'sid', store, storeTimeout: 5_000 });
  const app = express();
  app.use(sessions);
  app.get('/', (_req, res) => void res.send('late'));
  app.use(((_error, _req, res, _next) => void res.status(503).send('refused')) as express.ErrorRequestHandler);
  const port = await serve(app as RequestHandler);
  const cookie = (await ask(await serve(appOf(session({ schema, secret, name: 'sid' }) as RequestHandler)), '/', '')).cookie; // prettier-ignore
  const asked = ask(port, '/', cookie);
  await vi.waitUntil(() => vi.getTimerCount() > 1);
  vi.advanceTimersByTime(5_000);
  expect((await asked).text).toBe('refused');
});

it('a timer that was started on the real clock is stopped on the real clock', async () => {
  const started = vi.spyOn(globalThis, 'setTimeout');
  const stopped = vi.spyOn(globalThis, 'clearTimeout');
  onTestFinished(() => { vi.restoreAllMocks(); }); // prettier-ignore
  const { after } = await import('../../lib/timers.js');
  const stop = after(60_000, () => undefined);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  stop();
  expect(stopped.mock.calls[0]?.[0]).toBe(started.mock.results[0]?.value);
});
