import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byAccept,
  MemoryStore,
  problem,
  redirect,
  requireAnonymous,
  requireSession,
  returnPath,
  session,
} from 'typed-session';
import { makeApp, ProbedStore } from '../support/app.js';
import { schema, type Options } from '../support/shop.js';

const guard = requireSession as unknown as ((...asked: any[]) => RequestHandler) & {
  readonly readonly: (...asked: any[]) => RequestHandler;
};
const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)('a request that lacks what a guard asks for, on %s', (_, make) => {
  async function open(options: Options, ...asked: unknown[]) {
    const sessions = session({ schema, secret: 's', ...options });
    return makeApp((app) => {
      app.use(sessions);
      app.all('/orders', guard(...asked), (_req, res) => res.json('orders'));
      app.get('/login', (req, res) => {
        sessions.of(req).userId = 'ann';
        res.redirect(303, returnPath(req.query['returnTo'], '/account'));
      });
      app.get('/form', requireAnonymous({ onPresent: redirect('/account') }), (_req, res) => res.json('form'));
      app.get('/of', sessions.requireSession('userId'), (_req, res) => res.json('of'));
    }, make);
  }

  it('is led to the login page, and from there to where it wanted to go', async () => {
    const client = await open({}, 'userId', { onMissing: redirect('/login') });
    const answer = await client.get('/orders?page=2&sort=a%20b');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe('/login?returnTo=%2Forders%3Fpage%3D2%26sort%3Da%2520b');
    const login = await client.get(location);
    expect([login.status, login.headers.get('location')]).toEqual([303, '/orders?page=2&sort=a%20b']);
    expect(await client.json('/orders?page=2')).toBe('orders');
    expect((await client.get('/form')).headers.get('location')).toBe('/account'); // nobody signed in wants to come back here
  });

  it('hands over no address that only a form could ask for', async () => {
    const client = await open({}, { onMissing: redirect('/login?from=orders#form', { parameter: 'next' }) });
    const posted = await fetch(`${client.base}/orders?page=2`, { method: 'POST', redirect: 'manual' });
    expect([posted.status, posted.headers.get('location')]).toEqual([303, '/login?from=orders#form']);
    const asked = await client.get('/orders');
    expect(asked.headers.get('location')).toBe('/login?from=orders&next=%2Forders#form');
  });

  it('gets what the app says, unless the guard says something else', async () => {
    const client = await open({ onMissing: problem }, { views: 1 }, { onMissing: redirect('/login') });
    const answer = await client.get('/of');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(JSON.parse(answer.text)).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'A session with userId is required: sign in first.',
      code: 'SESSION_REQUIRED',
      missing: ['userId'],
      failed: [],
    });
    expect((await client.get('/orders')).status).toBe(302);
  });

  it('gets a page or a problem, as it accepts', async () => {
    const client = await open({ onMissing: byAccept({ html: redirect('/login'), json: problem }) });
    expect((await client.get('/orders', HTML)).status).toBe(302);
    for (const accept of ['application/json', 'application/problem+json', '*/*', 'application/json, text/html;q=0.5']) {
      const answer = await client.get('/orders', { accept });
      expect([accept, answer.status, answer.headers.get('vary')]).toEqual([accept, 401, 'Accept']);
    }
  });

  it('gets what a handler of the app’s own does, or throws', async () => {
    const own = await open({ onMissing: (error, req, res) => res.status(418).json([error.code, req.path]) });
    expect([(await own.get('/orders')).status, await own.json('/orders')]).toEqual([
      418,
      ['SESSION_REQUIRED', '/orders'],
    ]);
    const throws = await open({
      onMissing: () => {
        throw new Error('thrown by onMissing');
      },
    });
    expect((await throws.get('/orders')).text).toContain('thrown by onMissing');
    const rejects = await open({ onMissing: async () => Promise.reject(new Error('rejected by onMissing')) });
    expect((await rejects.get('/orders')).text).toContain('rejected by onMissing');
    const handsOn = await open({ onMissing: (error, _req, _res, next) => { next(error); } }); // prettier-ignore
    expect((await handsOn.get('/orders')).status).toBe(401);
  });

  it('is asked for after the session is loaded, where that was left to the guard', async () => {
    const client = await open({ load: 'demand', onMissing: problem });
    expect((await client.get('/orders')).status).toBe(401);
  });
});

