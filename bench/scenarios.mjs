// @ts-check
// The same small app with each session library, and without one.
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

const secret = 'only for measuring';
const hour = 60 * 60 * 1000;
const theirs = { secret, resave: false, saveUninitialized: false };

/** @type {Record<string, import('express').RequestHandler | undefined>} */
const middlewares = {
  bare: undefined,
  'express-session': expressSession(theirs),
  'typed-session': session({ schema, secret }),
  'express-session rolling': expressSession({ ...theirs, rolling: true, cookie: { maxAge: hour } }),
  'typed-session rolling': session({ schema, secret, touchAfter: 0, cookie: { maxAge: hour } }),
  'typed-session on demand': session({ schema, secret, load: 'demand' }),
};

/** @param {string} name */
function build(name) {
  const app = express();
  const middleware = middlewares[name];
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

export const apps = Object.fromEntries(Object.keys(middlewares).map((name) => [name, build(name)]));

/** What is measured: [name, path, with a session's cookie, its goal as a part of express-session's overhead, the two apps]. */
export const scenarios = /** @type {const} */ ([
  ['anonymous', '/ignore', false, 0.08, 'express-session', 'typed-session'],
  ['session ignored', '/ignore', true, 0.08, 'express-session', 'typed-session'],
  ['ignored, on demand', '/ignore', true, 0.03, 'express-session', 'typed-session on demand'],
  ['read', '/read', true, 0.22, 'express-session', 'typed-session'],
  ['rolling', '/ignore', true, 0.12, 'express-session rolling', 'typed-session rolling'],
  ['write', '/write', true, 0.3, 'express-session', 'typed-session'],
  ['write deep inside', '/deep', true, 0.3, 'express-session', 'typed-session'],
  ['login', '/login', true, 0.35, 'express-session', 'typed-session'],
]);
