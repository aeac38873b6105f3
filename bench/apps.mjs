// @ts-check
// The same small Express app with each session library, and without one.
import express from 'express';
import expressSession from 'express-session';
import { session } from 'typed-session';
import dropIn from 'typed-session/express-session';
import { payload, schema } from './payloads.mjs';

export const secret = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';
const hour = 60 * 60 * 1000;

/** @typedef {import('express').RequestHandler} Handler */
/** @typedef {{ store?: any, rolling?: boolean | undefined }} Setup */

/** Options of express-session, of which the drop-in gets the same. @param {Setup} setup @returns {any} */
const classic = ({ store, rolling = false }) => ({
  secret,
  resave: false,
  saveUninitialized: false,
  ...(store && { store }),
  ...(rolling && { rolling, cookie: { maxAge: hour } }),
});

/** The session middleware of each library, with its default options. @type {Record<string, (setup: Setup) => Handler | undefined>} */
export const middlewares = {
  bare: () => undefined,
  'express-session': (setup) => expressSession(classic(setup)),
  'typed-session': ({ store, rolling }) =>
    session({ schema, secret, ...(store && { store }), ...(rolling && { touchAfter: 0, cookie: { maxAge: hour } }) }),
  'drop-in': (setup) => dropIn(classic(setup)),
};

/** @param {import('express').Request} req @returns {any} the session of any of the libraries */
const of = (req) => req.session;

/** @typedef {Record<string, Handler>} Handlers by path */

/** @param {import('./payloads.mjs').Size} size @returns {Handlers} */
const expressSessionHandlers = (size) => ({
  '/fill': (req, res) => {
    Object.assign(of(req), payload(size));
    res.end('ok');
  },
  '/read': (req, res) => void res.end(String(of(req).views)),
  '/write': (req, res) => {
    of(req).views += 1;
    res.end('ok');
  },
  '/regenerate': (req, res, next) => {
    const { role, views, cart } = of(req);
    of(req).regenerate((/** @type {unknown} */ error) => {
      if (error) return next(error);
      Object.assign(of(req), { role, views, cart, userId: 'ann' });
      res.end('ok');
    });
  },
  // express-session has no other way to a new id.
  '/rotate': (req, res, next) => {
    const { role, views, cart, userId } = of(req);
    of(req).regenerate((/** @type {unknown} */ error) => {
      if (error) return next(error);
      Object.assign(of(req), { role, views, cart, userId });
      res.end('ok');
    });
  },
});

/** @param {import('./payloads.mjs').Size} size @returns {Handlers} */
const typedSessionHandlers = (size) => ({
  ...expressSessionHandlers(size),
  '/rotate': async (req, res) => {
    await of(req).rotate();
    res.end('ok');
  },
});

/** @type {Handlers} */
const noSession = Object.fromEntries(
  ['/fill', '/read', '/write', '/regenerate', '/rotate'].map((path) => [path, (_req, res) => void res.end('ok')]),
);

/**
 * @param {string} library a name in `middlewares`
 * @param {import('./payloads.mjs').Size} size
 * @param {Setup} [setup]
 */
export function appOf(library, size, setup = {}) {
  const make = middlewares[library];
  if (make === undefined) throw new Error(`no library ${library} (there are ${Object.keys(middlewares).join(', ')})`);
  const middleware = make(setup);
  const app = express();
  if (middleware !== undefined) app.use(middleware);
  app.get('/ignore', (_req, res) => void res.end('ok'));
  const own = library === 'typed-session' ? typedSessionHandlers(size) : expressSessionHandlers(size);
  for (const [path, handler] of Object.entries(middleware === undefined ? noSession : own)) app.get(path, handler);
  return app;
}
