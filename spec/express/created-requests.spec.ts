import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import express, { type Express, type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { session } from 'typed-session';
import dropIn from 'typed-session/express-session';
import { serve } from '../support/app.js';

const secret = 'a secret of at least 32 bytes, for the tests';
interface Cookie {
  secure?: boolean | 'auto';
}
interface Options {
  cookie?: Cookie;
  proxy?: boolean;
}

/** Both adapters for Express. */
const adapters: Readonly<Record<string, (options?: Options) => RequestHandler>> = {
  'session()': (options = {}) =>
    session({ schema: z.object({ views: z.int().optional() }), secret, name: 'sid', ...options }) as RequestHandler,
  'the drop-in': (options = {}) =>
    dropIn({ secret, resave: false, saveUninitialized: false, name: 'sid', ...options }) as RequestHandler,
};

/** Express of both majors, and no Express at all. */
const frameworks: Readonly<Record<string, typeof express | undefined>> = {
  'Express 5': express,
  'Express 4': express4,
  'bare Node': undefined,
};

function count(request: object): string {
  const { session } = request as { session: { views?: number } };
  session.views = (session.views ?? 0) + 1;
  return String(session.views);
}

function listenerOf(make: typeof express | undefined, ...before: RequestHandler[]): Express {
  if (make !== undefined) {
    const app = make();
    app.use(...before);
    app.get('/', (req, res) => res.end(count(req)));
    return app;
  }
  const bare = (request: object, response: ServerResponse, at = 0): void => {
    const next = before[at];
    if (next === undefined) response.end(count(request));
    else {
      next(request as never, response as never, (error?: unknown) => {
        if (error === undefined) bare(request, response, at + 1);
        else response.writeHead(500).end(error instanceof Error ? error.message : 'failed');
      });
    }
  };
  return ((request: object, response: ServerResponse) => { bare(request, response); }) as unknown as Express; // prettier-ignore
}

const all = Object.keys(adapters).flatMap((name) => Object.keys(frameworks).map((on) => [name, on] as const));

describe.each(all)('%s on %s', (name, on) => {
  const adapter = (options?: Options): RequestHandler => {
    const make = adapters[name];
    if (make === undefined) throw new Error(`there is no adapter ${name}`);
    return make(options);
  };

  /** What a middleware in front of the session may do to a request that Node has received, with the cookie to be sent. */
  const edits: Readonly<Record<string, (request: IncomingMessage, cookie: string) => void>> = {
    'a middleware writes the cookie of another header into headers': (request, cookie) => {
      request.headers.cookie = cookie;
    },
    'a middleware replaces headers': (request, cookie) => {
      request.headers = { host: 'app.example', cookie };
    },
    'rawHeaders is empty': (request, cookie) => {
      request.rawHeaders = [];
      request.headers = { cookie };
    },
    'rawHeaders is missing': (request, cookie) => {
      Object.defineProperty(request, 'rawHeaders', { value: undefined });
      request.headers = { cookie };
    },
    'headers keeps the case of its names': (request, cookie) => {
      request.rawHeaders = [];
      request.headers = { Cookie: cookie };
    },
    'headers.cookie is a list': (request, cookie) => {
      request.rawHeaders = [];
      request.headers = { cookie: ['theme=dark', cookie] as never };
    },
    'headers is a Headers': (request, cookie) => {
      request.rawHeaders = [];
      request.headers = new Headers({ cookie }) as never;
    },
  };

  it.each(Object.entries(edits))(`${name} on ${on} finds the session of the request if %s`, async (_what, edit) => {
    const before: RequestHandler = (request, _response, next) => {
      const given = request.headers['x-session'];
      if (typeof given === 'string') edit(request, given);
      next();
    };
    const client = await serve(listenerOf(frameworks[on], before, adapter()) as never);
    const first = await client.get('/');
    expect(first).toMatchObject({ status: 200, text: '1' });
    const cookie = client.cookieHeader;
    client.jar.clear();
    expect((await client.get('/', { 'x-session': cookie })).text).toBe('2');
    expect((await client.get('/')).text).toBe('1');
  });

  /** A request that was created, and not received, and what the response to it is. */
  async function visit(listener: Express, request: object): Promise<{ body: string; cookie: string | undefined }> {
    const response = new ServerResponse(request as IncomingMessage);
    const wire = new PassThrough();
    response.assignSocket(wire as unknown as Socket);
    listener(request as never, response as never);
    await once(response, 'finish');
    const [line] = [response.getHeader('set-cookie') ?? []].flat();
    const body = String((wire.read() as Buffer | null) ?? '').replace(/^.*\r\n\r\n/s, '');
    return { body, cookie: line === undefined ? undefined : String(line) };
  }

  function create(cookie?: string, more: object = {}): IncomingMessage {
    const request = new IncomingMessage(undefined as never);
    return Object.assign(request, {
      method: 'GET',
      url: '/',
      headers: cookie === undefined ? {} : { cookie },
      ...more,
    });
  }

  it(`${name} on ${on} serves a request without a socket, raw headers or a version of HTTP`, async () => {
    const listener = listenerOf(frameworks[on], adapter({ cookie: { secure: 'auto' } }));
    const first = await visit(listener, create());
    expect(first.cookie).toContain('sid=');
    expect(first.cookie).not.toContain('Secure');
    const again = create(first.cookie?.split(';', 1)[0], { httpVersion: undefined });
    expect((await visit(listener, again)).body).toContain('2');
  });

  it.runIf(frameworks[on] === undefined)(
    `${name} on ${on} begins a new session for a request whose headers are missing`, // Express itself reads them
    async () => {
      const without: RequestHandler = (request, _response, next) => {
        Object.defineProperty(request, 'headers', { value: undefined });
        next();
      };
      expect((await visit(listenerOf(undefined, without, adapter()), create())).body).toContain('1');
    },
  );

  it(`${name} on ${on} withholds a cookie with secure: true from a request without a socket`, async () => {
    const listener = listenerOf(frameworks[on], adapter({ cookie: { secure: true } }));
    expect((await visit(listener, create())).cookie).toBeUndefined();
  });

  it.each([
    ['an encrypted socket', { socket: { encrypted: true, remoteAddress: '192.0.2.1' } }, {}],
    ['a proxy that is trusted', { headers: { 'x-forwarded-proto': ['https', 'http'] } }, { proxy: true }],
    [
      'a Headers of a proxy that is trusted',
      { headers: new Headers({ 'x-forwarded-proto': 'https' }) },
      { proxy: true },
    ],
  ])(`${name} on ${on} sees that a created request is secure by %s`, async (_by, more, options) => {
    const listener = listenerOf(frameworks[on], adapter({ cookie: { secure: true }, ...options }));
    expect((await visit(listener, create(undefined, more))).cookie).toContain('Secure');
  });
});
