// The same app on express-session, as its documentation has it: what its sessions lose is counted beside ours.
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { Express, Request, RequestHandler } from 'express';
import type { connectRedis } from './stores.js';
import { appOf, type Routes } from './routes.js';

/** What the app keeps in a session, and what express-session adds. */
interface Payload {
  user?: string;
  n?: number;
  m?: number;
  token?: string | undefined;
  cart?: string[];
  [field: string]: unknown;
  regenerate: (done: (error?: unknown) => void) => void;
  destroy: (done: (error?: unknown) => void) => void;
}

// It has no types of its own.
const expressSession = createRequire(import.meta.url)('express-session') as (options: object) => RequestHandler;

const sessionOf = (req: Request): Payload => (req as unknown as { session: Payload }).session; // as it says in its documentation

/** A new id with the same payload, as its documentation says how to. */
async function newId(req: Request): Promise<Payload> {
  const before = { ...sessionOf(req) };
  await promisify(sessionOf(req).regenerate.bind(sessionOf(req)))();
  return Object.assign(sessionOf(req), { ...before, cookie: sessionOf(req)['cookie'] });
}

/** What a client may see of a session. */
function payloadOf({ user, n = 0, m = 0, cart = [], ...others }: Payload): object {
  return { user, n, m, cart, ...others, cookie: undefined };
}

export function expressSessionApp({ store, ids }: Awaited<ReturnType<typeof connectRedis>>): Express {
  const signedIn: RequestHandler = (req, res, next) => {
    if (sessionOf(req).user === undefined) res.status(401).json({});
    else next();
  };
  /** A handler that changes the session and says no more. */
  const change = (make: (session: Payload, req: Request) => void): RequestHandler => (req, res) => {
    make(sessionOf(req), req);
    res.json({});
  }; // prettier-ignore
  /** The ids of a user's sessions: it takes a walk through all of them. */
  const idsOf = async (user: string): Promise<string[]> => {
    const all = await Promise.all(
      (await ids()).map(async (id) => [id, (await store.get(id)) as Payload | null] as const),
    );
    return all.filter(([, one]) => one?.user === user).map(([id]) => id);
  };

  const routes: Routes = {
    read: (req, res) => {
      res.json(payloadOf(sessionOf(req)));
    },
    visit: change((session) => {
      session.n ??= 0;
    }),
    login: async (req, res) => {
      const session = await newId(req);
      session.user = String(req.params['user']);
      res.json({});
    },
    increment: (req, res) => {
      const session = sessionOf(req);
      session.n = (session.n ?? 0) + 1;
      res.json({ n: session.n });
    },
    add: change((session) => {
      session.m = (session.m ?? 0) + 1;
    }),
    field: change((session, { params }) => {
      session[`f${String(params['at'])}`] = Number(params['value']);
    }),
    same: change((session, { params }) => {
      session['same'] = String(params['value']);
    }),
    cart: change((session, { params }) => {
      (session.cart ??= []).push(String(params['sku']));
    }),
    token: change((session, { params }) => {
      session.token = String(params['value']);
    }),
    take: (req, res) => {
      const session = sessionOf(req);
      const { token } = session;
      delete session.token;
      res.json({ token });
    },
    touch: change(() => undefined), // it touches at every request
    rotate: async (req, res) => {
      await newId(req);
      res.json({});
    },
    logout: async (req, res) => {
      await promisify(sessionOf(req).destroy.bind(sessionOf(req)))();
      res.clearCookie('connect.sid').json({});
    },
    revoke: async (req, res) => {
      const ids = await idsOf(sessionOf(req).user ?? '');
      const own = req.query['others'] === undefined ? undefined : (req as unknown as { sessionID: string }).sessionID; // as its documentation has it
      for (const id of ids) if (id !== own) await store.destroy(id);
      res.json({ ended: ids.length });
    },
    list: async (req, res) => {
      const { user = '' } = sessionOf(req);
      res.json({ users: (await idsOf(user)).map(() => user) });
    },
    record: async (req, res) => {
      const found: unknown = await store.get(String(req.params['id']));
      res.json({ isLive: found !== null && found !== undefined });
    },
    sessionsOf: async (req, res) => {
      res.json({ count: (await idsOf(String(req.params['user']))).length });
    },
  };
  const sessions = expressSession({
    store,
    secret: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1',
    resave: false,
    saveUninitialized: false,
  });
  return appOf(routes, { sessions, look: sessionOf, signedIn });
}
