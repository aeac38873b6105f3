import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { connect, type AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemoryStore, session } from 'typed-session';
import classic from 'typed-session/express-session';
import { z } from 'zod';
import { deferred, makeApp, ProbedStore, serve } from '../support/app.js';
import { TextStore, type Callback } from '../support/text-store.js';

const require = createRequire(import.meta.url);
/** Packages without types. */
const load = (name: string) => require(name);

const schema = z.object({ views: z.int().default(0) });
interface Views {
  session?: { views?: number } | null | undefined;
}
const count = (req: unknown): number => {
  const { session: mine } = req as Views;
  if (mine === null || mine === undefined) throw new Error('there is no session');
  return (mine.views = (mine.views ?? 0) + 1);
};

/** Both libraries, on a store that answers when it is told to. */
const faces = {
  'session()': () => {
    const store = new ProbedStore(new MemoryStore());
    const [reached, answer] = [deferred(), deferred()];
    store.before.create = () => {
      reached.resolve();
      return answer.promise;
    };
    const middleware = session({ schema, secret: 'keep it', store }) as unknown as RequestHandler;
    return { middleware, reached: reached.promise, answer: answer.resolve };
  },
  'the drop-in': () => {
    const [reached, answer] = [deferred(), deferred()];
    class SlowStore extends TextStore {
      override set(id: string, data: object, callback?: Callback): void {
        reached.resolve();
        void answer.promise.then(() => { super.set(id, data, callback); }); // prettier-ignore
      }
    }
    const middleware = classic({ secret: 'keep it', resave: false, saveUninitialized: false, store: new SlowStore() as never }); // prettier-ignore
    return { middleware: middleware as unknown as RequestHandler, reached: reached.promise, answer: answer.resolve };
  },
};

describe.each(Object.entries(faces))('a response of %s that is held', (_, open) => {
  it.each([
    ['express 5', express],
    ['express 4', express4],
  ] as const)('is not overtaken by connect-timeout on %s', async (_name, make) => {
    const { middleware, reached, answer } = open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const client = await makeApp((app) => {
      app.use(load('connect-timeout')(150));
      app.use(middleware);
      app.get('/', (req, res) => void res.json(count(req)));
    }, make);
    const asked = plain(client.base);
    await reached;
    vi.advanceTimersByTime(1000);
    answer();
    expect(await asked).toMatch(/^HTTP\/1.1 200 OK.*\r\n\r\n1$/s);
  });

  it('is not overtaken by a timer of the app that looks at headersSent or ends the response', async () => {
    const { middleware, reached, answer } = open();
    let timeUp = (): void => undefined;
    const client = await makeApp((app) => {
      app.use((_req, res, next) => {
        timeUp = () => {
          if (!res.headersSent) res.status(503).send('too late');
          if (!res.writableEnded) res.end('too late');
        };
        next();
      });
      app.use(middleware);
      app.get('/', (req, res) => void res.json(count(req)));
    });
    const asked = plain(client.base);
    await reached;
    timeUp();
    answer();
    expect(await asked).toMatch(/^HTTP\/1.1 200 OK.*\r\n\r\n1$/s);
  });

  it('is not overtaken by express-timeout-handler', async () => {
    const { middleware, reached, answer } = open();
    const responses: ServerResponse[] = [];
    const client = await makeApp((app) => {
      app.use(load('express-timeout-handler').handler({ timeout: 60_000 }));
      app.use((_req, res, next) => {
        responses.push(res);
        next();
      });
      app.use(middleware);
      app.get('/', (req, res) => void res.json(count(req)));
    });
    const asked = plain(client.base);
    await reached;
    responses[0]?.emit('timeout', responses[0].socket);
    answer();
    expect(await asked).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('reaches @codegenie/serverless-express whole, with its cookie', async () => {
    const { middleware, answer } = open();
    answer();
    const app = express();
    app.use(middleware);
    app.get('/', (req, res) => void res.json(count(req)));
    const handler = load('@codegenie/serverless-express')({ app });
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/',
      rawQueryString: '',
      headers: { host: 'example.com' },
      requestContext: { http: { method: 'GET', path: '/', sourceIp: '192.0.2.1' } },
      isBase64Encoded: false,
    };
    const response = await handler(event, {}, () => undefined);
    expect(response).toMatchObject({ statusCode: 200, body: '1' });
    expect(response.cookies).toHaveLength(1);
  });
});

/** One request on a socket of its own, which no timer of a test's fake clock stops; resolves to every byte. */
async function plain(base: string, path = '/', headers = ''): Promise<string> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
  let text = '';
  for await (const bytes of socket.setEncoding('latin1')) text += String(bytes);
  return text;
}

