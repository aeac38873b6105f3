// @ts-check
// The same small app with each session library, and without one, on a store of its own kind each.
import express from 'express';
import expressSession from 'express-session';
import { z } from 'zod';
import { session } from 'typed-session';

process.env['NO_DEPRECATION'] = 'express-session';

/** About 2 kB of payload as JSON. */
const cart = Array.from({ length: 28 }, (_, i) => ({
  sku: `sku-${i}-of-the-shop`,
  name: `A thing, number ${i}`,
  qty: i + 1,
}));

const schema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  views: z.int().default(0),
  cart: z.array(z.object({ sku: z.string(), name: z.string(), qty: z.int().positive() })).default([]),
});

const secret = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';
const hour = 60 * 60 * 1000;

/** @typedef {{ theirs?: any, ours?: any }} Stores a store for each library; each its own MemoryStore where there is none */

/** @param {Stores} stores @returns {Record<string, import('express').RequestHandler | undefined>} */
const middlewaresOn = ({ theirs: theirStore, ours: store }) => {
  const theirs = { secret, resave: false, saveUninitialized: false, ...(theirStore && { store: theirStore }) };
  return {
    bare: undefined,
    'express-session': expressSession(theirs),
    'typed-session': session({ schema, secret, store }),
    'express-session rolling': expressSession({ ...theirs, rolling: true, cookie: { maxAge: hour } }),
    'typed-session rolling': session({ schema, secret, store, touchAfter: 0, cookie: { maxAge: hour } }),
    'typed-session on demand': session({ schema, secret, store, load: 'demand' }),
  };
};

/** @param {import('express').RequestHandler | undefined} middleware */
function build(middleware) {
  const app = express();
  if (middleware !== undefined) app.use(middleware);
  app.get('/ignore', (_req, res) => void res.end('ok'));
  if (middleware === undefined) {
    for (const path of ['/fill', '/read', '/write', '/deep', '/login'])
      app.get(path, (_req, res) => void res.end('ok'));
    return app;
  }
  /** @param {import('express').Request} req @returns {any} both libraries' session */
  const of = (req) => req.session;
  app.get('/fill', (req, res) => {
    Object.assign(of(req), { cart: JSON.parse(JSON.stringify(cart)), views: 0, userId: 'ann' });
    res.end('ok');
  });
  app.get('/read', (req, res) => void res.end(String(of(req).views)));
  app.get('/write', (req, res) => {
    of(req).views += 1;
    res.end('ok');
  });
  app.get('/deep', (req, res) => {
    of(req).cart[3].qty += 1;
    res.end('ok');
  });
  app.get('/login', (req, res, next) => {
    const { role, views, cart: kept } = of(req);
    of(req).regenerate((/** @type {unknown} */ error) => {
      if (error) return next(error);
      Object.assign(of(req), { role: role ?? 'user', views, cart: kept, userId: 'ann' });
      res.end('ok');
    });
  });
  return app;
}

/** The apps, by name. @param {Stores} stores */
export function appsOn(stores) {
  return Object.fromEntries(
    Object.entries(middlewaresOn(stores)).map(([name, middleware]) => [name, build(middleware)]),
  );
}

/** The goals, as a part of express-session's overhead, by kind of store. */
const goals = {
  memory: { anonymous: 0.08, ignored: 0.08, demand: 0.03, read: 0.22, rolling: 0.12, write: 0.3, login: 0.35 },
  redis: { anonymous: 0.08, ignored: 0.3, demand: 0.05, read: 0.3, rolling: 0.45, write: 0.45, login: 0.4 },
  postgres: { anonymous: 0.08, ignored: 0.35, demand: 0.05, read: 0.35, rolling: 0.55, write: 0.55, login: 0.55 },
};

/** What is measured: [name, path, with a session's cookie, its goal, the two apps]. @param {keyof goals} kind */
export function scenariosOn(kind) {
  const goal = goals[kind];
  return /** @type {const} */ ([
    ['anonymous', '/ignore', false, goal.anonymous, 'express-session', 'typed-session'],
    ['session ignored', '/ignore', true, goal.ignored, 'express-session', 'typed-session'],
    ['ignored, on demand', '/ignore', true, goal.demand, 'express-session', 'typed-session on demand'],
    ['read', '/read', true, goal.read, 'express-session', 'typed-session'],
    ['rolling', '/ignore', true, goal.rolling, 'express-session rolling', 'typed-session rolling'],
    ['write', '/write', true, goal.write, 'express-session', 'typed-session'],
    ['write deep inside', '/deep', true, goal.write, 'express-session', 'typed-session'],
    ['login', '/login', true, goal.login, 'express-session', 'typed-session'],
  ]);
}
