import type { RequestHandler } from 'express';
import { MemoryStore, session, type SessionMiddleware, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { deferred, makeApp, ProbedStore, type Client } from './app.js';

export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const schema = z.object({
  userId: z.string().optional(),
  views: z.int().default(0),
  notice: z.string().optional(),
  cart: z.array(z.object({ sku: z.string(), qty: z.int().positive() })).default([]),
  lastLogin: isoDate.optional(),
});

export type Options = Partial<Omit<Parameters<typeof session<typeof schema>>[0], 'schema' | 'store'>> & {
  readonly store?: SessionStore | undefined;
};

/** What a test may do with the session of a request: the handlers of its app, by path. */
export type Handlers = (sessions: SessionMiddleware<typeof schema>) => Readonly<Record<string, RequestHandler>>;

export interface Shop {
  readonly client: Client;
  readonly store: ProbedStore;
  readonly memory: SessionStore;
  readonly sessions: SessionMiddleware<typeof schema>;
}

/** An app with one session, its store under watch, and a handler for each path. */
export async function openShop(handlers: Handlers, options: Options = {}): Promise<Shop> {
  const memory = options.store ?? new MemoryStore();
  const store = new ProbedStore(memory);
  const sessions = session({ schema, secret: 'keep it', name: 'connect.sid', ...options, store });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => {
      res.json(sessions.of(req));
    });
    for (const [path, handler] of Object.entries(handlers(sessions))) app.get(path, handler);
  });
  return { client, store, memory, sessions };
}

/** A handler that tells when it has begun and goes on when it is told to. */
export function gate(): {
  readonly begun: Promise<void>;
  readonly open: () => void;
  readonly pass: () => Promise<void>;
} {
  const arrival = deferred();
  const opening = deferred();
  return {
    begun: arrival.promise,
    open: opening.resolve,
    pass: () => {
      arrival.resolve();
      return opening.promise;
    },
  };
}
