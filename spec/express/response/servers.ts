import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as http2 from 'node:http2';
import { connect as connectSocket, type AddressInfo, type Server, type Socket } from 'node:net';
import express from 'express';
import express4 from 'express4';
import { expect, onTestFinished } from 'vitest';
import { MemoryStore, session, type Session } from 'typed-session';
import { z } from 'zod';
import { deferred, ProbedStore } from '../../support/app.js';

export const schema = z.object({ views: z.int().default(0), note: z.string().optional() });

export type Kind = 'node:http' | 'node:http2' | 'Express 5' | 'Express 4';
export const http1Kinds = ['node:http', 'Express 5', 'Express 4'] as const;
export const expressKinds = ['Express 5', 'Express 4'] as const;
export const kinds = [...http1Kinds, 'node:http2'] as const;

/** What a handler is given besides its request and response. */
export interface Here {
  /** Changes the session, where there is one. */
  change(): void;
  /** The session; throws where the server has none. */
  readonly mine: Session<typeof schema>;
  /** Keeps what a test wants to compare. */
  note(...what: unknown[]): void;
  /** Keeps what happens by itself: an event, a callback. */
  happened(what: unknown): void;
}

/** Of the two kinds of response the handlers use what they share, and Express's `res.json` and the like on Express. */
export type Handler = (req: IncomingMessage, res: express.Response, here: Here) => unknown;
type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

export interface Setup {
  /** Whether there is session middleware at all. */
  readonly sessions?: boolean;
  readonly onError?: (error: Error) => void;
  /** Middleware before the session's, and after it. */
  readonly before?: Middleware;
  readonly after?: Middleware;
  /** What the error handler does, and the status it leaves, before it answers. */
  readonly onAnswerError?: (error: unknown, here: Here, res: ServerResponse) => void;
  /** Whether Express's own final handler is to answer errors. */
  readonly finalHandler?: boolean;
}

/** A server for the length of a test, with all that happens in it. */
export interface Running {
  readonly port: number;
  readonly server: Server;
  readonly store: ProbedStore;
  readonly memory: MemoryStore;
  readonly notes: unknown[][];
  readonly events: unknown[];
  /** The errors that came to `next`, or were thrown by a bare server's handler. */
  readonly errors: unknown[];
  /** What was thrown outside of any handler. */
  readonly stray: unknown[];
  /** The sockets, as the server sees them. */
  readonly sockets: Socket[];
  /** The responses, in the order of their requests. */
  readonly responses: ServerResponse[];
  /** Resolves when this many responses have closed. */
  closed(count?: number): Promise<void>;
  /** Keeps the store from answering, from the next of these commands on. */
  hold(command?: 'create' | 'update'): { readonly reached: Promise<void>; readonly resolve: () => void };
}

