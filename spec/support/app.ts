import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import express, { type Express } from 'express';
import { it, onTestFinished } from 'vitest';
import type { SessionEvents, SessionRecord, SessionStore, StoreEntry } from 'typed-session';

/** What a client saw of one response. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly cookies: readonly string[];
}

/** A browser with one cookie jar, as far as one origin needs it. */
export class Client {
  readonly jar = new Map<string, string>();
  /** Where the app listens, without a slash at the end. */
  readonly base: string;
  readonly #send: typeof fetch;

  /** @param send - sends a request to the app, through a socket or without one */
  constructor(base: string, send: typeof fetch = fetch) {
    this.base = base;
    this.#send = send;
  }

  /** Another browser with the same cookies. */
  copy(): Client {
    const copy = new Client(this.base, this.#send);
    for (const [name, value] of this.jar) copy.jar.set(name, value);
    return copy;
  }

  get cookieHeader(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const cookie = this.cookieHeader;
    const response = await this.#send(this.base + path, {
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
    });
    const cookies = response.headers.getSetCookie();
    for (const line of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /Max-Age=0(;|$)/.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return { status: response.status, text: await response.text(), headers: response.headers, cookies };
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse((await this.get(path)).text) as unknown;
  }
}

/** Starts a server for the length of a test. */
export async function serve(listener: RequestListener): Promise<Client> {
  const server: Server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Client(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
}

/** An Express app whose errors answer with what they are, so that tests can see it. */
export function makeApp(build: (app: Express) => void, make: typeof express = express): Promise<Client> {
  const app = make();
  build(app);
  app.use(((error: Error & { status?: number; code?: string }, _req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    res.status(error.status ?? 500).json({ error: error.name, code: error.code, message: error.message });
  }) as express.ErrorRequestHandler);
  return serve(app as RequestListener); // an Express app is one
}

/** For tests in spec/sessions that are about Express or a stream, and so do not run on the fetch API. */
export const itOnExpress = it;

/** Collects the events of a channel for the length of a test. */
export function listen<K extends keyof SessionEvents>(name: K): SessionEvents[K][] {
  const seen: SessionEvents[K][] = [];
  const listener = (message: unknown): void => {
    seen.push(message as SessionEvents[K]);
  };
  subscribe(name, listener);
  onTestFinished(() => {
    unsubscribe(name, listener);
  });
  return seen;
}

type Operation = 'read' | 'create' | 'update' | 'touch' | 'delete' | 'list' | 'revoke';

/** A store in front of another one: counts commands, and lets a test step in before or after one. */
export class ProbedStore implements SessionStore {
  readonly calls: Operation[] = [];
  before: Partial<Record<Operation, () => Promise<void> | void>> = {};
  after: Partial<Record<Operation, () => Promise<void> | void>> = {};
  readonly #inner: SessionStore;

  constructor(inner: SessionStore) {
    this.#inner = inner;
  }

  read(key: string): Promise<SessionRecord | undefined> {
    return this.#run('read', () => this.#inner.read(key));
  }
  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#run('create', () => this.#inner.create(key, record));
  }
  update(key: string, record: SessionRecord, revision: number): Promise<boolean> {
    return this.#run('update', () => this.#inner.update(key, record, revision));
  }
  touch(key: string, expiresAt: number, revision: number): Promise<boolean> {
    return this.#run('touch', () => this.#inner.touch(key, expiresAt, revision));
  }
  delete(key: string): Promise<boolean> {
    return this.#run('delete', () => this.#inner.delete(key));
  }
  list(principal: string): Promise<readonly StoreEntry[]> {
    return this.#run('list', async () => (await this.#inner.list?.(principal)) ?? []);
  }
  revoke(principal: string, except: readonly string[]): Promise<number> {
    return this.#run('revoke', async () => (await this.#inner.revoke?.(principal, except)) ?? 0);
  }

  async #run<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
    this.calls.push(operation);
    const before = this.before[operation];
    const after = this.after[operation];
    await before?.();
    const result = await run();
    await after?.();
    return result;
  }
}

/** A promise to be resolved from outside. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
