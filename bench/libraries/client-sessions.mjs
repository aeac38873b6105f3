// The whole session is in the cookie, encrypted and signed.
import clientSessions from 'client-sessions';
import { expressApp } from '../express-app.mjs';
import { hour, secret } from '../libraries.mjs';
import { payload } from '../payloads.mjs';

const handlers = (size) => ({
  '/fill': (req, res) => {
    Object.assign(req.session, payload(size));
    res.end('ok');
  },
  '/read': (req, res) => void res.end(req.session.userId.trim()),
  '/write': (req, res) => {
    req.session.views += 1;
    res.end('ok');
  },
});

/** @type {import('../libraries.mjs').Library} */
export default {
  routes: ['anonymous', 'ignored', 'read', 'write'],
  sizes: ['300B', '2kB'],
  open: (size) => expressApp(clientSessions({ cookieName: 'session', secret, duration: hour }), handlers(size)),
};
