import { createServer } from 'node:http';
import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session as expressSession, SessionHeadersSentError, SessionNotLoadedError } from 'typed-session';
import { session } from 'typed-session/fetch';
import { z } from 'zod';
import { listen, ProbedStore } from '../support/app.js';

const secret = 'only for a spec, and 32 bytes long at least';
const schema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).optional(),
  views: z.int().default(0),
  note: z.string().max(5).optional(),
});

/** A browser: it sends back the cookies that it got. */
function browser(address = 'http://localhost/') {
  const jar = new Map<string, string>();
  return {
    request(path = '', headers: Record<string, string> = {}): Request {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      return new Request(new URL(path, address), { headers: cookie === '' ? headers : { ...headers, cookie } });
    },
    got(response: Response): Response {
      for (const header of response.headers.getSetCookie()) {
        const [pair = ''] = header.split(';');
        const [name = '', value = ''] = pair.split('=');
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      return response;
    },
    jar,
  };
}

function open(more: object = {}) {
  const store = new ProbedStore(new MemoryStore());
  const sessions = session({ schema, secret, store, principal: 'userId', ...more });
  return { store, sessions, ...browser() };
}

describe('sessions.handle', () => {
  it('handle() passes the session, stores the change, and sends the cookie on a response that no cache may keep', async () => {
    const { sessions, store, request, got } = open();
    const count = (): Promise<Response> =>
      sessions.handle(request(), (mine) => {
        mine.views += 1;
        return new Response(String(mine.views));
      });
    const first = got(await count());
    expect(await first.text()).toBe('1');
    expect(first.headers.getSetCookie()[0]).toMatch(/^sid=s%3A.*; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(first.headers.get('Cache-Control')).toBe('no-store');
    const second = got(await count());
    expect(await second.text()).toBe('2');
    expect(second.headers.getSetCookie()).toEqual([]);
    expect(store.calls).toEqual(['create', 'read', 'update']);
  });

  it('handle() stores nothing for a visitor who changed nothing, and returns the response unchanged', async () => {
    const { sessions, store, request } = open();
    const response = new Response('hello');
    expect(await sessions.handle(request(), () => response)).toBe(response);
    expect(store.calls).toEqual([]);
  });

  it('handle() gives the session a new id at a login, and the old id becomes useless', async () => {
    const { sessions, request, got, jar } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    const planted = new Map(jar);
    got(await sessions.handle(request(), (mine) => ((mine.userId = 'ada'), new Response())));
    expect(jar.get('sid')).not.toBe(planted.get('sid'));
    const old = new Request('http://localhost/', { headers: { cookie: `sid=${planted.get('sid') ?? ''}` } });
    expect(await (await sessions.handle(old, (mine) => Response.json(mine))).json()).toEqual({ views: 0 });
    expect(await (await sessions.handle(request(), (mine) => Response.json(mine))).json()).toEqual({
      views: 1,
      userId: 'ada',
    });
  });

  it('handle() merges the changes of two simultaneous requests', async () => {
    const { sessions, request, got } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    let bothHaveLoaded = (): void => undefined;
    const barrier = new Promise<void>((resolve) => (bothHaveLoaded = resolve));
    let waiting = 0;
    const change = (apply: (mine: { views: number; note?: string | undefined }) => void) =>
      sessions.handle(request(), async (mine) => {
        apply(mine);
        if (++waiting === 2) bothHaveLoaded();
        await barrier;
        return new Response();
      });
    await Promise.all([change((mine) => (mine.views = 9)), change((mine) => (mine.note = 'x'))]);
    expect(await (await sessions.handle(request(), (mine) => Response.json(mine))).json()).toEqual({
      views: 9,
      note: 'x',
    });
  });

  it('handle() clears the cookie after destroy()', async () => {
    const { sessions, request, got, jar } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    got(await sessions.handle(request(), async (mine) => (await mine.destroy(), new Response())));
    expect([...jar.keys()]).toEqual([]);
  });

  it('handle() keeps the status, body, and headers of a response with immutable headers', async () => {
    const { sessions, request } = open();
    const redirected = await sessions.handle(
      request(),
      (mine) => ((mine.views = 1), Response.redirect('http://localhost/next', 303)),
    );
    expect([redirected.status, redirected.headers.get('Location')]).toEqual([303, 'http://localhost/next']);
    expect(redirected.headers.getSetCookie()).toHaveLength(1);
    const empty = await sessions.handle(request(), (mine) => ((mine.views = 1), new Response(null, { status: 204 })));
    expect([empty.status, empty.headers.getSetCookie().length]).toEqual([204, 1]);
  });

  it('handle() never adds the cookie of one client to a response that the app uses for several requests', async () => {
    const { sessions, request } = open();
    const shared = new Response(null, { status: 204 });
    const own = await sessions.handle(request(), (mine) => ((mine.views = 1), shared));
    expect(own.headers.getSetCookie()).toHaveLength(1);
    expect(shared.headers.getSetCookie()).toEqual([]);
    expect((await sessions.handle(request(), () => shared)).headers.getSetCookie()).toEqual([]);
  });

  it('handle() returns a response that cannot carry a cookie unchanged, and stores no session', async () => {
    const { sessions, store, request } = open();
    const failed = Response.error();
    expect(await sessions.handle(request(), (mine) => ((mine.views = 1), failed))).toBe(failed);
    expect(store.calls).toEqual([]);
  });

  it('handle() keeps the cookies of the handler, and makes a public response private', async () => {
    const { sessions, request } = open();
    const response = await sessions.handle(request(), (mine) => {
      mine.views = 1;
      const headers = new Headers({ 'Cache-Control': 'public, max-age=60', 'CDN-Cache-Control': 'max-age=60' });
      headers.append('Set-Cookie', 'theme=dark');
      headers.append('Set-Cookie', 'lang=en');
      return new Response('x', { headers });
    });
    expect(response.headers.getSetCookie().map((header) => header.split('=')[0])).toEqual(['theme', 'lang', 'sid']);
    expect(response.headers.get('Cache-Control')).toBe('private, max-age=60');
    expect(response.headers.get('CDN-Cache-Control')).toBe('no-store');
  });

  it('handle() rejects with the error of the handler, and stores nothing', async () => {
    const { sessions, store, request } = open();
    const thrown = sessions.handle(request(), (mine) => {
      mine.views = 1;
      throw new RangeError('mine');
    });
    await expect(thrown).rejects.toThrow(RangeError);
    expect(store.calls).toEqual([]);
  });

  it('handle() rejects if the payload does not fit the schema, stores nothing, and publishes an event', async () => {
    const told = listen('typed-session:error');
    const { sessions, store, request } = open();
    const refused = sessions.handle(request(), (mine) => ((mine.note = 'too long'), new Response('never sent')));
    await expect(refused).rejects.toThrow('note (too_big)');
    expect(store.calls).toEqual([]);
    expect(told.map(({ consequence }) => consequence)).toEqual(['refused']);
  });

  it('handle() rejects if the store fails', async () => {
    const broken = Object.assign(new MemoryStore(), { create: () => Promise.reject(new Error('down')) });
    const { sessions, request } = open({ store: broken });
    const refused = sessions.handle(request(), (mine) => ((mine.views = 1), new Response('never sent')));
    await expect(refused).rejects.toMatchObject({ code: 'SESSION_STORE', status: 503 });
  });

  it('handle() responds 409 if a request changed a session that has since ended', async () => {
    const { sessions, request, got } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    const response = await sessions.handle(request(), async (mine) => {
      await sessions.handle(request(), async (other) => (await other.destroy(), new Response()));
      mine.views = 2;
      return new Response('never sent');
    });
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'SESSION_ENDED' }]);
  });

  it('handle() shares the session with a nested handle() of the same request', async () => {
    const { sessions, store, request } = open();
    const wanted = request();
    const response = await sessions.handle(wanted, async (outer) => {
      const inner = await sessions.handle(wanted, (mine) => ((mine.views = 1), new Response(String(mine === outer))));
      outer.note = 'outer';
      return inner;
    });
    expect(await response.text()).toBe('true');
    expect([response.headers.getSetCookie().length, store.calls]).toEqual([1, ['create', 'update']]);
  });
});

