import express from 'express';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session, type SessionMiddleware } from 'typed-session';
import { listen, makeApp, ProbedStore, serve, type Client } from '../support/app.js';
import { gate, openShop, schema, type Options } from '../support/shop.js';

/** An app behind a proxy that says what it likes. */
async function behindProxy(options: Options, trust: boolean | number = false): Promise<Client> {
  const sessions: SessionMiddleware<typeof schema> = session({
    schema,
    secret: 'keep it',
    name: 'connect.sid',
    ...options,
  });
  return makeApp((app) => {
    app.set('trust proxy', trust);
    app.use(sessions);
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.sendStatus(204);
    });
  });
}

const overTls = { 'x-forwarded-proto': 'https, http' };

describe('genid', () => {
  it('makes the ids of new sessions, and is given the request', async () => {
    let count = 0;
    const { client } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.send(sessions.of(req).id);
        },
        '/rotate': async (req, res) => {
          await sessions.of(req).rotate();
          res.send(sessions.of(req).id);
        },
      }),
      { genid: (req) => `${req.method} ${req.path} number ${String(++count)}` },
    );
    expect((await client.get('/view')).text).toBe('GET /view number 1');
    expect((await client.get('/view')).text).toBe('GET /view number 1');
    expect((await client.get('/rotate')).text).toBe('GET /rotate number 2');
    expect(await client.json('/')).toMatchObject({ views: 2 });
  });

  it.each([undefined, '', 7, 'x'.repeat(513)])('may not return %j', async (id) => {
    const { client, store } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.sendStatus(204);
        },
      }),
      { genid: () => id as string },
    );
    const answer = await client.get('/view');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('genid: must return text');
    expect(store.calls).toEqual([]);
  });

  it.each<[string, Options, string]>([
    ['cookie.encode', { genid: () => 'an id; of mine', cookie: { encode: (value) => value } }, 'cookie.encode: returned'],
    ['genid', { genid: () => 'half a pair \uD800' }, 'genid: returned'],
  ])('and %s may make text that no cookie can hold: the error names the option, and neither id nor signature', async (_, options, message) => {
    const errors = listen('typed-session:error');
    const { client } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.sendStatus(204);
        },
      }),
      options,
    );
    const { text, cookies } = await client.get('/view').catch(() => ({ text: '', cookies: [] }));
    expect(cookies).toEqual([]);
    const told = errors.map(({ error }) => `${error.stack ?? ''} ${JSON.stringify(error.cause ?? '')}`).join() + text;
    expect(told).toContain(message);
    for (const secret of ['an id', 'half a', 's:an', 's:half', 's%3A']) expect(told).not.toContain(secret);
  }); // prettier-ignore
});

describe('proxy', () => {
  it('left out, leaves it to trust proxy', async () => {
    const untold = await behindProxy({ cookie: { secure: 'auto' } });
    expect((await untold.get('/view', overTls)).cookies.join()).not.toContain('Secure');
    const told = await behindProxy({ cookie: { secure: 'auto' } }, 1);
    expect((await told.get('/view', overTls)).cookies.join()).toContain('Secure');
  });

  it('true believes the first X-Forwarded-Proto, however it is spelt', async () => {
    const client = await behindProxy({ proxy: true, cookie: { secure: true } });
    expect((await client.get('/view', overTls)).cookies.join()).toContain('Secure');
    const others = await behindProxy({ proxy: true, cookie: { secure: true } });
    expect((await others.get('/view', { 'x-forwarded-proto': 'http, https' })).cookies).toEqual([]);
    expect((await others.get('/view')).cookies).toEqual([]);
    expect((await others.get('/view', { 'x-forwarded-proto': ' HTTPS ' })).cookies).toHaveLength(1);
  });

  it('false believes nothing but the socket', async () => {
    const client = await behindProxy({ proxy: false, cookie: { secure: true } }, true);
    expect((await client.get('/view', overTls)).cookies).toEqual([]);
  });
});

