import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisStore } from 'connect-redis';
import MongoStore from 'connect-mongo';
import type express from 'express';
import { type RequestHandler } from 'express';
import { createClient } from 'redis';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { session as typed, type ExpressSessionStore } from 'typed-session';
import dropIn from 'typed-session/express-session';
import { listen, makeApp, type Client } from '../support/app.js';
import { certificate } from '../support/certificate.js';
import { serverUrl } from './suite.js';

// What the usual tutorials for express-session have their readers write, with the import changed.

interface Options {
  readonly secret: string[];
  readonly store: ExpressSessionStore;
  readonly resave: false;
  readonly saveUninitialized: false;
  readonly cookie: object;
}
const schema = z.object({ user: z.string().optional() });
const faces: readonly (readonly [string, (options: Options) => RequestHandler])[] = [
  ['typed-session/express-session', (options) => dropIn(options)],
  ['typed-session', (options) => typed({ schema, name: 'connect.sid', ...options }) as RequestHandler],
];

interface Mine {
  user?: string;
  save(callback: (error?: unknown) => void): void;
  regenerate(callback: (error?: unknown) => void): void;
  destroy(callback: (error?: unknown) => void): void;
}
const mine = (req: express.Request): Mine => req.session;

afterEach(() => {
  vi.unstubAllEnvs();
});

async function openStore(kind: 'redis' | 'mongo'): Promise<ExpressSessionStore> {
  if (kind === 'mongo') {
    const store = MongoStore.create({ mongoUrl: serverUrl('MONGO_URL').href, ttl: 14 * 24 * 60 * 60 });
    onTestFinished(() => store.close());
    return store; // typed by @types/express-session, which is not here
  }
  const client = createClient({ url: serverUrl('REDIS_URL').href });
  await client.connect();
  onTestFinished(() => {
    client.destroy();
  });
  return new RedisStore({ client, prefix: 'myapp:' });
}

function shop(
  make: (options: Options) => RequestHandler,
  store: ExpressSessionStore,
  trustProxy: boolean,
): Promise<Client> {
  return makeApp((app) => {
    if (trustProxy) app.set('trust proxy', 1);
    app.use(
      make({
        secret: ['Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1', 'old secret'],
        store,
        resave: false,
        saveUninitialized: false,
        cookie: { secure: process.env['NODE_ENV'] === 'production', httpOnly: true, maxAge: 60_000, sameSite: 'lax' },
      }),
    );
    app.get('/login', (req, res, next) => {
      mine(req).regenerate((error) => {
        if (error) {
          next(error);
          return;
        }
        mine(req).user = 'ada';
        mine(req).save((failure) => {
          if (failure) next(failure);
          else res.redirect('/me');
        });
      });
    });
    app.get('/me', (req, res) => {
      if (mine(req).user === undefined) res.sendStatus(401);
      else res.send(mine(req).user);
    });
    app.get('/logout', (req, res, next) => {
      mine(req).destroy((error) => {
        if (error) next(error);
        else res.clearCookie('connect.sid').redirect('/');
      });
    });
  });
}

describe.each(faces)('the tutorial on %s', (_name, make) => {
  it.each(['redis', 'mongo'] as const)('logs in, knows its user, and logs out: %s', async (kind) => {
    const client = await shop(make, await openStore(kind), false);
    expect((await client.get('/me')).status).toBe(401);
    expect((await client.get('/login')).status).toBe(302);
    expect((await client.get('/me')).text).toBe('ada');
    const before = client.copy();
    const { cookies } = await client.get('/logout');
    expect(cookies.every((line) => line.startsWith('connect.sid=; ') && line.includes('Path=/'))).toBe(true);
    expect(cookies.length).toBeGreaterThan(0);
    expect((await before.get('/me')).status).toBe(401);
  });

  it('sets a secure cookie behind an nginx that terminates TLS', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const store = await openStore('redis');
    const trusting = await nginxBefore(await shop(make, store, true));
    const [cookie = ''] = (await trusting('/login')).cookies;
    expect(cookie).toMatch(/^connect\.sid=s%3A.*; Secure/);
    expect((await trusting('/me', cookie.split(';')[0])).text).toBe('ada');
    const untold = await nginxBefore(await shop(make, store, false));
    expect((await untold('/login')).cookies).toEqual([]);
  });
});

it('typed-session says why the cookie was withheld', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const errors = listen('typed-session:error');
  const untold = await nginxBefore(await shop(faces[1]![1], await openStore('redis'), false));
  await untold('/login');
  expect(errors[0]?.error.message).toContain("app.set('trust proxy', 1)");
});

type Get = (path: string, cookie?: string) => Promise<{ readonly text: string; readonly cookies: readonly string[] }>;

/** A real nginx, before the app and for the length of a test. */
async function nginxBefore(client: Client): Promise<Get> {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-nginx-'));
  const port = await freePort();
  const { key, cert } = certificate();
  writeFileSync(join(folder, 'key.pem'), key);
  writeFileSync(join(folder, 'cert.pem'), cert);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; error_log stderr; pid ${folder}/pid; events {}
     http { access_log off; ${temporary.join(' ')}
       server { listen 127.0.0.1:${String(port)} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;
         location / { proxy_pass ${client.base}; proxy_set_header X-Forwarded-Proto $scheme; } } }`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf'], { stdio: 'ignore' });
  onTestFinished(async () => {
    const exit = once(nginx, 'exit');
    nginx.kill('SIGTERM');
    await exit;
    rmSync(folder, { recursive: true });
  });
  const get: Get = (path, cookie) =>
    new Promise((resolve, reject) => {
      const headers = cookie === undefined ? {} : { cookie };
      request({ port, host: '127.0.0.1', path, headers, rejectUnauthorized: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ text, cookies: response.headers['set-cookie'] ?? [] });
        });
      })
        .on('error', reject)
        .end();
    });
  await expect.poll(() => get('/me').then(() => true, () => false), { timeout: 20_000 }).toBe(true); // prettier-ignore
  return get;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
