// The app of the stress program, on a store of typed-session's.
import type { Express } from 'express';
import { session, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { keyOf } from '../../lib/stores/store-key.js';
import { appOf, CAP, type Routes } from './routes.js';

const schema = z.object({
  user: z.string().optional(),
  n: z.int().default(0),
  m: z.int().default(0),
  f0: z.int().default(0),
  f1: z.int().default(0),
  f2: z.int().default(0),
  f3: z.int().default(0),
  f4: z.int().default(0),
  f5: z.int().default(0),
  same: z.string().optional(),
  token: z.string().optional(),
  cart: z.array(z.string()).default([]),
});

/** The options of the app's sessions, on whichever host. */
export function optionsOn(store: SessionStore) {
  return {
    schema,
    store,
    secret: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1',
    name: 'connect.sid',
    principal: 'user' as const,
    // Every request that changes nothing is a touch, where a touch cannot write over a logout.
    ...(store.layout === undefined ? { touchAfter: 0 } : undefined),
    ...(store.list !== undefined ? { maxSessionsPerPrincipal: CAP } : undefined),
    merge: {
      m: (base: number, mine: number, theirs: number) => mine + theirs - base,
      cart: (base: string[], mine: string[], theirs: string[]) => [
        ...theirs,
        ...mine.filter((sku) => !base.includes(sku) && !theirs.includes(sku)),
      ],
    },
  };
}

const sessionsOn = (store: SessionStore) => session(optionsOn(store));

/** The sessions that the routes use. */
export type StressSessions = ReturnType<typeof sessionsOn>;

export function typedSessionApp(store: SessionStore): Express {
  const sessions = sessionsOn(store);
  return appOf(routesOf(sessions, store), {
    sessions: (req, res, next) => {
      sessions(req, res, next);
    },
    look: sessions.of,
    signedIn: sessions.requireSession('user'),
  });
}

export function routesOf(sessions: StressSessions, store: SessionStore): Routes {
  return {
    read: (req, res) => {
      res.json(sessions.of(req));
    },
    visit: async (req, res) => {
      await sessions.of(req).save();
      res.json({});
    },
    login: (req, res) => {
      sessions.of(req).user = String(req.params['user']);
      res.json({});
    },
    increment: async (req, res) => {
      await sessions.of(req).update((latest) => {
        latest.n += 1;
      });
      res.json({ n: sessions.of(req).n });
    },
    add: (req, res) => {
      sessions.of(req).m += 1;
      res.json({});
    },
    field: (req, res) => {
      sessions.of(req)[`f${req.params['at'] as '0'}`] = Number(req.params['value']);
      res.json({});
    },
    same: (req, res) => {
      sessions.of(req).same = String(req.params['value']);
      res.json({});
    },
    cart: (req, res) => {
      sessions.of(req).cart.push(String(req.params['sku']));
      res.json({});
    },
    token: (req, res) => {
      sessions.of(req).token = String(req.params['value']);
      res.json({});
    },
    take: async (req, res) => {
      res.json({ token: await sessions.of(req).take('token') });
    },
    touch: async (req, res) => {
      await sessions.of(req).touch();
      res.json({});
    },
    rotate: async (req, res) => {
      await sessions.of(req).rotate();
      res.json({});
    },
    logout: async (req, res) => {
      await sessions.of(req).destroy();
      res.json({});
    },
    revoke: async (req, res) => {
      const { user = '' } = sessions.of(req);
      res.json({ ended: await sessions.revoke(user, req.query['others'] === undefined ? {} : { except: req }) });
    },
    list: async (req, res) => {
      const { user = '' } = sessions.of(req);
      const listed = await sessions.list(user, { current: req });
      res.json({ users: listed.map(({ payload }) => payload?.user) });
    },
    record: async (req, res) => {
      const id = String(req.params['id']);
      const record = await store.read(store.layout === undefined ? keyOf(id, 'connect.sid') : id);
      res.json({ isLive: record !== undefined && record.forwardTo === undefined });
    },
    sessionsOf: async (req, res) => {
      const listed = store.list !== undefined ? await sessions.list(String(req.params['user'])) : undefined;
      res.json({ count: listed?.length });
    },
  };
}
