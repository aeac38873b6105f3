// @fastify/session in its own framework. Its overhead is the one above bare Fastify.
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import fastify from 'fastify';
import { hour, secret } from '../libraries.mjs';
import { payload } from '../payloads.mjs';

const ok = (_req, reply) => void reply.send('ok');

async function open(handlers, plugins) {
  const app = fastify();
  await plugins(app);
  for (const path of ['/ignore', '/fill', '/read', '/write', '/regenerate', '/rotate']) {
    app.get(path, handlers[path] ?? ok);
  }
  await app.ready();
  return (req, res) => app.routing(req, res);
}

export const bareFastify = () => open({}, async () => undefined);

const handlers = (size) => {
  const login = async (req) => {
    const { role, views, cart } = req.session;
    await req.session.regenerate();
    Object.assign(req.session, { role, views, cart, userId: 'ann' });
    return 'ok';
  };
  return {
    '/fill': async (req) => {
      Object.assign(req.session, payload(size));
      return 'ok';
    },
    '/read': (req, reply) => void reply.send(req.session.userId.trim()),
    '/write': (req, reply) => {
      req.session.views += 1;
      reply.send('ok');
    },
    '/regenerate': login,
    '/rotate': login,
  };
};

/** @type {import('../libraries.mjs').Library} */
export default {
  bare: 'bare Fastify',
  open: (size, { rolling = false }) =>
    open(handlers(size), async (app) => {
      await app.register(fastifyCookie);
      await app.register(fastifySession, {
        secret,
        saveUninitialized: false,
        rolling,
        ...(rolling && { cookie: { maxAge: hour } }),
      });
    }),
};