describe('several calls of handle() for one request', () => {
  it('a cookie of a nested handle() is also sent with the response of the outer one', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    const response = await sessions.handle(wanted, async () => {
      await sessions.handle(wanted, (mine) => ((mine.views = 1), new Response('inner')));
      return new Response('outer');
    });
    got(response);
    expect((await sessions.load(request())).views).toBe(1);
  });

  it('only the last cookie is sent if the outer handle() rotates the session after the nested one', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    const response = await sessions.handle(wanted, async (mine) => {
      const inner = await sessions.handle(wanted, () => ((mine.views = 1), new Response('inner')));
      await mine.rotate();
      return inner;
    });
    expect(response.headers.getSetCookie()).toHaveLength(1);
    got(response);
    expect((await sessions.load(request())).views).toBe(1);
  });

  it('the next response clears the cookie if a handler threw after destroy()', async () => {
    const { sessions, request, got, jar } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    const wanted = request();
    const thrown = sessions.handle(wanted, async (mine) => {
      await mine.destroy();
      throw new RangeError('mine');
    });
    await expect(thrown).rejects.toThrow(RangeError);
    got(await sessions.handle(wanted, () => new Response('error page', { status: 500 })));
    expect([...jar.keys()]).toEqual([]);
  });

  it('handle() stores changes if load() was called before', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    await sessions.load(wanted);
    got(await sessions.handle(wanted, (mine) => ((mine.views = 3), new Response())));
    expect((await sessions.load(request())).views).toBe(3);
  });

  it('the changes of a handler that threw are not stored by the next handle()', async () => {
    const { sessions, request } = open();
    const wanted = request();
    const thrown = sessions.handle(wanted, (mine) => {
      mine.note = 'lost';
      throw new RangeError('mine');
    });
    await expect(thrown).rejects.toThrow(RangeError);
    const second = await sessions.handle(wanted, (mine) => ((mine.views = 1), Response.json(mine)));
    expect([await second.json(), second.headers.getSetCookie().length]).toEqual([{ views: 1 }, 1]);
  });

  it('a nested handle() responds with the onMissing of its own guard, and the outer handle() commits', async () => {
    const { sessions, store, request } = open();
    const wanted = request();
    const guard = sessions.requireSession('userId', { onMissing: () => new Response('sign in', { status: 401 }) });
    const response = await sessions.handle(wanted, (outer) => {
      outer.views = 1;
      return sessions.handle(wanted, guard, () => new Response());
    });
    expect([response.status, await response.text(), store.calls]).toEqual([401, 'sign in', ['create']]);
  });

  it('consecutive calls of handle() for one request each store their change and send a cookie', async () => {
    const { sessions, store, request } = open();
    const wanted = request();
    const first = await sessions.handle(wanted, (mine) => ((mine.views = 1), new Response()));
    const second = await sessions.handle(wanted, async (mine) => {
      await mine.rotate();
      mine.note = 'two';
      return new Response();
    });
    const ids = [first, second].map(({ headers }) => headers.getSetCookie()[0]?.split(';')[0]);
    expect(new Set(ids).size).toBe(2);
    expect(store.calls).toEqual(['create', 'create', 'update']);
  });

  it('concurrent calls of handle() for one request lose no change, whichever ends first', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    let go = (): void => undefined;
    const outer = sessions.handle(wanted, (mine) => ((mine.views = 1), new Response()));
    const inner = sessions.handle(wanted, async (mine) => {
      await new Promise<void>((resolve) => (go = resolve));
      mine.note = 'late';
      return new Response();
    });
    got(await outer);
    go();
    got(await inner);
    expect(await (await sessions.handle(request(), (mine) => Response.json(mine))).json()).toEqual({
      views: 1,
      note: 'late',
    });
  });
});

