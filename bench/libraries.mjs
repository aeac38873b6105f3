// @ts-check
// The libraries that are compared. Those that this repository installs anyway are here; the others are in
// `bench/libraries`, which has a package.json of its own.
import { createRequire } from 'node:module';
import expressSession from 'express-session';
import { session } from 'typed-session';
import dropIn from 'typed-session/express-session';
import { expressApp } from './express-app.mjs';
import { hmacMap } from './hmac-map.mjs';
import { payload, schema } from './payloads.mjs';

/** @typedef {import('./payloads.mjs').Size} Size */
/** @typedef {import('./express-app.mjs').Handlers} Handlers */
/** @typedef {{ store?: any, rolling?: boolean | undefined, insecure?: boolean }} Setup `insecure`: over plain HTTP */
/** @typedef {(req: import('node:http').IncomingMessage, res: import('node:http').ServerResponse) => unknown} App */

/**
 * @typedef Library
 * @property {string} [bare] the app without sessions that it is compared with; `bare` is Express
 * @property {readonly string[]} [routes] those that it can have; all if left out
 * @property {readonly Size[]} [sizes] the payloads that it can hold; all if left out
 * @property {(size: Size, setup: Setup) => App | Promise<App>} open
 */

export const secret = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';
export const hour = 60 * 60 * 1000;

/** Options of express-session, of which the drop-in gets the same. @param {Setup} setup @returns {any} */
const classic = ({ store, rolling = false }) => ({
  secret,
  resave: false,
  saveUninitialized: false,
  ...(store && { store }),
  ...(rolling && { rolling, cookie: { maxAge: hour } }),
});

/** @param {Setup} setup */
const typedSession = ({ store, rolling = false, insecure = false }) => {
  const cookie = { ...(rolling && { maxAge: hour }), ...(insecure && { secure: false }) };
  return session({ schema, secret, cookie, ...(store && { store }), ...(rolling && { touchAfter: 0 }) });
};

/** @param {import('express').Request} req @returns {any} the session of any of the libraries */
const of = (req) => req.session;

/** @param {Size} size @returns {Handlers} */
const expressSessionHandlers = (size) => {
  /** A new id, and what the session had: express-session has one way to both logins. @type {Handlers[string]} */
  const regenerate = (req, res, next) => {
    const { role, views, cart } = of(req);
    of(req).regenerate((/** @type {unknown} */ error) => {
      if (error) return next(error);
      Object.assign(of(req), { role, views, cart, userId: 'ann' });
      res.end('ok');
    });
  };
  return {
    '/fill': (req, res) => {
      Object.assign(of(req), payload(size));
      res.end('ok');
    },
    '/read': (req, res) => void res.end(of(req).userId.trim()), // fails without a session
    '/write': (req, res) => {
      of(req).views += 1;
      res.end('ok');
    },
    '/regenerate': regenerate,
    '/rotate': regenerate,
  };
};

/** @param {Size} size @returns {Handlers} */
const typedSessionHandlers = (size) => ({
  ...expressSessionHandlers(size),
  '/rotate': async (req, res) => {
    await of(req).rotate();
    res.end('ok');
  },
});

/** @returns {any} a store of memorystore, which needs to be told how often to prune */
function memorystore() {
  const Store = createRequire(import.meta.url)('memorystore')(expressSession);
  return new Store({ checkPeriod: hour });
}

/** @type {Record<string, Library>} */
const builtIn = {
  bare: { open: () => expressApp(undefined) },
  'express-session': {
    open: (size, setup) => expressApp(expressSession(classic(setup)), expressSessionHandlers(size)),
  },
  'typed-session': { open: (size, setup) => expressApp(typedSession(setup), typedSessionHandlers(size)) },
  'drop-in': {
    routes: ['anonymous', 'ignored', 'read', 'rolling', 'write', 'regenerate'],
    open: (size, setup) => expressApp(dropIn(classic(setup)), expressSessionHandlers(size)),
  },
  memorystore: {
    open: (size, setup) =>
      expressApp(expressSession(classic({ ...setup, store: memorystore() })), expressSessionHandlers(size)),
  },
  'HMAC + Map': { open: (size, { rolling }) => hmacMap(size, rolling) },
};

/** Libraries that only the bench needs, by their file in `bench/libraries`. */
export const others = ['cookie-session', 'client-sessions', 'iron-session', 'fastify', 'better-auth'];

/** @param {string} name @returns {Promise<Library>} @throws if it is not installed */
export async function libraryOf(name) {
  const found = builtIn[name];
  if (found !== undefined) return found;
  if (name === 'bare Fastify') return { open: (await import('./libraries/fastify.mjs')).bareFastify };
  if (!others.includes(name)) throw new Error(`no library ${name} (there are ${[...Object.keys(builtIn), ...others].join(', ')})`); // prettier-ignore
  return (await import(`./libraries/${name}.mjs`)).default;
}
