import type { RequestListener } from 'node:http';
import { inherits } from 'node:util';
import cookieParser from 'cookie-parser';
import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeApp, serve } from '../support/app.js';
import { open, storeOf, turn, view, type Req } from './app.js';
import { faces, middleware } from './faces.js';

/** Leaves the request with nothing but what cookie-parser made of its cookies. */
const onlyParsed: RequestHandler[] = [
  cookieParser('keep it'),
  (req, _res, next) => {
    delete req.headers.cookie;
    next();
  },
];

describe.each(faces)('%s, in the corners', (_name, face) => {
  describe('the cookie of a request', () => {
    it('may stand in quotes', async () => {
      const { client } = await open(face, {});
      await client.get('/view');
      client.jar.set('connect.sid', `"${client.jar.get('connect.sid') ?? ''}"`);
      expect((await client.get('/view')).text).toBe('2');
    });

    it('is the first of its name, whatever that is worth', async () => {
      const { client } = await open(face, {});
      await client.get('/view');
      const mine = `connect.sid=${client.jar.get('connect.sid') ?? ''}`;
      client.jar.clear();
      expect((await client.get('/view', { cookie: `connect.sid=s%3Aforged.sig; ${mine}` })).text).toBe('1');
      client.jar.clear();
      expect((await client.get('/view', { cookie: `${mine}; connect.sid=s%3Aforged.sig` })).text).toBe('2');
    });

    it.each([
      ['of which cookie-parser has verified a signature', 'signed'],
      ['whose signature cookie-parser has left alone', 'unsigned'],
    ] as const)('is taken from cookie-parser, %s', async (_, kind) => {
      const store = storeOf(face);
      const app = express();
      const hide: RequestHandler = (req, _res, next) => {
        if (kind === 'unsigned')
          Object.assign(req, { cookies: { ...req.cookies, ...rawCookies(req) }, signedCookies: {} });
        next();
      };
      app.use(...onlyParsed.slice(0, 1), hide, ...onlyParsed.slice(1), middleware(face, { store }));
      app.get('/view', (req, res) => void res.json(view(req as unknown as Req)));
      const client = await serve(app as RequestListener);
      await client.get('/view');
      expect((await client.get('/view')).text).toBe('2');
      client.jar.set('connect.sid', 'unsigned');
      expect((await client.get('/view')).text).toBe('1');
    });

    it('is verified by a secret that was put into the array later', async () => {
      const store = storeOf(face);
      const first = await open(face, { store, secret: 'newer' });
      await first.client.get('/view');
      const secrets = ['old'];
      const second = await open(face, { store, secret: secrets });
      const cookie = `connect.sid=${first.client.jar.get('connect.sid') ?? ''}`;
      expect((await second.client.copy().get('/view', { cookie })).text).toBe('1');
      secrets.unshift('newer');
      expect((await second.client.copy().get('/view', { cookie })).text).toBe('2');
    });
  });

  describe('options', () => {
    it('that are falsy count as left out', async () => {
      const { client } = await open(face, {
        store: false as never,
        genid: null as never,
        cookie: null as never,
        name: '',
        unset: '' as never,
      });
      expect((await client.get('/view')).cookies.join()).toMatch(/^connect\.sid=s%3A[\w-]{32}\./);
      expect((await client.get('/view')).text).toBe('2');
      expect(() => face(null)).not.toThrow();
    });

    it('resave and saveUninitialized are off when they are null', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store, resave: null as never, saveUninitialized: null as never });
      expect((await client.get('/')).cookies).toEqual([]);
      await client.get('/view');
      await client.get('/');
      expect(store.calls).toEqual(['set', 'get']);
    });

    it('cookie.path may be empty', async () => {
      const { client } = await open(face, { cookie: { path: '' } });
      expect((await client.get('/view')).cookies.join()).not.toMatch(/Path/);
    });

    it('the last middleware that shares a store makes the cookies and ids of all', async () => {
      const store = storeOf(face);
      const app = express();
      app.use('/one', middleware(face, { store, name: 'one', cookie: { sameSite: 'lax' } }));
      app.use('/two', middleware(face, { store, name: 'two', cookie: { sameSite: 'strict' }, genid: () => 'fixed' }));
      app.use((req, res) => void res.json(view(req as unknown as Req)));
      const client = await serve(app as RequestListener);
      expect((await client.get('/one')).cookies.join()).toMatch(/^one=s%3Afixed\..*SameSite=Strict$/);
    });
  });

  describe('the session', () => {
    it('loses stored fields with the names of its members, in the store too', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store });
      await client.get('/view');
      const [id = ''] = Object.keys(store.sessions);
      store.sessions[id] = '{"views":4,"save":1,"cookie":{}}';
      expect(await client.json('/')).toEqual({ views: 4 });
      expect(store.calls).toEqual(['set', 'get', 'set']);
      expect(store.sessions[id]).not.toContain('save');
    });

    it('is stored twice where it was regenerated and saved by hand', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/both': (req, res) => {
          req.session.regenerate(() => {
            req.session.save(() => res.end());
          });
        },
      }); // prettier-ignore
      await client.get('/both');
      expect(store.calls).toEqual(['destroy', 'set', 'set']);
    });

    it('goes under another id where the app sets one', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/mine': (req, res) => {
          req.sessionID = 'mine';
          view(req);
          res.end();
        },
      }); // prettier-ignore
      expect((await client.get('/mine')).cookies.join()).toMatch(/^connect\.sid=s%3Amine\./);
    });

    it('has a store that can load it outside of a request', async () => {
      const store = storeOf(face);
      store.sessions['one'] = '{"views":1,"cookie":{"originalMaxAge":1000,"expires":"2099-01-01T00:00:00.000Z"}}';
      const seen: unknown[] = [];
      store.load('one', (error, session) => {
        seen.push(
          error,
          session?.id,
          session?.['views'],
          session instanceof face.Session,
          session?.cookie.originalMaxAge,
        );
        seen.push(session?.cookie.expires instanceof Date);
      });
      store.load('none', (...args) => seen.push(args.length));
      expect(seen).toEqual([null, 'one', 1, true, 1000, true, 0]);
    });
  });

  describe('its cookie', () => {
    it('lists what it has, and what it works out', () => {
      const names: string[] = [];
      for (const name in new face.Cookie()) names.push(name);
      expect(names).toEqual([
        'path',
        '_expires',
        'originalMaxAge',
        'httpOnly',
        'expires',
        'maxAge',
        'data',
        'serialize',
        'toJSON',
      ]);
    });

    it.each(['a:b', 'a/b', 'a"b', 'a b', ''])('cannot be named %j', (name) => {
      expect(() => new face.Cookie().serialize(name, 'v')).toThrow(new TypeError('argument name is invalid'));
    });

    it('keeps any other property, and sends none of them', () => {
      const cookie = new face.Cookie({ mine: 1, data: 2, maxAge: 1000 } as object);
      expect(cookie).toHaveProperty('mine', 1);
      expect(cookie.data).not.toHaveProperty('mine');
    });

    it.each([42, 'text', true, () => 1])('is not made of %s', (options) => {
      expect(() => new face.Cookie(options as never)).toThrow(new TypeError('argument options must be a object'));
    });

    it('may be another object, whose attributes are not sent', async () => {
      const { client, errors } = await open(face, {}, {
        '/plain': (req, res) => {
          Object.assign(req.session, { cookie: { maxAge: 5 } });
          res.json(view(req));
        },
      }); // prettier-ignore
      expect((await client.get('/plain')).cookies.join()).toMatch(/^connect\.sid=[^;]+$/);
      expect(errors).toEqual([]);
    });
  });

  describe('the head of a response', () => {
    it('given by writeHead settles the cookie; what changes later is stored without one', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/late': (req, res) => {
          res.writeHead(200);
          view(req);
          res.end();
        },
      }); // prettier-ignore
      expect((await client.get('/late')).cookies).toEqual([]);
      expect(store.calls).toEqual(['set']);
    });

    it('has no cookie for what changes after the end, nor has the store', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/late': (req, res) => {
          res.end('done');
          view(req);
        },
      }); // prettier-ignore
      expect((await client.get('/late')).cookies).toEqual([]);
      expect(store.calls).toEqual([]);
    });

    it('goes out while a stream of events stays open', async () => {
      for (const make of [express, express4]) {
        const { client } = await open(face, { make, saveUninitialized: true }, {
          '/events': (_req, res) => {
            res.writeHead(200, { 'Content-Type': 'text/event-stream' });
            res.flushHeaders();
            res.write('data: 1\n\n');
          },
        }); // prettier-ignore
        const response = await fetch(`${client.base}/events`);
        expect(response.headers.getSetCookie()).toHaveLength(1);
        const { value } = (await response.body?.getReader().read()) ?? {};
        expect(Buffer.from(value ?? []).toString()).toBe('data: 1\n\n');
      }
    });
  });

  describe('a store that fails at the end', () => {
    it.each([
      ['touch', '/'],
      ['destroy', '/null'],
    ])('at %s: the response is as it was, and next(error) comes a second time', async (method, path) => {
      const store = storeOf(face);
      const fails = (...args: unknown[]): void =>
        void setImmediate(args.at(-1) as (error: Error) => void, new Error(method));
      Object.assign(store, { [method]: fails });
      const { client, errors } = await open(face, { store, unset: 'destroy' }, {
        '/null': (req, res) => {
          Object.assign(req, { session: null });
          res.send('gone');
        },
      }); // prettier-ignore
      await client.get('/view');
      expect((await client.get(path)).status).toBe(200);
      await turn();
      expect(errors).toEqual([new Error(method)]);
    });
  });

  describe('MemoryStore', () => {
    it('is inherited from by util.inherits, and called', async () => {
      function Mine(this: object): void {
        (face.MemoryStore as (this: unknown) => void).call(this);
      }
      inherits(Mine, face.MemoryStore);
      const store = new (Mine as unknown as new () => InstanceType<typeof face.MemoryStore>)();
      const { client } = await open(face, { store });
      await client.get('/view');
      expect((await client.get('/view')).text).toBe('2');
      expect(Object.keys(store.sessions)).toHaveLength(1);
    });

    it('needs no callback, and takes null for one', async () => {
      const store = new face.MemoryStore();
      store.set('one', { views: 1 }, null as never);
      store.touch('one', { cookie: { path: '/' } }, null);
      store.destroy('none', null as never);
      const all = await new Promise((resolve) => {
        store.all((_error, sessions) => { resolve(sessions); }); // prettier-ignore
      });
      expect(all).toEqual({ one: { views: 1, cookie: { path: '/' } } });
      store.clear(null);
      expect(store.sessions).toEqual({});
    });
  });

  it('has no session for OPTIONS *, whose path no cookie covers', async () => {
    const app = express();
    app.use(middleware(face, { saveUninitialized: true }));
    app.use((req, res) => void res.json('session' in req && req.session !== undefined));
    const client = await serve((req, res) => {
      req.url = '*';
      (app as RequestListener)(req, res);
    });
    expect(await client.json('/')).toBe(false);
  });

  it('tells of a Date as maxAge once for each place', () => {
    const told: string[] = [];
    const listener = (warning: Error): void => void told.push(warning.message);
    process.on('deprecation', listener as never);
    onTestFinished(() => void process.off('deprecation', listener as never));
    const date = new Date();
    for (let i = 0; i < 3; i++) new face.Cookie({ maxAge: date });
    new face.Cookie({ maxAge: date });
    new face.Cookie().maxAge = date;
    expect(told).toEqual(Array(3).fill('maxAge as Date; pass number of milliseconds instead'));
  });
});

