import { EventEmitter } from 'node:events';
import type { RequestListener } from 'node:http';
import cookieParser from 'cookie-parser';
import express from 'express';
import express4 from 'express4';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Session } from '../../lib/express-session/drop-in-session.js';
import { serve } from '../support/app.js';
import { open, storeOf, turn, view, type Handlers, type Req } from './app.js';
import { faces, middleware } from './faces.js';

// express-session asks the clock twice for one `originalMaxAge`, which is then a millisecond less when it has ticked.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(faces)('%s', (_name, face) => {
  describe('its exports', () => {
    it('are a function with the four classes', () => {
      expect(typeof face).toBe('function');
      expect(Object.keys(face).sort()).toEqual(['Cookie', 'MemoryStore', 'Session', 'Store']);
      expect(new face.MemoryStore()).toBeInstanceOf(face.Store);
      expect(new face.Store()).toBeInstanceOf(EventEmitter);
    });

    it('hold a Store that can be extended, inherited from and called', () => {
      const classy = new (class extends face.Store {})();
      expect(typeof classy.createSession).toBe('function');
      const old = storeOf(face);
      expect(old).toBeInstanceOf(face.Store);
      expect(typeof old.regenerate).toBe('function');
    });
  });

  describe('a new session', () => {
    it('is not stored, and sets no cookie, where nobody puts anything into it', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store });
      expect((await client.get('/')).cookies).toEqual([]);
      expect(store.calls).toEqual([]);
    });

    it('is stored all the same by default', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store, saveUninitialized: undefined, resave: undefined });
      expect((await client.get('/')).cookies).toHaveLength(1);
      expect(store.calls).toEqual(['set']);
      await client.get('/');
      expect(store.calls).toEqual(['set', 'get', 'set']);
    });

    it('gets its cookie and its record', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store, cookie: { maxAge: 60_000, sameSite: 'lax' } });
      const { cookies } = await client.get('/view');
      expect(cookies.join()).toMatch(
        /^connect\.sid=s%3A[\w-]{32}\.[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
      );
      const [id = ''] = Object.keys(store.sessions);
      expect(cookies.join()).toContain(id);
      const record = JSON.parse(store.sessions[id] ?? '') as { cookie: { expires: string } };
      expect(record).toEqual({
        views: 1,
        cookie: {
          originalMaxAge: 60_000,
          expires: expect.any(String) as string,
          httpOnly: true,
          path: '/',
          sameSite: 'lax',
        },
      });
    });
  });

  describe('a stored session', () => {
    it('is read back, and neither stored nor sent again where it did not change', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store });
      await client.get('/view');
      const { cookies, text } = await client.get('/');
      expect({ cookies, text, calls: store.calls }).toEqual({
        cookies: [],
        text: '{"views":1}',
        calls: ['set', 'get'],
      });
    });

    it('is touched by a store that can', async () => {
      const store = Object.assign(storeOf(face), {
        touch(_id: string, session: Session, done: () => void) {
          store.calls.push(`touch ${String(session.cookie.originalMaxAge)}`);
          done();
        },
      });
      const { client } = await open(face, { store, cookie: { maxAge: 60_000 } });
      await client.get('/view');
      await client.get('/');
      expect(store.calls).toEqual(['set', 'get', 'touch 60000']);
    });

    it('is sent again with every response when rolling, and when changed where the cookie has a life', async () => {
      const rolling = await open(face, { rolling: true });
      await rolling.client.get('/view');
      expect((await rolling.client.get('/')).cookies).toHaveLength(1);
      const lasting = await open(face, { cookie: { maxAge: 60_000 } });
      await lasting.client.get('/view');
      expect((await lasting.client.get('/')).cookies).toEqual([]);
      expect((await lasting.client.get('/view')).cookies).toHaveLength(1);
      const fleeting = await open(face, {});
      await fleeting.client.get('/view');
      expect((await fleeting.client.get('/view')).cookies).toEqual([]);
    });

    it('is lost with a cookie that nobody signed, and a new id is given', async () => {
      const { client } = await open(face, {});
      await client.get('/view');
      const before = client.jar.get('connect.sid') ?? '';
      for (const forged of [before.slice(0, -3) + 'AAA', before.slice(4), 'j%3A{}', '%', '']) {
        const other = client.copy();
        other.jar.set('connect.sid', forged);
        expect((await other.get('/view')).text).toBe('1');
        expect(other.jar.get('connect.sid')).not.toBe(forged);
      }
    });

    it('is known by an older secret', async () => {
      const store = storeOf(face);
      const first = await open(face, { store, secret: 'old' });
      await first.client.get('/view');
      const second = await open(face, { store, secret: ['new', 'old'] });
      second.client.jar.set('connect.sid', first.client.jar.get('connect.sid') ?? '');
      expect((await second.client.get('/view')).text).toBe('2');
    });
  });

  describe('the session', () => {
    it('has the data and the cookie as its own properties, and the rest beside', async () => {
      const { client } = await open(face, {}, {
        '/look': (req, res) => {
          view(req);
          res.json({
            keys: Object.keys(req.session).sort(),
            id: req.session.id === req.sessionID,
            named: req.session.constructor.name,
            back: (req.session.req as unknown) === req,
            cookie: Object.keys(req.session.cookie),
          });
        },
      }); // prettier-ignore
      expect(await client.json('/look')).toEqual({
        keys: ['cookie', 'views'],
        id: true,
        named: 'Session',
        back: true,
        cookie: ['path', '_expires', 'originalMaxAge', 'httpOnly'],
      });
    });

    it('regenerates: another id, no data, and the old one leaves the store', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/regenerate': (req, res) => {
          const old = req.session;
          old.regenerate((error) => {
            res.json({ error, same: old === req.session, views: req.session['views'] ?? null });
          });
        },
      }); // prettier-ignore
      await client.get('/view');
      const before = client.jar.get('connect.sid');
      expect(await client.json('/regenerate')).toEqual({ same: false, views: null });
      expect(store.calls).toEqual(['set', 'get', 'destroy', 'set']);
      expect(client.jar.get('connect.sid')).not.toBe(before);
      expect(Object.keys(store.sessions)).toHaveLength(1);
    });

    it('destroys: it leaves the request and the store, and the cookie stays', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/destroy': (req, res) => {
          req.session.destroy(() => {
            res.json({ gone: (req as Partial<Req>).session === undefined });
          });
        },
      }); // prettier-ignore
      await client.get('/view');
      const { text, cookies } = await client.get('/destroy');
      expect({ text, cookies }).toEqual({ text: '{"gone":true}', cookies: [] });
      expect(Object.keys(store.sessions)).toEqual([]);
    });

    it('reloads: another object with what is stored', async () => {
      const { client } = await open(face, {}, {
        '/reload': (req, res) => {
          const old = req.session;
          old['views'] = 99;
          old.reload((error) => {
            res.json({ error, same: old === req.session, views: req.session['views'] });
          });
        },
      }); // prettier-ignore
      await client.get('/view');
      expect(await client.json('/reload')).toEqual({ same: false, views: 1 });
    });

    it('cannot be reloaded when it is gone', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/reload': (req, res) => {
          store.sessions = {};
          req.session.reload((error) => {
            res.json(error instanceof Error ? error.message : null);
          });
        },
      }); // prettier-ignore
      await client.get('/view');
      expect(await client.json('/reload')).toBe('failed to load session');
    });

    it('saves when told to, and then not again at the end', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/save': (req, res) => {
          view(req);
          const returned = req.session.save(() => {
            res.json({ chained: returned === undefined || returned === req.session });
          });
        },
      }); // prettier-ignore
      await client.get('/view');
      await client.get('/save');
      expect(store.calls).toEqual(['set', 'get', 'set']);
    });

    it('has a cookie whose life can be set', async () => {
      const { client } = await open(face, {}, {
        '/hour': (req, res) => {
          view(req);
          req.session.cookie.maxAge = 3_600_000;
          const { originalMaxAge, maxAge, expires } = req.session.cookie;
          res.json({ originalMaxAge, rest: maxAge > 3_590_000, expires: expires instanceof Date });
        },
      }); // prettier-ignore
      const { text, cookies } = await client.get('/hour');
      expect(JSON.parse(text)).toEqual({ originalMaxAge: 3_600_000, rest: true, expires: true });
      expect(cookies.join()).toMatch(/Expires=/);
      expect(cookies.join()).not.toMatch(/Max-Age/);
    });

    it('drops stored fields that have the names of its members', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store });
      await client.get('/view');
      const [id = ''] = Object.keys(store.sessions);
      store.sessions[id] = '{"views":4,"save":1,"toString":"x","cookie":{}}';
      expect(await client.json('/')).toEqual({ views: 4 });
    });
  });

  describe('options', () => {
    it('name and key name the cookie', async () => {
      for (const options of [{ name: 'sid' }, { key: 'sid' }]) {
        const { client } = await open(face, options);
        expect((await client.get('/view')).cookies.join()).toMatch(/^sid=/);
        expect((await client.get('/view')).text).toBe('2');
      }
    });

    it('genid makes ids, and what is no text is never stored nor sent', async () => {
      const named = await open(face, { genid: (req) => `of ${req.url ?? ''}` });
      expect((await named.client.get('/view')).cookies.join()).toContain('s%3Aof%20%2Fview.');
      const store = storeOf(face);
      const bogus = await open(face, { store, genid: () => 7 as unknown as string });
      expect((await bogus.client.get('/view')).cookies).toEqual([]);
      expect(store.calls).toEqual([]);
    });

    it.each([
      [{ genid: 'x' as never }, 'genid option must be a function'],
      [{ unset: 'x' as never }, 'unset option must be "destroy" or "keep"'],
      [{ secret: [] }, 'secret option array must contain one or more strings'],
    ])('%j is refused at start-up', (options, message) => {
      expect(() => middleware(face, options)).toThrow(new TypeError(message));
    });

    it('secret left out is an error of each request, unless cookie-parser has one', async () => {
      const none = await open(face, { secret: undefined });
      expect((await none.client.get('/')).text).toBe('secret option required for sessions');
      const parsed = await open(face, { secret: undefined, before: cookieParser('of cookie-parser') });
      await parsed.client.get('/view');
      expect((await parsed.client.get('/view')).text).toBe('2');
    });

    it('cookie may be a function of the request', async () => {
      const { client } = await open(face, {
        cookie: (req) => ({ path: '/', sameSite: req.url === '/view' ? 'strict' : 'lax' }),
      });
      expect((await client.get('/view')).cookies.join()).toContain('SameSite=Strict');
    });

    it("secure: 'auto' and sameSite: 'auto' are as the request came", async () => {
      const { client } = await open(face, { proxy: true, cookie: { secure: 'auto', sameSite: 'auto' } });
      expect((await client.copy().get('/view')).cookies.join()).toMatch(/HttpOnly; SameSite=Lax$/);
      const tls = await client.copy().get('/view', { 'x-forwarded-proto': 'HTTPS, http' });
      expect(tls.cookies.join()).toMatch(/HttpOnly; Secure; SameSite=None$/);
    });

    it.each([
      [undefined, false, 0],
      [undefined, true, 1],
      [true, false, 1],
      [false, true, 0],
    ])('proxy %s under trust proxy %s: %i cookies over a proxy’s TLS', async (proxy, trust, count) => {
      const app = express();
      app.set('trust proxy', trust);
      app.use(middleware(face, { proxy, cookie: { secure: true } }));
      app.get('/', (req, res) => void res.json(view(req as unknown as Req)));
      const client = await serve(app as RequestListener);
      expect((await client.get('/', { 'x-forwarded-proto': 'https' })).cookies).toHaveLength(count);
      expect((await client.get('/')).cookies).toHaveLength(0);
    });

    it.each(['keep', 'destroy'] as const)('unset: %s', async (unset) => {
      const store = storeOf(face);
      const { client } = await open(face, { store, unset }, {
        '/null': (req, res) => {
          Object.assign(req, { session: null });
          res.end();
        },
        '/delete': (req, res) => {
          Reflect.deleteProperty(req, 'session');
          res.end();
        },
      }); // prettier-ignore
      for (const path of ['/null', '/delete']) {
        await client.get('/view');
        await client.get(path);
        expect(Object.keys(store.sessions)).toHaveLength(unset === 'keep' ? 1 : 0);
      }
    });
  });

  describe('where there is no session', () => {
    it('it is undefined on another path, by the start of the whole one', async () => {
      const { client } = await open(face, { cookie: { path: '/admin' } }, {
        '/other': (req, res) => res.json((req as Partial<Req>).session === undefined),
        '/administer': (req, res) => res.json(view(req)),
      }); // prettier-ignore
      expect(await client.json('/other')).toBe(true);
      expect(await client.json('/administer')).toBe(1);
    });

    it('the path is the whole one, wherever the middleware is mounted', async () => {
      const { client } = await open(face, { at: '/admin', cookie: { path: '/admin' } }, {
        '/admin/view': (req, res) => res.json(view(req)),
      }); // prettier-ignore
      expect((await client.get('/admin/view')).cookies.join()).toContain('Path=/admin');
    });

    it('it is undefined while the store is disconnected', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store }, {
        '/is': (req, res) => res.json((req as Partial<Req>).session !== undefined),
      }); // prettier-ignore
      store.emit('disconnect');
      expect(await client.json('/is')).toBe(false);
      store.emit('connect');
      expect(await client.json('/is')).toBe(true);
    });

    it('a middleware that comes second leaves the first one its request', async () => {
      const { client } = await open(face, { name: 'second', before: middleware(face, { name: 'first' }) });
      expect((await client.get('/view')).cookies.join()).toMatch(/^first=[^,]*$/);
    });
  });

  describe('a store that fails', () => {
    it('at get: next(error), and ENOENT is no failure', async () => {
      const store = storeOf(face);
      const { client, errors } = await open(face, { store });
      await client.get('/view');
      store.get = (_id, done) => { done(Object.assign(new Error('down'), { code: 'EDOWN' })); }; // prettier-ignore
      expect((await client.get('/')).text).toBe('down');
      store.get = (_id, done) => { done(Object.assign(new Error('none'), { code: 'ENOENT' })); }; // prettier-ignore
      expect((await client.get('/view')).text).toBe('1');
      expect(errors).toHaveLength(1);
    });

    it('at set: the response is as it was, and next(error) comes a second time', async () => {
      const store = storeOf(face);
      const { client, errors } = await open(face, { store });
      store.set = (_id, _session, done) => { setImmediate(() => done?.(new Error('full'))); }; // prettier-ignore
      const { status, text, cookies } = await client.get('/view');
      expect({ status, text, cookies: cookies.length }).toEqual({ status: 200, text: '1', cookies: 1 });
      await turn();
      expect(errors).toEqual([new Error('full')]);
    });

    it('at createSession: next(error)', async () => {
      const store = storeOf(face);
      const { client } = await open(face, { store });
      await client.get('/view');
      const [id = ''] = Object.keys(store.sessions);
      store.sessions[id] = '{"views":1}';
      expect((await client.get('/')).text).toMatch(/^Cannot read properties of undefined/);
    });
  });

  describe('the response', () => {
    const shapes: Handlers = {
      '/empty': (req, res) => {
        view(req);
        res.end();
      },
      '/writes': (req, res) => {
        view(req);
        res.write('one, ');
        res.write('two, ');
        res.end('three');
      },
      '/length': (req, res) => {
        view(req);
        res.setHeader('Content-Length', '5');
        res.end('hello');
      },
      '/head': (req, res) => {
        view(req);
        res.writeHead(201, { 'X-Mine': 'yes' });
        res.end(Buffer.from('bytes'));
      },
      '/twice': (req, res) => {
        view(req);
        res.end('first');
        res.end('second');
      },
      '/late': (req, res) => {
        res.write('begun, ');
        view(req);
        res.end('ended');
      },
    };
    it.each([
      ['/empty', 200, '', 1],
      ['/writes', 200, 'one, two, three', 1],
      ['/length', 200, 'hello', 1],
      ['/head', 201, 'bytes', 1],
      ['/twice', 200, 'first', 1],
      ['/late', 200, 'begun, ended', 0],
    ])('%s is answered by %i and stored once', async (path, status, text, cookies) => {
      for (const make of [express, express4]) {
        const store = storeOf(face);
        const { client } = await open(face, { store, make }, shapes);
        const answer = await client.get(path);
        expect([answer.status, answer.text, answer.cookies.length]).toEqual([status, text, cookies]);
        expect(store.calls).toEqual(['set']);
      }
    });

    it('to HEAD is as to GET, without the body', async () => {
      const { client } = await open(face, {});
      const response = await fetch(`${client.base}/view`, { method: 'HEAD' });
      expect(response.headers.getSetCookie()).toHaveLength(1);
    });

    it('keeps the cookies that the app sets', async () => {
      const { client } = await open(face, {}, {
        '/two': (req, res) => {
          view(req);
          res.cookie('other', 'mine').end();
        },
      }); // prettier-ignore
      expect((await client.get('/two')).cookies.map((line) => line.split('=')[0])).toEqual(['other', 'connect.sid']);
    });

    it('gets an error where a cookie’s attribute cannot be sent', async () => {
      const { client, errors } = await open(face, { cookie: { domain: 'no domain' } });
      expect((await client.get('/view')).cookies).toEqual([]);
      await turn();
      expect(errors).toEqual([new TypeError('option domain is invalid')]);
    });
  });

  it('tells of what is deprecated, under its own name', async () => {
    const told: string[] = [];
    const listener = (warning: Error & { namespace?: string }): void => {
      if (warning.namespace === 'express-session') told.push(warning.message);
    };
    process.on('deprecation', listener as never);
    onTestFinished(() => void process.off('deprecation', listener as never));
    // Told once for each place that calls.
    face({ secret: 'keep it', saveUninitialized: false });
    face({ secret: 'keep it', resave: false });
    face({ resave: false, saveUninitialized: false });
    expect(told).toEqual([
      'undefined resave option; provide resave option',
      'undefined saveUninitialized option; provide saveUninitialized option',
      'req.secret; provide secret option',
    ]);
  });
});

describe('a session that one of them stored', () => {
  it.each([
    ['is read, changed and stored by the other', 0, 1],
    ['is so the other way', 1, 0],
  ] as const)('%s', async (_, from, to) => {
    const [writer, reader] = [faces[from]![1], faces[to]![1]];
    const store = new writer.MemoryStore();
    const first = await open(writer, { store, cookie: { maxAge: 60_000 } });
    await first.client.get('/view');
    const copied = new reader.MemoryStore();
    copied.sessions = store.sessions;
    const second = await open(reader, { store: copied, cookie: { maxAge: 60_000 } });
    second.client.jar.set('connect.sid', first.client.jar.get('connect.sid') ?? '');
    expect((await second.client.get('/view')).text).toBe('2');
    expect((await first.client.get('/view')).text).toBe('3');
  });
});
