// @ts-check
// The floor: a signed id and a Map of live objects, written by hand. It validates, serializes, and expires nothing.
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { expressApp } from './express-app.mjs';
import { payload } from './payloads.mjs';

const key = createSecretKey(randomBytes(32));

/** @param {string} id */
const mac = (id) => createHmac('sha256', key).update(id).digest('base64url');

/** @param {string | undefined} header */
function verifiedId(header) {
  if (!header?.startsWith('sid=')) return undefined;
  const dot = header.indexOf('.');
  const id = header.slice(4, dot);
  const [given, expected] = [Buffer.from(header.slice(dot + 1)), Buffer.from(mac(id))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined;
}

/** @param {import('express').Response} res @param {string} id */
const send = (res, id) => res.setHeader('Set-Cookie', `sid=${id}.${mac(id)}; Path=/; HttpOnly; Secure; SameSite=Lax`);

/** @param {import('./payloads.mjs').Size} size @param {boolean} [rolling] */
export function hmacMap(size, rolling = false) {
  /** @type {Map<string, any>} */
  const sessions = new Map();
  /** @type {import('./express-app.mjs').Handler} */
  const middleware = (req, res, next) => {
    const id = verifiedId(req.headers.cookie);
    if (id !== undefined) {
      Object.assign(req, { id, session: sessions.get(id) });
      if (rolling) send(res, id);
    }
    next();
  };
  /** @param {any} session @param {import('express').Response} res */
  const create = (session, res) => {
    const id = randomBytes(24).toString('base64url');
    sessions.set(id, session);
    send(res, id);
    res.end('ok');
  };
  /** @type {import('./express-app.mjs').Handler} */
  const login = (req, res) => {
    const { id, session } = /** @type {any} */ (req);
    sessions.delete(id);
    create({ ...session, userId: 'ann' }, res);
  };
  return expressApp(middleware, {
    '/fill': (_req, res) => create(payload(size), res),
    '/read': (req, res) => void res.end(/** @type {any} */ (req).session.userId.trim()),
    '/write': (req, res) => {
      /** @type {any} */ (req).session.views += 1;
      res.end('ok');
    },
    '/regenerate': login,
    '/rotate': login,
  });
}