/** The cookies as they came, decoded. */
function rawCookies(req: { readonly headers: { readonly cookie?: string | undefined } }): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(req.headers.cookie ?? '') ?? [];
  return name === undefined ? {} : { [name]: decodeURIComponent(value ?? '') };
}

describe('where express-session leaves a client without an answer, the drop-in face gives one', () => {
  const [, [, face]] = faces as [unknown, (typeof faces)[number]];
  it.each([
    ['req.session is an object without methods', (req: Req) => Object.assign(req, { session: { user: 1 } }), undefined],
    ['the session cannot be JSON', (req: Req) => (req.session['self'] = req.session), undefined],
    ['res.end gets what is no chunk', view, 123],
  ])('%s: an error response', async (_, change, chunk) => {
    const client = await makeApp((app) => {
      app.use(middleware(face));
      app.get('/', (req, res) => {
        change(req as unknown as Req);
        res.end(chunk);
      });
    });
    expect(await client.json('/')).toMatchObject({ error: 'TypeError' });
  });

  it('a store throws: an error response without a cookie', async () => {
    const store = storeOf(face);
    store.set = () => { throw new Error('broken'); }; // prettier-ignore
    const { client, errors } = await open(face, { store });
    const { status, text, cookies } = await client.get('/view');
    expect({ status, text, cookies, errors: errors.length }).toEqual({
      status: 500,
      text: 'broken',
      cookies: [],
      errors: 1,
    });
  });
});