it('a handler that returns no response gets a TypeError, and nothing is stored', async () => {
  const { sessions, store, request } = open();
  const nothing = (mine: { views: number }) => ((mine.views = 1), undefined) as never;
  await expect(sessions.handle(request(), nothing)).rejects.toThrow('must return a Response');
  expect(store.calls).toEqual([]);
});

describe('guards', () => {
  it('guards respond 401 to a visitor and 403 to a user with another value, as application/problem+json', async () => {
    const { sessions, request, got } = open();
    const admins = sessions.requireSession('userId', { role: 'admin' });
    const reached: string[] = [];
    const enter = (): Promise<Response> =>
      sessions.handle(request(), admins, (mine) => {
        const [id, role]: [string, 'admin'] = [mine.userId, mine.role]; // what the guard has found
        reached.push(id, role);
        return new Response();
      });
    const visitor = await enter();
    expect([visitor.status, visitor.headers.get('Content-Type')]).toEqual([401, 'application/problem+json']);
    expect(await visitor.json()).toMatchObject({
      title: 'Unauthorized',
      code: 'SESSION_REQUIRED',
      missing: ['userId'],
    });
    got(await sessions.handle(request(), (mine) => ((mine.userId = 'ada'), (mine.role = 'user'), new Response())));
    const user = await enter();
    expect([user.status, await user.json()]).toMatchObject([403, { code: 'SESSION_FORBIDDEN', failed: ['role'] }]);
    expect(reached).toEqual([]);
    got(await sessions.handle(request(), (mine) => ((mine.role = 'admin'), new Response())));
    expect((await enter()).status).toBe(200);
    expect(reached).toEqual(['ada', 'admin']);
  });

  it('guards respond with the onMissing of the app or with their own', async () => {
    const toLogin = () => Response.redirect('http://localhost/login', 302);
    const { sessions, request } = open({ onMissing: toLogin });
    const guarded = await sessions.handle(request(), sessions.requireSession('userId'), () => new Response());
    expect(guarded.headers.get('Location')).toBe('http://localhost/login');
    const own = sessions.requireSession('userId', { onMissing: () => new Response('own', { status: 401 }) });
    expect(await (await sessions.handle(request(), own, () => new Response())).text()).toBe('own');
  });

  it('guards never let a request pass if onMissing returns no response', async () => {
    const { sessions, request } = open();
    const guard = sessions.requireSession('userId', { onMissing: () => undefined as never });
    const reached: string[] = [];
    const handler = () => (reached.push('handler'), new Response());
    await expect(sessions.handle(request(), guard, handler)).rejects.toThrow('must return a Response');
    expect(reached).toEqual([]);
  });

  it('handle() refuses a guard of other sessions', async () => {
    const { sessions, request } = open();
    const others = open().sessions.requireSession('userId');
    await expect(sessions.handle(request(), others, () => new Response())).rejects.toThrow('of the same sessions');
  });

  it('requireSession() immediately refuses a field that the schema does not have', () => {
    const { sessions } = open();
    // @ts-expect-error -- the compiler refuses it too
    expect(() => sessions.requireSession('userID')).toThrow('did you mean userId');
  });
});

