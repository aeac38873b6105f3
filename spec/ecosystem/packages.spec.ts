import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import cookieParser from 'cookie-parser';
import { csrfSync } from 'csrf-sync';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { agent } from 'supertest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { MemoryStore, session } from 'typed-session';
import { makeApp, type Client } from '../support/app.js';

const load = createRequire(import.meta.url); // these packages have no types of their own

/** The fields that these packages keep in a session. */
const schema = z.object({
  views: z.int().default(0),
  returnTo: z.string().optional(),
  passport: z.looseObject({ user: z.string().optional() }).optional(),
  messages: z.array(z.string()).optional(),
  flash: z.record(z.string(), z.array(z.string())).optional(),
  csrfToken: z.string().optional(),
});

const make = (store = new MemoryStore()) => session({ schema, secret: 'keep it', store, name: 'connect.sid' });

describe('passport', () => {
  interface Passport {
    use(strategy: object): void;
    serializeUser(serialize: (user: string, done: (error: null, id: string) => void) => void): void;
    deserializeUser(deserialize: (id: string, done: (error: null, user: string) => void) => void): void;
    session(): RequestHandler;
    authenticate(name: string, options: object): RequestHandler;
  }
  type WithPassport = Request & {
    user?: string;
    isAuthenticated(): boolean;
    logout(options: object, done: (error?: unknown) => void): void;
  };

  async function open(store = new MemoryStore()): Promise<Client> {
    const { Passport } = load('passport') as { Passport: new () => Passport };
    const { Strategy } = load('passport-local') as {
      Strategy: new (verify: (name: string, password: string, done: (...args: unknown[]) => void) => void) => object;
    };
    const passport = new Passport();
    passport.use(
      new Strategy((name, password, done) => {
        if (password === 'right') done(null, name);
        else done(null, false, { message: 'wrong password' });
      }),
    );
    passport.serializeUser((user, done) => { done(null, user); }); // prettier-ignore
    passport.deserializeUser((id, done) => { done(null, id); }); // prettier-ignore
    const sessions = make(store);
    return makeApp((app) => {
      app.use(sessions, passport.session());
      app.get('/visit', (req, res) => {
        sessions.of(req).returnTo = '/basket';
        res.sendStatus(204);
      });
      // passport-local reads a query as it reads a form
      const options = { failureMessage: true, failureRedirect: '/', successRedirect: '/' };
      app.get('/login', passport.authenticate('local', options));
      app.get('/login-and-keep', passport.authenticate('local', { ...options, keepSessionInfo: true }));
      app.get('/logout', (req, res, next) => {
        (req as unknown as WithPassport).logout({}, (error) => {
          if (error) next(error);
          else res.redirect('/');
        });
      });
      app.get('/', (req, res) => {
        const { user } = req as unknown as WithPassport;
        const { returnTo, messages } = sessions.of(req);
        res.json({ user, returnTo, messages });
      });
    });
  }

  it('logs in under a new id, and the old cookie is nobody', async () => {
    const client = await open();
    await client.get('/visit');
    const before = client.copy();
    expect((await client.get('/login?username=ada&password=right')).status).toBe(302);
    expect(client.jar.get('connect.sid')).not.toBe(before.jar.get('connect.sid'));
    expect(await client.json('/')).toEqual({ user: 'ada' });
    expect(await before.json('/')).toEqual({});
  });

  it('keeps what was in the session where it is asked to', async () => {
    const client = await open();
    await client.get('/visit');
    await client.get('/login-and-keep?username=ada&password=right');
    expect(await client.json('/')).toEqual({ user: 'ada', returnTo: '/basket' });
  });

  it('leaves a message when the password is wrong', async () => {
    const client = await open();
    await client.get('/login?username=ada&password=wrong');
    expect(await client.json('/')).toEqual({ messages: ['wrong password'] });
  });

  it('logs out, and both cookies are nobody', async () => {
    const client = await open();
    await client.get('/login?username=ada&password=right');
    const before = client.copy();
    await client.get('/logout');
    expect(await client.json('/')).toEqual({});
    expect(await before.json('/')).toEqual({});
  });
});

describe('connect-flash', () => {
  it('shows a message once', async () => {
    type WithFlash = Request & { flash(kind: string, message?: string): string[] };
    const flash = load('connect-flash') as () => RequestHandler;
    const client = await makeApp((app) => {
      app.use(make(), flash());
      app.get('/save', (req, res) => {
        (req as unknown as WithFlash).flash('info', 'saved');
        res.redirect('/');
      });
      app.get('/', (req, res) => void res.json((req as unknown as WithFlash).flash('info')));
    });
    await client.get('/save');
    expect(await client.json('/')).toEqual(['saved']);
    expect(await client.json('/')).toEqual([]);
  });
});

describe('csrf-sync', () => {
  it('lets a request pass that brings the session’s token, and no other', async () => {
    const sessions = make();
    const { generateToken, csrfSynchronisedProtection } = csrfSync({
      getTokenFromState: (req) => sessions.of(req).csrfToken,
      storeTokenInState: (req, token) => {
        if (typeof token === 'string') sessions.of(req).csrfToken = token;
      },
    });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/form', (req, res) => void res.send(generateToken(req)));
      app.post('/order', csrfSynchronisedProtection, (_req, res) => void res.sendStatus(204));
    });
    const { text: token } = await client.get('/form');
    const post = (headers: Record<string, string>): Promise<number> =>
      fetch(`${client.base}/order`, { method: 'POST', headers: { cookie: client.cookieHeader, ...headers } }).then(
        ({ status }) => status,
      );
    expect(await post({ 'x-csrf-token': token })).toBe(204);
    expect(await post({ 'x-csrf-token': 'another' })).toBe(403);
    expect(await post({})).toBe(403);
  });
});

describe('socket.io', () => {
  it('sees the session of the page that opened the socket', async () => {
    const sessions = make();
    const app = express();
    app.use(sessions);
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.sendStatus(204);
    });
    const http = createServer(app as Parameters<typeof createServer>[1]);
    const server = new Server(http);
    server.engine.use(sessions);
    server.on('connection', (socket) => {
      socket.emit('views', sessions.of(socket.request).views);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const base = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
    const cookie = (await fetch(`${base}/view`)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const socket = io(base, { extraHeaders: { cookie }, reconnection: false });
    onTestFinished(async () => {
      socket.disconnect();
      await server.close();
    });
    const views = await new Promise((resolve, reject) => {
      socket.once('views', resolve);
      socket.once('connect_error', reject);
    });
    expect(views).toBe(1);
  });
});

describe('supertest', () => {
  it('keeps the session in an agent', async () => {
    const sessions = make();
    const app = express();
    app.use(sessions);
    app.get('/', (req, res) => void res.json((sessions.of(req).views += 1)));
    const browser = agent(app);
    await browser.get('/').expect(200, '1');
    await browser.get('/').expect(200, '2');
    await agent(app).get('/').expect(200, '1');
  });
});

describe('cookie-parser', () => {
  it.each(['keep it', 'another secret', undefined])('may come first, with the secret %j', async (secret) => {
    const client = await makeApp((app) => {
      const sessions = make();
      app.use(cookieParser(secret), sessions);
      app.get('/', (req: Request, res: Response, _next: NextFunction) => void res.json((sessions.of(req).views += 1)));
    });
    await client.get('/');
    expect(await client.json('/')).toBe(2);
  });
});