describe("a response that is not Node's", () => {
  it.each(Object.entries(faces))('(mock-res) is ended by %s, with its body and a cookie', async (_, open) => {
    const { middleware, answer } = open();
    answer();
    const response = new (load('mock-res'))() as ServerResponse & { _getString(): string };
    const request = { url: '/', originalUrl: '/', headers: {}, connection: {}, method: 'GET', socket: {} };
    const finished = once(response, 'finish');
    middleware(request as never, response as never, (error?: unknown) => {
      if (error !== undefined) throw error as Error;
      count(request);
      response.statusCode = 200;
      response.end('hello');
    });
    await finished;
    expect(response._getString()).toBe('hello');
    expect(String(response.getHeader('set-cookie'))).toMatch(/^(?:connect\.)?sid=/);
  });

  it('and has only setHeader, getHeader, and what a stream has, works as well', async () => {
    const { middleware, answer } = faces['session()']();
    answer();
    const headers = new Map<string, unknown>();
    const chunks: string[] = [];
    const response = Object.assign(new Transform({
      transform(chunk, _encoding, done) { chunks.push(String(chunk)); done(null, chunk); },
    }), {
      statusCode: 200,
      getHeader: (name: string) => headers.get(name.toLowerCase()),
      setHeader: (name: string, value: unknown) => void headers.set(name.toLowerCase(), value),
    }); // prettier-ignore
    const request = { url: '/', headers: {}, method: 'GET', socket: {} };
    const finished = once(response, 'finish');
    middleware(request as never, response as never, () => {
      count(request);
      response.write('hello ');
      response.end('world');
    });
    response.resume();
    await finished;
    expect(chunks.join('')).toBe('hello world');
    expect(headers.get('set-cookie')).toHaveLength(1);
  });
});