describe('load() and commit()', () => {
  it('load() and commit() let a framework add the session to its own response', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    const mine = await sessions.load(wanted);
    mine.views = 5;
    expect(sessions.of(wanted)).toBe(mine);
    got(await sessions.commit(wanted, new Response()));
    expect((await sessions.load(request())).views).toBe(5);
  });

  it('after a failed commit(), the commit of the error response does not fail with the same error', async () => {
    const { sessions, request } = open();
    const wanted = request();
    const mine = await sessions.load(wanted);
    mine.note = 'too long';
    await expect(sessions.commit(wanted, new Response())).rejects.toThrow('note (too_big)');
    expect((await sessions.commit(wanted, new Response('error page', { status: 409 }))).status).toBe(409);
  });

  it('rotate() after commit() is an error, because no response can carry the new id', async () => {
    const { sessions, request } = open();
    const wanted = request();
    const mine = await sessions.load(wanted);
    await sessions.commit(wanted, new Response());
    await expect(mine.rotate()).rejects.toThrow(SessionHeadersSentError);
  });

  it('of() and load() refuse a request that has no session', async () => {
    const { sessions, request } = open({ cookie: { path: '/admin' } });
    expect(() => sessions.of(request())).toThrow(SessionNotLoadedError);
    await expect(sessions.load(request('/shop'))).rejects.toThrow('cookie.path');
    await expect(sessions.load(request('/admin/x'))).resolves.toMatchObject({ views: 0 });
  });
});

