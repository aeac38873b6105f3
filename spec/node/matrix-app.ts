import express from 'express';
import express4 from 'express4';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { MemoryStore, session } from 'typed-session';
import classic from 'typed-session/express-session';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { ProbedStore } from '../support/app.js';
import type { Middleware, Wrapper } from './wrappers.js';
import { ways, type Response } from './ways.js';

/** What happens to the session: it begins and is stored, it is touched, or the visitor has none. */
export const states = ['stored', 'touched', 'untouched'] as const;
export type State = (typeof states)[number];

/** Which middleware gives the request its session. */
export type Library = 'session()' | 'the drop-in' | 'express-session';

export type Place = 'in front' | 'behind' | 'on both sides';

export interface Setup {
  readonly version: 4 | 5;
  readonly library: Library;
  readonly wrapper?: Wrapper | undefined;
  readonly place?: Place;
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
};

function sessions(library: Library): Middleware {
  const options = { secret: 'keep it', resave: false, saveUninitialized: false };
  if (library === 'the drop-in') return classic(options);
  if (library === 'express-session') {
    return (createRequire(import.meta.url)('express-session') as (given: object) => Middleware)(options);
  }
  const store = new ProbedStore(new MemoryStore());
  store.before = { create: turns, update: turns, touch: turns };
  const schema = z.object({ views: z.int().default(0) });
  return session({ schema, secret: 'keep it', store, touchAfter: 0, cookie: { maxAge: 3_600_000 } });
}

/** A server with one route for each way and each state of the session. */
export async function openMatrix({ version, library, wrapper, place }: Setup) {
  const app = (version === 5 ? express : express4)();
  app.set('env', 'test');
  app.set('etag', false);
  const wrap = (): void => {
    if (wrapper !== undefined) app.use(wrapper.make() as express.RequestHandler);
  };
  const waiting = new Map<string, () => void>();
  if (place !== 'behind') wrap();
  app.use(sessions(library) as express.RequestHandler);
  if (place === 'behind' || place === 'on both sides') wrap();
  for (const way of ways) {
    app.get(`/${ways.indexOf(way)}/:state`, (req, res: Response, next) => {
      const mine = (req as unknown as { session: { views?: number } }).session;
      if (req.params.state === 'stored') mine.views = (mine.views ?? 0) + 1;
      const seen = new Promise<void>((resolve) => waiting.set(req.url, resolve));
      Promise.resolve(way.send(res, seen)).catch(next);
    });
  }
  const server = createServer(app as unknown as Parameters<typeof createServer>[1] & object);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, cookie = '', seen?: (text: string) => void): Promise<Seen> =>
    receive({ port, path, cookie, encoding: wrapper?.encoding, seen });
  const begun = ask(pathOf('json', 'stored'));
  return {
    /** One request of this way; resolves to what the client has received. */
    ask: async (name: string, state: State): Promise<Seen> => {
      const path = pathOf(name, state);
      return ask(path, state === 'touched' ? (await begun).cookie : '', (text) => {
        if (text.includes('first')) waiting.get(path)?.();
      });
    },
  };
}

function pathOf(name: string, state: State): string {
  return `/${ways.findIndex((way) => way.name === name)}/${state}`;
}

/** What a client saw of a response. */
export interface Seen {
  readonly body: string;
  readonly cookie: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly port: number;
  readonly path: string;
  readonly cookie: string;
  readonly encoding: string | undefined;
  readonly seen: ((text: string) => void) | undefined;
}

async function receive({ port, path, cookie, encoding, seen }: Asked): Promise<Seen> {
  const headers = { ...(cookie && { cookie }), ...(encoding && { 'accept-encoding': encoding }) };
  const request = get({ port, host: '127.0.0.1', path, headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { 'content-encoding': coded, 'set-cookie': cookies = [] } = response.headers;
  const decoded =
    coded === 'br' ? response.pipe(createBrotliDecompress()) : coded === 'gzip' ? response.pipe(createGunzip()) : response; // prettier-ignore
  response.on('error', (error) => decoded.destroy(error));
  let body = '';
  decoded.setEncoding('utf8');
  for await (const text of decoded) {
    body += String(text);
    seen?.(body);
  }
  return { body, cookie: cookies[0]?.split(';', 1)[0] ?? '', headers: response.headers };
}