describe('a readonly guard', () => {
  async function open(nodeEnv: string) {
    process.env['NODE_ENV'] = nodeEnv;
    const store = new ProbedStore(new MemoryStore());
    const sessions = session({ schema, secret: 'b4c1f0a97de2486c8a53e1f7902d6b3e', store, cookie: { secure: false } });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => {
        Object.assign(sessions.of(req), { userId: 'ann', cart: [{ sku: 'tea', qty: 1 }], lastLogin: new Date(0) });
        res.end();
      });
      app.get('/session', (req, res) => res.json(sessions.of(req)));
      const readonly = guard.readonly('userId');
      app.get('/read', readonly, (req, res) => {
        const mine = sessions.of(req);
        const before = process.env['NODE_ENV'];
        res.json({
          frozen: [Object.isFrozen(mine), Object.isFrozen(mine.cart), Object.isFrozen(mine.cart[0])],
          before,
        });
      });
      app.get('/write', readonly, (req, res) => {
        const mine = sessions.of(req);
        if (!Object.isFrozen(mine)) mine.views = 9;
        res.end();
      });
      app.get('/before', (req, _res, next) => { sessions.of(req).views = 5; next(); }, readonly, (_req, res) => { res.end(); }); // prettier-ignore
      app.get('/refused', (req, _res, next) => { sessions.of(req).views = 0.5; next(); }, readonly, (_req, res) => { res.end(); }); // prettier-ignore
      app.get('/logout', readonly, async (req, res) => {
        await sessions.of(req).destroy();
        res.end();
      });
    });
    await client.get('/set');
    return { client, store };
  }

  it.each(['development', 'production'])('freezes the session outside of production: %s', async (nodeEnv) => {
    const previous = process.env['NODE_ENV'];
    try {
      const { client, store } = await open(nodeEnv);
      const frozen = nodeEnv !== 'production';
      expect(await client.json('/read')).toMatchObject({ frozen: [frozen, frozen, frozen] });
      const revision = store.calls.length;
      expect((await client.get('/write')).status).toBe(frozen ? 200 : 500); // its handler leaves a frozen session alone
      expect(store.calls.slice(revision)).toEqual(['read']);
      expect(await client.json('/session')).toMatchObject({ views: 0 });
    } finally {
      process.env['NODE_ENV'] = previous;
    }
  });

  it('commits what was changed before it, checked as ever', async () => {
    const { client } = await open('test');
    await client.get('/before');
    expect(await client.json('/session')).toMatchObject({ views: 5, userId: 'ann' });
    expect((await client.get('/refused')).status).toBe(500);
    expect(await client.json('/session')).toMatchObject({ views: 5 });
  });

  it.each(['development', 'production'])('lets no change be lost with a 200: %s', async (nodeEnv) => {
    const previous = process.env['NODE_ENV'];
    try {
      process.env['NODE_ENV'] = nodeEnv;
      const sessions = session({ schema, secret: 'b4c1f0a97de2486c8a53e1f7902d6b3e', cookie: { secure: false } });
      const client = await makeApp((app) => {
        app.use(sessions);
        app.get('/set', (req, res) => {
          Object.assign(sessions.of(req), { userId: 'ann', cart: [{ sku: 'tea', qty: 1 }], lastLogin: new Date(0) });
          res.end();
        });
        app.get('/session', (req, res) => res.json(sessions.of(req)));
        const change = (path: string, ...handlers: RequestHandler[]) =>
          app.get(path, ...handlers, (_req, res) => res.json(1));
        const writes: RequestHandler = (req, _res, next) => { sessions.of(req).views += 1; next(); }; // prettier-ignore
        const readonly = guard.readonly('userId');
        change('/field', readonly, writes);
        change('/date', readonly, (req, _res, next) => { sessions.of(req).lastLogin?.setTime(5); next(); }); // prettier-ignore
        change('/cart', readonly, (req, _res, next) => { sessions.of(req).cart[0]!.qty = 9; next(); }); // prettier-ignore
        change('/save', readonly, (req, _res, next) => { sessions.of(req).save().then(() => { next(); }, next); }); // prettier-ignore
        change('/update', readonly, (req, _res, next) => { sessions.of(req).update((s) => { s.views = 9; }).then(() => { next(); }, next); }); // prettier-ignore
        change('/both', writes, readonly, writes);
        change('/plain-last', readonly, guard('userId'), writes);
        change('/readonly-last', guard('userId'), readonly, writes);
      });
      await client.get('/set');
      const frozen = nodeEnv === 'development';
      for (const path of ['/field', '/date', '/cart', '/save', '/update', '/both', '/readonly-last']) {
        const answer = await client.get(path);
        expect([path, answer.status]).toEqual([path, 500]);
        const isThrownAtTheLine = frozen && !['/date', '/save', '/update'].includes(path);
        expect([path, answer.text]).toEqual([
          path,
          expect.stringMatching(isThrownAtTheLine ? /read only|assign/ : /SESSION_READONLY/),
        ]);
        if (!frozen && path === '/field') expect(answer.text).toContain('behind a readonly guard (views)');
      }
      expect(await client.json('/session')).toMatchObject({
        views: 0,
        cart: [{ qty: 1 }],
        lastLogin: new Date(0).toISOString(),
      });
      expect((await client.get('/plain-last')).status).toBe(200); // the last guard decides
      expect(await client.json('/session')).toMatchObject({ views: 1 });
    } finally {
      process.env['NODE_ENV'] = previous;
    }
  });

  it('leaves a logout possible', async () => {
    const { client } = await open('test');
    expect((await client.get('/logout')).status).toBe(200);
    expect(await client.json('/session')).toEqual({ views: 0, cart: [] });
  });
});