it('list() and revoke() accept a request as the current session', async () => {
  const { sessions, request, got } = open();
  const other = browser();
  for (const { request: next, got: keep } of [{ request, got }, other]) {
    keep(await sessions.handle(next(), (mine) => ((mine.userId = 'ada'), new Response())));
  }
  const here = request();
  await sessions.load(here);
  expect((await sessions.list('ada', { current: here })).map(({ isCurrent }) => isCurrent).sort()).toEqual([
    false,
    true,
  ]);
  expect(await sessions.revoke('ada', { except: here })).toBe(1);
  expect((await sessions.load(other.request())).userId).toBeUndefined();
  expect((await sessions.load(request())).userId).toBe('ada');
});

it('a cookie for TLS is sent over https, or behind a trusted proxy', async () => {
  const sent = async (more: object, address: string, headers = {}): Promise<number> => {
    const { sessions } = open({ cookie: { secure: true }, ...more });
    const { request: next } = browser(address);
    const response = await sessions.handle(next('', headers), (mine) => ((mine.views = 1), new Response()));
    return response.headers.getSetCookie().length;
  };
  expect(await sent({}, 'https://shop.example/')).toBe(1);
  expect(await sent({ proxy: true }, 'http://shop.example/', { 'X-Forwarded-Proto': 'https' })).toBe(1);
  expect(await sent({}, 'http://shop.example/', { 'X-Forwarded-Proto': 'https' })).toBe(0);
});

it('shares cookies and records with session() of Express', async () => {
  const store = new MemoryStore();
  const app = express();
  const sessions = expressSession({ schema, secret, store });
  app.use(sessions);
  app.get('/', (req, res) => {
    sessions.of(req).views += 1;
    res.end();
  });
  const response = await request(createServer(app)).get('/');
  const [cookie = ''] = response.get('Set-Cookie') ?? [];
  const same = session({ schema, secret, store });
  const mine = await same.load(new Request('http://localhost/', { headers: { cookie: cookie.split(';')[0] ?? '' } }));
  expect(mine.views).toBe(1);
});

it.each<[string, (sessions: ReturnType<typeof open>['sessions']) => Promise<unknown>, string]>([
  [
    'no handler',
    (sessions) => sessions.handle(new Request('http://localhost/'), undefined as never),
    'needs a handler as its last argument',
  ],
  ['an address', (sessions) => sessions.handle('http://localhost/' as never, () => new Response()), 'take a Request'],
  ['nothing', (sessions) => sessions.load(undefined as never), 'take a Request'],
])('refuses %s in the place of an argument', async (_, call, message) => {
  await expect(call(open().sessions)).rejects.toThrow(message);
});

it.each(['unset', 'onError', 'load'])('refuses the option %s, which only Express has', (option) => {
  expect(() => open({ [option]: undefined })).toThrow(`${option}: is an option for Express`);
});