describe("cookie.sameSite: 'auto'", () => {
  it("is 'none' over TLS and 'lax' elsewhere, also where `cookie` is a function", async () => {
    const attributes = { sameSite: 'auto', secure: 'auto' } as const;
    for (const cookie of [attributes, () => attributes]) {
      const client = await behindProxy({ proxy: true, cookie });
      expect((await client.get('/view')).cookies.join()).toMatch(/SameSite=Lax/);
      const other = await behindProxy({ proxy: true, cookie });
      expect((await other.get('/view', overTls)).cookies.join()).toMatch(/Secure.*SameSite=None/);
    }
  });

  it("is never 'none' on a cookie that is not secure", async () => {
    const client = await behindProxy({ proxy: true, cookie: { sameSite: 'auto', secure: false } });
    expect((await client.get('/view', overTls)).cookies.join()).toMatch(/SameSite=Lax/);
  });
});

describe('cookie.encode', () => {
  it('makes the cookie’s value, which is read all the same', async () => {
    const { client } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.sendStatus(204);
        },
      }),
      { cookie: { encode: (value) => encodeURIComponent(value).replaceAll('.', '%2E') } },
    );
    expect((await client.get('/view')).cookies.join()).toMatch(/^connect\.sid=s%3A[\w-]+%2E/);
    expect(await client.json('/')).toMatchObject({ views: 1 });
  });
});

describe('resave, saveUninitialized and rolling', () => {
  const view: Parameters<typeof openShop>[0] = (sessions) => ({
    '/view': (req, res) => {
      sessions.of(req).views += 1;
      res.sendStatus(204);
    },
    '/nothing': (_req, res) => void res.sendStatus(204),
  });

  it('left out, store what changed and nothing else', async () => {
    const { client, store } = await openShop(view);
    expect((await client.get('/nothing')).cookies).toEqual([]);
    await client.get('/view');
    const answer = await client.get('/nothing');
    expect(answer.cookies).toEqual([]);
    expect(store.calls).toEqual(['create', 'read']);
  });

  it('saveUninitialized stores a session that nobody put anything into', async () => {
    const { client, store } = await openShop(view, { saveUninitialized: true });
    expect((await client.get('/nothing')).cookies).toHaveLength(1);
    expect((await client.get('/nothing')).cookies).toEqual([]);
    expect(store.calls).toEqual(['create', 'read']);
  });

  it('resave stores a session at every request', async () => {
    const { client, store } = await openShop(view, { resave: true });
    await client.get('/nothing');
    await client.get('/view');
    await client.get('/nothing');
    expect(store.calls).toEqual(['create', 'read', 'update']);
  });

  it('rolling sends the cookie with every response of a stored session, and pushes its deadline out', async () => {
    const { client, store } = await openShop(view, { rolling: true, cookie: { maxAge: 60_000 } });
    expect((await client.get('/nothing')).cookies).toEqual([]);
    await client.get('/view');
    const answer = await client.get('/nothing');
    expect(answer.cookies.join()).toMatch(/^connect\.sid=s%3A/);
    expect(store.calls).toEqual(['create', 'read', 'touch']);
  });
});

describe('rolling', () => {
  it('sends a cookie without a life of its own too', async () => {
    const { client } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.end();
        },
      }),
      { rolling: true },
    );
    for (const path of ['/view', '/view', '/']) expect((await client.get(path)).cookies).toHaveLength(1);
  });

  it('puts no old id back where the answer is slower than a login', async () => {
    const { pass, begun, open } = gate();
    const { client } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.end();
        },
        '/slow': async (req, res) => {
          const { views } = sessions.of(req);
          await pass();
          res.json(views);
        },
        '/login': (req, res) => {
          sessions.of(req).userId = 'ada';
          res.end();
        },
      }),
      { rolling: true, principal: 'userId', cookie: { maxAge: 60_000 } },
    );
    await client.get('/view');
    const slow = client.get('/slow');
    await begun;
    await client.get('/login');
    open();
    expect(await slow).toMatchObject({ text: '1', cookies: [] });
    expect(await client.json('/')).toMatchObject({ views: 1, userId: 'ada' });
  });
});