export async function run(kind: Kind, handler: Handler, setup: Setup = {}): Promise<Running> {
  const memory = new MemoryStore();
  const store = new ProbedStore(memory);
  const sessions = session({
    schema,
    secret: 's',
    name: 'connect.sid',
    store,
    ...(setup.onError && { onError: setup.onError }),
  });
  const notes: unknown[][] = [];
  const events: unknown[] = [];
  const errors: unknown[] = [];
  const stray: unknown[] = [];
  const sockets: Socket[] = [];
  const responses: ServerResponse[] = [];
  let closes = 0;
  let onClose = (): void => undefined;
  const hasSession = setup.sessions !== false;

  const watch: Middleware = (_req, res, next) => {
    responses.push(res);
    res.once('close', () => {
      closes++;
      onClose();
    });
    next();
  };
  const none: Middleware = (_req, _res, next) => {
    next();
  };
  const chain = [watch, setup.before ?? none, hasSession ? (sessions as Middleware) : none, setup.after ?? none];
  const hereOf = (req: IncomingMessage): Here => ({
    change: () => {
      if (hasSession) sessions.of(req).views += 1;
    },
    get mine() {
      return sessions.of(req);
    },
    note: (...what) => notes.push(what),
    happened: (what) => events.push(what),
  });
  const answer = (req: IncomingMessage, res: ServerResponse): unknown =>
    handler(req, res as express.Response, hereOf(req));
  const prepareError = (error: unknown, req: IncomingMessage, res: ServerResponse): void => {
    res.statusCode = (error as { status?: number }).status ?? 500;
    setup.onAnswerError?.(error, hereOf(req), res);
  };

  let server: Server;
  if (kind === 'Express 5' || kind === 'Express 4') {
    const app = (kind === 'Express 5' ? express : express4)();
    for (const middleware of chain) app.use(middleware as express.RequestHandler);
    app.use((req, res) => answer(req, res));
    app.use(((error: Error, req, res, next) => {
      errors.push(error);
      if (res.headersSent || setup.finalHandler === true) next(error);
      else {
        prepareError(error, req, res);
        res.json({ error: error.name });
      }
    }) as express.ErrorRequestHandler);
    app.set('env', 'test');
    server = createServer(app as unknown as Parameters<typeof createServer>[1] & object);
  } else {
    const bare = (req: IncomingMessage, res: ServerResponse): void => {
      const step = (at: number, error?: unknown): void => {
        const middleware = chain[at];
        if (error === undefined && middleware !== undefined) {
          middleware(req, res, (e) => {
            step(at + 1, e);
          });
          return;
        }
        const fail = (e: unknown): void => {
          errors.push(e);
          if (res.headersSent) {
            res.destroy();
            return;
          }
          prepareError(e, req, res);
          res.end((e as Error).name);
        };
        if (error !== undefined) {
          fail(error);
          return;
        }
        Promise.resolve()
          .then(() => answer(req, res))
          .catch(fail);
      };
      step(0);
    };
    server = kind === 'node:http' ? createServer(bare) : http2.createServer(bare as never);
  }
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const onStray = (error: unknown): void => {
    stray.push(error);
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await new Promise((resolve) => setImmediate(resolve)); // Node tells of unhandled rejections by then
    process.off('unhandledRejection', onStray);
    process.off('uncaughtException', onStray);
    expect(stray).toEqual([]);
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    store,
    memory,
    notes,
    events,
    errors,
    stray,
    sockets,
    responses, // prettier-ignore
    closed: async (count = 1) => {
      while (closes < count) {
        await new Promise<void>((resolve) => {
          onClose = resolve;
        });
      }
    },
    hold: (command = 'create') => {
      const reached = deferred();
      const held = deferred();
      store.before[command] = () => {
        reached.resolve();
        return held.promise;
      };
      return { reached: reached.promise, resolve: held.resolve };
    },
  };
}

/** A client on a bare socket, which sees every byte. */
export class RawClient {
  readonly socket: Socket;
  text = '';
  readonly ended: Promise<void>;
  #changed = (): void => undefined;

  constructor(port: number) {
    this.socket = connectSocket(port, '127.0.0.1');
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.text += text;
      this.#changed();
    });
    this.socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.socket.once('close', () => {
        resolve();
        this.#changed();
      });
    });
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(path = '/', { method = 'GET', keepAlive = false, headers = '' } = {}): void {
    const connection = keepAlive ? '' : 'Connection: close\r\n';
    this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${connection}${headers}\r\n`);
  }

  /** Waits until the server has sent this. */
  async saw(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.socket.destroyed) throw new Error(`closed after: ${this.text}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

/** One request on a bare socket; resolves to every byte of the response. */
export async function raw(port: number, options: Parameters<RawClient['send']>[1] = {}, path = '/'): Promise<string> {
  const client = new RawClient(port);
  client.send(path, options);
  await client.ended;
  return client.text;
}

/** What a response says but for what may differ with a session. */
export function comparable(text: string): string {
  return text.replace(/^(?:date|set-cookie|cache-control): .*\r\n/gim, '');
}

export interface Answer2 {
  readonly headers: http2.IncomingHttpHeaders;
  readonly trailers: http2.IncomingHttpHeaders;
  readonly body: string;
  readonly code: number;
}

export function connect2(port: number): http2.ClientHttp2Session {
  const client = http2.connect(`http://127.0.0.1:${String(port)}`);
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.destroy();
  });
  return client;
}

/** One request by HTTP/2. */
export async function ask2(port: number, method = 'GET'): Promise<Answer2> {
  const stream = connect2(port).request({ ':method': method, ':path': '/' });
  let headers: http2.IncomingHttpHeaders = {};
  let trailers: http2.IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  stream.on('response', (got) => (headers = got));
  stream.on('trailers', (got: http2.IncomingHttpHeaders) => (trailers = got));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.once('close', resolve));
  return { headers, trailers, body: Buffer.concat(chunks).toString('latin1'), code: stream.rstCode };
}

/** One request, by whatever the server speaks, as text that can be compared. */
export async function ask(kind: Kind, port: number, method = 'GET'): Promise<string> {
  if (kind !== 'node:http2') return comparable(await raw(port, { method }));
  const { headers, trailers, body, code } = await ask2(port, method);
  const shown = Object.entries(headers).filter(([name]) => !['date', 'set-cookie', 'cache-control'].includes(name));
  return JSON.stringify({ headers: shown, trailers, body, code });
}