describe('returnPath', () => {
  it.each([
    ['//evil.example', '/'], ['/\\evil.example', '/'], ['https://evil.example', '/'], ['javascript:alert(1)', '/'],
    ['/..//evil.example', '/'], ['/.//evil.example', '/'], ['/a\r\nSet-Cookie: x=1', '/'], ['/\tevil', '/'], ['orders', '/'],
    ['\\\\evil.example', '/'], ['\\/evil.example', '/'], ['///evil.example', '/'], [' //evil.example', '/'], ['/ /evil.example', '/'],
    ['HTTPS://evil.example', '/'], ['https:evil.example', '/'], ['data:text/html,x', '/'], ['/\u0000', '/'], ['/\u2028', '/'], ['/\u007f', '/'],
    ['/%2e%2e//evil.example', '/'], ['/a/..//evil.example', '/'], ['/a\\..\\..\\\\evil.example', '/'],
    ['%2F%2Fevil.example', '/'], ['/%5Cevil.example', '/%5Cevil.example'], ['/@evil.example', '/@evil.example'],
    ['', '/'], [undefined, '/'], [['/a', '/b'], '/'], [{ a: 1 }, '/'],
    ['/', '/'], ['/orders?page=2#x', '/orders?page=2#x'], ['/a//b', '/a//b'], ['/%2F%2Fevil', '/%2F%2Fevil'],
  ])('of %j is %j', (wanted, path) => {
    expect(returnPath(wanted)).toBe(path);
  }); // prettier-ignore

  it('leads a browser to no other origin, whatever it is given', () => {
    const nasty = fc.array(
      fc.constantFrom('/', '\\', '.', ':', '@', '?', '#', 'a', '%2f', '\t', '\n', 'https:', 'evil.example'),
    );
    fc.assert(
      fc.property(nasty, (parts) => {
        expect(new URL(returnPath(parts.join('')), 'https://shop.example/login').origin).toBe('https://shop.example');
      }),
      { numRuns: 2000 },
    );
  });

  it('and redirect() refuse, at start-up, what is no path', () => {
    for (const path of ['login', '//evil.example', '', 'javascript:alert(1)']) {
      expect(() => redirect(path)).toThrow(expect.objectContaining({ code: 'SESSION_OPTIONS' }));
    }
    expect(redirect('https://login.example/')).toBeTypeOf('function');
    expect(() => byAccept({ html: redirect('/') } as never)).toThrow('byAccept.json: must be a function');
    expect(() => session({ schema, secret: 's', onMissing: 'redirect' as never })).toThrow(
      'onMissing: must be a function',
    );
  });
});
