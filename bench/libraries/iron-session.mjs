// The whole session is in the cookie, sealed: encrypted with a key that is derived from the password for each request.
import { getIronSession } from 'iron-session';
import { expressApp } from '../express-app.mjs';
import { secret } from '../libraries.mjs';
import { payload } from '../payloads.mjs';

const sessionOf = (req, res) => getIronSession(req, res, { password: secret, cookieName: 'session' });

const handlers = (size) => ({
  '/fill': async (req, res) => {
    const session = await sessionOf(req, res);
    Object.assign(session, payload(size));
    await session.save();
    res.end('ok');
  },
  '/read': async (req, res) => {
    const session = await sessionOf(req, res);
    res.end(session.userId.trim());
  },
  '/write': async (req, res) => {
    const session = await sessionOf(req, res);
    session.views += 1;
    await session.save();
    res.end('ok');
  },
});

/** @type {import('../libraries.mjs').Library} */
export default {
  routes: ['read', 'write'],
  sizes: ['300B', '2kB'],
  open: (size) => expressApp(undefined, handlers(size)),
};
