import express, { type Express, type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { session } from 'typed-session';
import dropIn from 'typed-session/express-session';
import { faces } from '../express-session/faces.js';
import { hosts } from './created-requests.js';

interface Counted {
  session: { views?: number };
}

const secret = 'a secret of at least 32 bytes, for the tests';

/** The middleware of each adapter for Express; express-session beside them shows what a host can do. */
const adapters: Readonly<Record<string, () => RequestHandler>> = {
  'session()': () => session({ schema: z.object({ views: z.int().optional() }), secret }) as RequestHandler,
  'the drop-in': () => dropIn({ secret, resave: false, saveUninitialized: false }) as RequestHandler,
  'express-session': () => {
    const theirs = faces[0]?.[1];
    if (theirs === undefined) throw new Error('express-session is missing');
    return theirs({ secret, resave: false, saveUninitialized: false }) as RequestHandler;
  },
};

function appOf(make: typeof express, middleware: RequestHandler): Express {
  const app = make();
  app.use(middleware);
  app.get('/json', (req, res) => {
    const { session } = req as unknown as Counted;
    session.views = (session.views ?? 0) + 1;
    res.json(session.views);
  });
  app.get('/end', (req, res) => {
    const { session } = req as unknown as Counted;
    session.views = (session.views ?? 0) + 1;
    res.end(String(session.views));
  });
  app.get('/write', (req, res) => {
    const { session } = req as unknown as Counted;
    session.views = (session.views ?? 0) + 1;
    res.write(String(session.views));
    res.end();
  });
  return app;
}

describe.each(Object.entries(hosts))('under %s', (host, ask) => {
  describe.each([
    ['Express 5', express],
    ['Express 4', express4],
  ] as const)('with %s', (version, make) => {
    it.each(Object.keys(adapters).flatMap((name) => ['/json', '/end', '/write'].map((path) => [name, path] as const)))(
      `a session of %s counts to 2 by %s, on ${version} behind ${host}`,
      async (name, path) => {
        const middleware = adapters[name]?.();
        if (middleware === undefined) throw new Error(`there is no adapter ${name}`);
        const app = appOf(make, middleware);
        const first = await ask(app, path);
        expect(first).toMatchObject({ status: 200, body: '1', cookie: expect.stringContaining('=s%3A') as string });
        const second = await ask(app, path, first.cookie);
        expect(second).toMatchObject({ status: 200, body: '2' });
        expect((await ask(app, path)).body).toBe('1');
      },
    );
  });
});
