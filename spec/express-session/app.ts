import type { RequestListener } from 'node:http';
import { inherits } from 'node:util';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Session } from '../../lib/express-session/drop-in-session.js';
import { serve, type Client } from '../support/app.js';
import { middleware, type Face, type Options } from './faces.js';

/** The request as express-session's users know it. */
export type Req = Omit<Request, 'session'> & { session: Session; sessionID: string; sessionStore: object };
export type Handlers = Record<string, (req: Req, res: express.Response) => unknown>;

/** Counts the views of a session. */
export const view = (req: Req): number =>
  (req.session['views'] = ((req.session['views'] as number | undefined) ?? 0) + 1);

/** A store as the oldest of them were made: a function, by util.inherits, with callbacks at once. */
export function storeOf(face: Face) {
  interface Old {
    sessions: Record<string, string>;
    calls: string[];
  }
  function OldStore(this: Old): void {
    face.Store.call(this);
    this.sessions = {};
    this.calls = [];
  }
  inherits(OldStore, face.Store);
  const methods: ThisType<Old> & object = {
    get(id: string, done: (error: unknown, found?: unknown) => void) {
      this.calls.push('get');
      const text = this.sessions[id];
      done(null, text === undefined ? undefined : JSON.parse(text));
    },
    set(id: string, session: object, done?: () => void) {
      this.calls.push('set');
      this.sessions[id] = JSON.stringify(session);
      done?.();
    },
    destroy(id: string, done?: () => void) {
      this.calls.push('destroy');
      Reflect.deleteProperty(this.sessions, id);
      done?.();
    },
  };
  Object.assign(OldStore.prototype as object, methods);
  return new (OldStore as unknown as new () => Old & InstanceType<Face['Store']>)();
}

export interface Setup extends Options {
  readonly before?: RequestHandler;
  readonly make?: typeof express;
  readonly at?: string;
}

/** An app whose errors are collected, and answered where that is possible. */
export async function open(
  face: Face,
  { before, make = express, at, ...options }: Setup,
  handlers: Handlers = {},
): Promise<{ client: Client; errors: unknown[] }> {
  const errors: unknown[] = [];
  const app: Express = make();
  if (before) app.use(before);
  if (at === undefined) app.use(middleware(face, options));
  else app.use(at, middleware(face, options));
  const all: Handlers = {
    '/': (req, res) => res.json({ ...req.session, cookie: undefined }),
    '/view': (req, res) => res.json(view(req)),
    ...handlers,
  };
  for (const [path, handler] of Object.entries(all)) app.get(path, handler as unknown as RequestHandler); // the session is express-session's
  app.use(((error, _req, res, next) => {
    errors.push(error);
    if (res.headersSent) return; // told a second time, after the response
    if (next !== undefined) res.status(500).send(error instanceof Error ? error.message : 'failed');
  }) as ErrorRequestHandler);
  return { client: await serve(app as RequestListener), errors };
}

/** Lets what was put off with setImmediate happen. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