describe('req.session.resetMaxAge()', () => {
  it('starts the clock anew at the end of the request, and can be chained', async () => {
    const { client, store } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.sendStatus(204);
        },
        '/reset': (req, res) => {
          const mine = sessions.of(req);
          res.json(mine.resetMaxAge() === mine);
        },
      }),
      { store: new ProbedStore(new MemoryStore()), cookie: { maxAge: 60_000 } },
    );
    await client.get('/view');
    store.calls.length = 0;
    const answer = await client.get('/reset');
    expect(answer.text).toBe('true');
    expect(answer.cookies).toHaveLength(1);
    expect(store.calls).toEqual(['read', 'touch']);
  });
});

describe('unset', () => {
  const handlers: Parameters<typeof openShop>[0] = (sessions) => ({
    '/view': (req, res) => {
      sessions.of(req).views += 1;
      res.sendStatus(204);
    },
    '/null': (req, res) => {
      sessions.of(req).views += 10;
      Object.assign(req, { session: null });
      res.json(req.session);
    },
    '/delete': (req, res) => {
      sessions.of(req).views += 10;
      Reflect.deleteProperty(req, 'session');
      res.json({ still: (req as { session?: object }).session !== undefined });
    },
  });

  it("'keep', the default, leaves the session as it is stored when req.session is set to null", async () => {
    const { client, store } = await openShop(handlers);
    await client.get('/view');
    expect((await client.get('/null')).text).toBe('null');
    expect(await client.json('/')).toMatchObject({ views: 1 });
    expect(store.calls).toEqual(['create', 'read', 'read']);
  });

  it.each(['/null', '/delete'])("'destroy' ends the session, and clears its cookie: %s", async (path) => {
    const { client, memory } = await openShop(handlers, { unset: 'destroy' });
    await client.get('/view');
    expect(await memory.size?.()).toBe(1);
    const answer = await client.get(path);
    expect(answer.cookies.join()).toContain('Max-Age=0');
    expect(await memory.size?.()).toBe(0);
  });

  it("'destroy' has nothing to end where no session was stored", async () => {
    const { client, store } = await openShop(handlers, { unset: 'destroy' });
    expect((await client.get('/null')).cookies).toEqual([]);
    expect(store.calls).toEqual([]);
  });

  it('leaves req.session as it is where nobody puts it away', async () => {
    const { client } = await openShop(handlers, { unset: 'destroy' });
    await client.get('/view');
    await client.get('/view');
    expect(await client.json('/')).toMatchObject({ views: 2 });
  });
});

describe("express-session's names on the request", () => {
  it.each([
    ['Express', true],
    ['a bare request', false],
  ])('req.sessionID and req.sessionStore are the session’s, on %s', async (_, onExpress) => {
    const store = new MemoryStore();
    const sessions = session({ schema, secret: 'keep it', store });
    const look = (req: object): object => {
      const { sessionID, sessionStore } = req as { readonly sessionID: string; readonly sessionStore: unknown };
      return { sameId: sessionID === sessions.of(req).id, sameStore: sessionStore === store };
    };
    const client = onExpress
      ? await makeApp((app) => app.use(sessions).get('/', (req, res) => void res.json(look(req))))
      : await serve((req, res) => {
          sessions(req, res, () => res.end(JSON.stringify(look(req))));
        });
    expect(await client.json('/')).toEqual({ sameId: true, sameStore: true });
  });

  it('cannot be set, and say what to do instead', async () => {
    const { client } = await openShop(() => ({
      '/set': (req, res) => {
        Object.assign(req, { sessionID: 'mine' });
        res.sendStatus(204);
      },
    }));
    expect((await client.get('/set')).text).toContain('await req.session.rotate()');
  });
});
