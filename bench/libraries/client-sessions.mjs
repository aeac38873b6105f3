// The whole session is in the cookie, encrypted and signed.
import clientSessions from 'client-sessions';
import { cookieHandlers } from '../cookie-handlers.mjs';
import { expressApp } from '../express-app.mjs';
import { hour, secret } from '../libraries.mjs';

/** @type {import('../libraries.mjs').Library} */
export default {
  routes: ['anonymous', 'ignored', 'read', 'write'],
  sizes: ['300B', '2kB'],
  open: (size) => expressApp(clientSessions({ cookieName: 'session', secret, duration: hour }), cookieHandlers(size)),
};