describe('two copies of the library in one process', () => {
  /** Another copy of the library, with modules of its own. */
  async function anotherCopy(): Promise<typeof session> {
    vi.resetModules();
    const copy = await import('../../lib/middleware.js');
    expect(copy.session).not.toBe(session);
    return copy.session;
  }

  it('keep their own sessions when a mounted app brings its own copy', async () => {
    const other = await anotherCopy();
    const panel = express.Router();
    panel.use(other({ schema, secret: 'k', name: 'panel.sid' }) as unknown as RequestHandler);
    panel.get('/', (req, res) => void res.json(count(req)));
    const client = await makeApp((app) => {
      app.use('/panel', panel);
      app.use(session({ schema, secret: 'k', name: 'sid' }) as unknown as RequestHandler);
      app.get('/', (req, res) => void res.json(count(req)));
    });
    const seen: unknown[] = [];
    for (const path of ['/', '/panel', '/', '/panel', '/panel', '/']) seen.push(await client.json(path));
    expect(seen).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('both serve one request: each stores its session and sets its cookie', async () => {
    const other = await anotherCopy();
    const first = session({ schema, secret: 'k', name: 'one' });
    const second = other({ schema, secret: 'k', name: 'two' });
    const client = await makeApp((app) => {
      app.use(first as unknown as RequestHandler, second as unknown as RequestHandler);
      app.get('/', (req, res) => {
        first.of(req).views += 1;
        second.of(req).views += 10;
        res.json([first.of(req).views, second.of(req).views, count(req) === first.of(req).views]);
      });
      app.get('/streamed', (req, res) => {
        first.of(req).views += 1;
        second.of(req).views += 10;
        res.flushHeaders();
        res.end(`${String(first.of(req).views)} ${String(second.of(req).views)}`);
      });
    });
    expect(await client.json('/')).toEqual([1, 10, true]);
    expect([...client.jar.keys()].sort()).toEqual(['one', 'two']);
    expect((await client.get('/streamed')).text).toBe('3 20');
  });

  it('change no prototype of Express', async () => {
    const members = (): unknown[] =>
      [express.request, express.response, (express4).response].map((one) => Reflect.ownKeys(one)); // prettier-ignore
    const before = members();
    const client = await makeApp((app) => {
      app.use(session({ schema, secret: 'k' }) as unknown as RequestHandler);
      app.get('/', (req, res) => void res.json(count(req)));
    });
    await client.get('/');
    expect(members()).toEqual(before);
  });
});

describe('req.session', () => {
  it.each(['keep', 'destroy'] as const)('can be deleted and set to null with unset: %s', async (unset) => {
    const store = new MemoryStore();
    const client = await makeApp((app) => {
      app.use(session({ schema, secret: 'k', unset, store }) as unknown as RequestHandler);
      app.get('/', (req, res) => void res.json(count(req)));
      app.get('/delete', (req, res) => {
        delete (req as unknown as Views).session;
        res.json((req as unknown as Views).session ?? 'gone');
      });
      app.get('/null', (req, res) => {
        (req as unknown as Views).session = null;
        res.json((req as unknown as Views).session ?? 'gone');
      });
    });
    for (const path of ['/delete', '/null']) {
      const views = await client.json('/');
      expect(await client.json(path)).toBe('gone');
      expect(await client.json('/')).toBe(unset === 'keep' ? Number(views) + 1 : 1);
    }
  });

  it('that something in front of the middleware has set stays', async () => {
    const client = await makeApp((app) => {
      app.use((req, _res, next) => {
        Object.assign(req, { session: { views: 41 } });
        next();
      });
      app.use(session({ schema, secret: 'k' }) as unknown as RequestHandler);
      app.get('/', (req, res) => void res.json(count(req)));
    });
    expect(await client.json('/')).toBe(42);
  });
});

describe('odd responses', () => {
  it('a handler that ends in a wrapped async end still gets its session stored first', async () => {
    const { middleware, reached, answer } = faces['session()']();
    const client = await makeApp((app) => {
      app.use(middleware);
      app.use((_req, res, next) => {
        const end = res.end.bind(res) as (...args: unknown[]) => unknown;
        res.end = (async (...args: unknown[]) => {
          await new Promise((resolve) => setImmediate(resolve));
          end(...args);
        }) as never;
        next();
      });
      app.get('/', (req, res) => void res.json(count(req)));
    });
    const asked = plain(client.base);
    await reached;
    answer();
    expect(await asked).toMatch(/set-cookie: .*\r\n\r\n1$/is);
  });

  it('early hints go out before the commit', async () => {
    const { middleware, reached, answer } = faces['session()']();
    const client = await makeApp((app) => {
      app.use(middleware);
      app.get('/', (req, res) => {
        res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
        res.json(count(req));
      });
    });
    const asked = plain(client.base);
    await reached;
    answer();
    expect(await asked).toMatch(/^HTTP\/1.1 103 Early Hints.*HTTP\/1.1 200 OK/s);
  });

  it('a subclass of ServerResponse that overrides write and end is called once for each', async () => {
    const { ServerResponse: Base } = await import('node:http');
    const calls: string[] = [];
    class Counting extends Base<IncomingMessage> {
      override write(...args: unknown[]): boolean {
        calls.push('write');
        return (super.write as (...all: unknown[]) => boolean)(...args);
      }
      override end(...args: unknown[]): this {
        calls.push('end');
        return (super.end as (...all: unknown[]) => this)(...args);
      }
    }
    const { middleware, answer } = faces['session()']();
    answer();
    const server = createServer({ ServerResponse: Counting }, (req, res) => {
      middleware(req as never, res as never, () => {
        count(req);
        res.write('a');
        res.end('b');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const text = await plain(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    expect(text).toMatch(/set-cookie/i);
    expect(calls).toEqual(['write', 'end']);
  });

  it('hooks of writeHead behind the session run once, and before the head is held', async () => {
    const { middleware, reached, answer } = faces['session()']();
    const heads: unknown[] = [];
    const client = await serve((req, res) => {
      middleware(req as never, res as never, () => {
        const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => ServerResponse;
        res.writeHead = (...args: unknown[]) => {
          heads.push(args);
          res.setHeader('X-Hook', 'ran');
          return writeHead(...args);
        };
        count(req);
        res.statusCode = 201;
        res.end('made');
      });
    });
    const asked = plain(client.base);
    await reached;
    expect(heads).toEqual([[201]]);
    answer();
    expect(await asked).toMatch(/^HTTP\/1.1 201 .*x-hook: ran\r\n.*content-length: 4\r\n/is);
    expect(heads).toHaveLength(1);
  });

  it('the discarded body that compression behind the session still holds is not sent in the error response', async () => {
    const store = new ProbedStore(new MemoryStore());
    store.before.create = () => {
      throw new Error('full');
    };
    const client = await makeApp((app) => {
      app.use(session({ schema, secret: 'k', store }) as unknown as RequestHandler);
      app.use(load('compression')({ threshold: 0 }));
      app.get('/', (req, res) => {
        count(req);
        res.type('text').write('discarded');
        res.end();
      });
      app.use((async (error: Error, _req: unknown, res: express.Response, _next: unknown) => {
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
        res.status(503).json(error.name);
      }) as unknown as RequestHandler);
    });
    const response = await client.get('/', { 'accept-encoding': 'gzip' });
    expect(response).toMatchObject({ status: 503, text: '"SessionStoreError"', cookies: [] });
  });
});
