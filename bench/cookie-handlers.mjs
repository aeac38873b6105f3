// @ts-check
// The handlers of the libraries that keep the whole session in the cookie.
import { payload } from './payloads.mjs';

/** @param {import('./payloads.mjs').Size} size @returns {import('./express-app.mjs').Handlers} */
export const cookieHandlers = (size) => ({
  '/fill': (/** @type {any} */ req, res) => {
    Object.assign(req.session, payload(size));
    res.end('ok');
  },
  '/read': (/** @type {any} */ req, res) => void res.end(req.session.userId.trim()),
  '/write': (/** @type {any} */ req, res) => {
    req.session.views += 1;
    res.end('ok');
  },
});
