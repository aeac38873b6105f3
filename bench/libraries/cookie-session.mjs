// The whole session is in the cookie, signed.
import cookieSession from 'cookie-session';
import { cookieHandlers } from '../cookie-handlers.mjs';
import { expressApp } from '../express-app.mjs';
import { hour, secret } from '../libraries.mjs';

/** @type {import('../libraries.mjs').Library} */
export default {
  routes: ['anonymous', 'ignored', 'read', 'write'],
  sizes: ['300B', '2kB'],
  open: (size) => expressApp(cookieSession({ secret, maxAge: hour }), cookieHandlers(size)),
};
