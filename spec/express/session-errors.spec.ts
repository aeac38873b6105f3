import express, { type Express, type Request } from 'express';
import { describe, expect, it, vi } from 'vitest';
import {
  requireAnonymous,
  session,
  sessionErrors,
  SessionConflictError,
  type SessionErrorsOptions,
  type SessionStore,
  MemoryStore,
} from 'typed-session';
import { z } from 'zod';
import express4 from 'express4';
import { serve, type Client } from '../support/app.js';

const schema = z.object({ userId: z.string().optional(), role: z.enum(['user', 'admin']).default('user') });

interface Setup {
  readonly options?: SessionErrorsOptions;
  readonly store?: SessionStore;
  readonly make?: typeof express;
}

function makeApp({ options = {}, store = new MemoryStore(), make = express }: Setup = {}): Promise<Client> {
  const sessions = session({ schema, secret: 'a secret for this spec, of 32 bytes', store, principal: 'userId' });
  const app: Express = make();
  app.use(sessions);
  app.get('/login', (req, res) => {
    sessions.of(req).userId = 'u1';
    res.end();
  });
  app.get('/me', sessions.requireSession('userId'), (_req, res) => res.end('me'));
  app.get('/admin', sessions.requireSession('userId', { role: 'admin' }), (_req, res) => res.end('admin'));
  app.get('/register', requireAnonymous(), (_req, res) => res.end('register'));
  app.get('/conflict', (_req, _res, next) => { next(new SessionConflictError(['cart'])); }); // prettier-ignore
  app.get('/wrong', (req, res) => {
    Object.assign(sessions.of(req), { role: 'a secret value' });
    res.end();
  });
  app.get('/other', (_req, _res, next) => { next(Object.assign(new Error('tea'), { status: 418 })); }); // prettier-ignore
  app.use(sessionErrors({ log: () => undefined, ...options }));
  app.use(((error: Error & { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).send(`next: ${error.message}`);
  }) as express.ErrorRequestHandler);
  return serve(app as never);
}

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('sessionErrors on %s', (_version, make) => {
  it('a program without a session gets a 401 with WWW-Authenticate, as problem+json', async () => {
    const client = await makeApp({ make });
    const { status, headers, text } = await client.get('/me', { accept: 'application/json' });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Cookie realm="session"');
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('vary')).toMatch(/Accept/);
    expect(JSON.parse(text)).toMatchObject({
      status: 401,
      title: 'Unauthorized',
      code: 'SESSION_REQUIRED',
      missing: ['userId'],
    });
  });

  it('a program that accepts anything gets problem+json, and a browser gets a page', async () => {
    const client = await makeApp({ make });
    expect((await client.get('/me', { accept: '*/*' })).headers.get('content-type')).toMatch(/problem\+json/);
    const { status, headers, text } = await client.get('/me', page);
    expect(status).toBe(401);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('<h1>Unauthorized</h1>');
    expect(headers.get('www-authenticate')).toBe('Cookie realm="session"');
  });

  it('with a login page, a browser without a session is redirected there, and a program still gets a 401', async () => {
    const client = await makeApp({ make, options: { login: '/login' } });
    const { status, headers } = await client.get('/me?a=1', page);
    expect([status, headers.get('location')]).toEqual([302, '/login?returnTo=%2Fme%3Fa%3D1']);
    expect((await client.get('/me', { accept: 'application/json' })).status).toBe(401);
  });

  it('a client that is signed in and lacks the role gets a 403 without WWW-Authenticate and without a redirect', async () => {
    const client = await makeApp({ make, options: { login: '/login' } });
    await client.get('/login');
    const { status, headers } = await client.get('/admin', page);
    expect([status, headers.get('location'), headers.get('www-authenticate')]).toEqual([403, null, null]);
    expect((await client.get('/register', page)).status).toBe(403);
  });

  it('a conflict results in a 409', async () => {
    const { status, text } = await (await makeApp({ make })).get('/conflict');
    expect(status).toBe(409);
    expect(JSON.parse(text)).toMatchObject({ code: 'SESSION_CONFLICT', title: 'Conflict' });
  });

  it('a payload that the schema refuses results in a 500 that shows neither the value nor the message', async () => {
    const log = vi.fn();
    const client = await makeApp({ make, options: { log } });
    const { status, text } = await client.get('/wrong');
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'SESSION_VALIDATION',
    });
    expect((await client.get('/wrong', page)).text).toContain('Please try again later.');
    expect(log).toHaveBeenCalledTimes(2);
    expect(log.mock.calls[0]?.[0]).toMatchObject({ code: 'SESSION_VALIDATION' });
  });

  it('a store that fails results in a 503 with Retry-After', async () => {
    const broken = new MemoryStore();
    const client = await makeApp({ make, store: broken, options: { retryAfter: 30 } });
    await client.get('/login');
    broken.read = () => Promise.reject(new Error('connection refused'));
    const { status, headers, text } = await client.get('/me');
    expect([status, headers.get('retry-after')]).toEqual([503, '30']);
    expect(text).not.toContain('refused');
  });

  it('an error of the app is passed on to the next error handler', async () => {
    const { status, text } = await (await makeApp({ make })).get('/other');
    expect([status, text]).toEqual([418, 'next: tea']);
  });
});

it('a page of the app gets the error, with the status already set', async () => {
  const client = await makeApp({
    options: { page: (error, _req: Request, res) => res.send(`<p>${error.code} ${res.statusCode}</p>`) },
  });
  expect((await client.get('/me', page)).text).toBe('<p>SESSION_REQUIRED 401</p>');
});

it('without a log function, an error of the app is printed once on the console, without its cause', async () => {
  const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const client = await makeApp({ options: { log: undefined } });
  await client.get('/wrong');
  expect(print).toHaveBeenCalledTimes(1);
  expect(String(print.mock.calls[0]?.[0])).toMatch(/^SessionValidationError: /);
  expect(JSON.stringify(print.mock.calls)).not.toContain('a secret value');
  print.mockRestore();
});

it.each([
  [{ logn: '/login' }, /sessionErrors\.logn: is not an option \(did you mean login\?\)/],
  [{ login: 'login' }, /redirect: needs a path/],
  [{ page: 'page.html' }, /sessionErrors\.page: must be a function/],
  [{ retryAfter: -1 }, /sessionErrors\.retryAfter: must be a whole number of seconds/],
  ['/login', /takes an object/],
])('sessionErrors(%j) is refused at start-up', (options, message) => {
  expect(() => sessionErrors(options as never)).toThrow(message);
});
