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
  it('gives the handler its session, stores the change, and sends the cookie on a response that no cache may keep', async () => {
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

  it('stores nothing for a visitor who changed nothing, and returns the response as it is', async () => {
    const { sessions, store, request } = open();
    const response = new Response('hello');
    expect(await sessions.handle(request(), () => response)).toBe(response);
    expect(store.calls).toEqual([]);
  });

  it('gives the session a new id at a login, and the old one leads nowhere', async () => {
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

  it('merges what two requests change at the same time', async () => {
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

  it('clears the cookie after destroy()', async () => {
    const { sessions, request, got, jar } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    got(await sessions.handle(request(), async (mine) => (await mine.destroy(), new Response())));
    expect([...jar.keys()]).toEqual([]);
  });

  it('keeps status, body, and headers of a response whose own headers are immutable', async () => {
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

  it('never puts one client’s cookie onto a response that the app uses for several requests', async () => {
    const { sessions, request } = open();
    const shared = new Response(null, { status: 204 });
    const own = await sessions.handle(request(), (mine) => ((mine.views = 1), shared));
    expect(own.headers.getSetCookie()).toHaveLength(1);
    expect(shared.headers.getSetCookie()).toEqual([]);
    expect((await sessions.handle(request(), () => shared)).headers.getSetCookie()).toEqual([]);
  });

  it('returns a response that can carry no cookie as it is, and stores no session for it', async () => {
    const { sessions, store, request } = open();
    const failed = Response.error();
    expect(await sessions.handle(request(), (mine) => ((mine.views = 1), failed))).toBe(failed);
    expect(store.calls).toEqual([]);
  });

  it('keeps the cookies of the handler beside its own, and makes a public response private', async () => {
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

  it('passes on what the handler throws, and stores nothing', async () => {
    const { sessions, store, request } = open();
    const thrown = sessions.handle(request(), (mine) => {
      mine.views = 1;
      throw new RangeError('mine');
    });
    await expect(thrown).rejects.toThrow(RangeError);
    expect(store.calls).toEqual([]);
  });

  it('rejects for a payload that does not fit the schema, stores nothing, and reports it in the event', async () => {
    const told = listen('typed-session:error');
    const { sessions, store, request } = open();
    const refused = sessions.handle(request(), (mine) => ((mine.note = 'too long'), new Response('never sent')));
    await expect(refused).rejects.toThrow('note (too_big)');
    expect(store.calls).toEqual([]);
    expect(told.map(({ consequence }) => consequence)).toEqual(['refused']);
  });

  it('rejects if the store fails', async () => {
    const broken = Object.assign(new MemoryStore(), { create: () => Promise.reject(new Error('down')) });
    const { sessions, request } = open({ store: broken });
    const refused = sessions.handle(request(), (mine) => ((mine.views = 1), new Response('never sent')));
    await expect(refused).rejects.toMatchObject({ code: 'SESSION_STORE', status: 503 });
  });

  it('responds 409 to a change of a session that has ended meanwhile', async () => {
    const { sessions, request, got } = open();
    got(await sessions.handle(request(), (mine) => ((mine.views = 1), new Response())));
    const response = await sessions.handle(request(), async (mine) => {
      await sessions.handle(request(), async (other) => (await other.destroy(), new Response()));
      mine.views = 2;
      return new Response('never sent');
    });
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'SESSION_ENDED' }]);
  });

  it('lets an inner handle() on the same request share the session', async () => {
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

describe('several handle() of one request', () => {
  it('put the cookie of the inner one onto the response of the outer one too', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    const response = await sessions.handle(wanted, async () => {
      await sessions.handle(wanted, (mine) => ((mine.views = 1), new Response('inner')));
      return new Response('outer');
    });
    got(response);
    expect((await sessions.load(request())).views).toBe(1);
  });

  it('send one cookie, the last one, if the outer one gives the inner response another id', async () => {
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

  it('clear the cookie by the next response, if a handler has thrown after destroy()', async () => {
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

  it('store their changes after load() too', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    await sessions.load(wanted);
    got(await sessions.handle(wanted, (mine) => ((mine.views = 3), new Response())));
    expect((await sessions.load(request())).views).toBe(3);
  });

  it('leave nothing behind of one whose handler has thrown', async () => {
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

  it('an inner one behind a guard responds by the onMissing of its own guard, and the outer one commits', async () => {
    const { sessions, store, request } = open();
    const wanted = request();
    const guard = sessions.requireSession('userId', { onMissing: () => new Response('sign in', { status: 401 }) });
    const response = await sessions.handle(wanted, (outer) => {
      outer.views = 1;
      return sessions.handle(wanted, guard, () => new Response());
    });
    expect([response.status, await response.text(), store.calls]).toEqual([401, 'sign in', ['create']]);
  });

  it('one after the other each store their change, and send a cookie on their response', async () => {
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

  it('side by side lose nothing, whichever ends first', async () => {
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

it('a handler that returns no response is told so, and nothing is stored', async () => {
  const { sessions, store, request } = open();
  const nothing = (mine: { views: number }) => ((mine.views = 1), undefined) as never;
  await expect(sessions.handle(request(), nothing)).rejects.toThrow('must return a Response');
  expect(store.calls).toEqual([]);
});

describe('guards', () => {
  it('respond 401 to a visitor and 403 to somebody with another value, as application/problem+json', async () => {
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

  it('respond by onMissing, the app’s or their own', async () => {
    const toLogin = () => Response.redirect('http://localhost/login', 302);
    const { sessions, request } = open({ onMissing: toLogin });
    const guarded = await sessions.handle(request(), sessions.requireSession('userId'), () => new Response());
    expect(guarded.headers.get('Location')).toBe('http://localhost/login');
    const own = sessions.requireSession('userId', { onMissing: () => new Response('own', { status: 401 }) });
    expect(await (await sessions.handle(request(), own, () => new Response())).text()).toBe('own');
  });

  it('never let a request pass whose onMissing returns no response', async () => {
    const { sessions, request } = open();
    const guard = sessions.requireSession('userId', { onMissing: () => undefined as never });
    const reached: string[] = [];
    const handler = () => (reached.push('handler'), new Response());
    await expect(sessions.handle(request(), guard, handler)).rejects.toThrow('must return a Response');
    expect(reached).toEqual([]);
  });

  it('must be made by the same sessions', async () => {
    const { sessions, request } = open();
    const others = open().sessions.requireSession('userId');
    await expect(sessions.handle(request(), others, () => new Response())).rejects.toThrow('of the same sessions');
  });

  it('refuse a field that the schema does not have when they are made', () => {
    const { sessions } = open();
    // @ts-expect-error -- the compiler refuses it too
    expect(() => sessions.requireSession('userID')).toThrow('did you mean userId');
  });
});

describe('by hand', () => {
  it('a framework loads the session, and commits it onto its response', async () => {
    const { sessions, request, got } = open();
    const wanted = request();
    const mine = await sessions.load(wanted);
    mine.views = 5;
    expect(sessions.of(wanted)).toBe(mine);
    got(await sessions.commit(wanted, new Response()));
    expect((await sessions.load(request())).views).toBe(5);
  });

  it('a commit that fails leaves nothing behind that the error response would fail with', async () => {
    const { sessions, request } = open();
    const wanted = request();
    const mine = await sessions.load(wanted);
    mine.note = 'too long';
    await expect(sessions.commit(wanted, new Response())).rejects.toThrow('note (too_big)');
    expect((await sessions.commit(wanted, new Response('error page', { status: 409 }))).status).toBe(409);
  });

  it('a new id after the commit is an error, for no response carries it any more', async () => {
    const { sessions, request } = open();
    const wanted = request();
    const mine = await sessions.load(wanted);
    await sessions.commit(wanted, new Response());
    await expect(mine.rotate()).rejects.toThrow(SessionHeadersSentError);
  });

  it('a request without a session of these is told so', async () => {
    const { sessions, request } = open({ cookie: { path: '/admin' } });
    expect(() => sessions.of(request())).toThrow(SessionNotLoadedError);
    await expect(sessions.load(request('/shop'))).rejects.toThrow('cookie.path');
    await expect(sessions.load(request('/admin/x'))).resolves.toMatchObject({ views: 0 });
  });
});

it('list() and revoke() take a request as the current one', async () => {
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

it('a cookie for TLS is sent over https, or behind a proxy that is believed', async () => {
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
    'must be a handler',
  ],
  ['an address', (sessions) => sessions.handle('http://localhost/' as never, () => new Response()), 'take a Request'],
  ['nothing', (sessions) => sessions.load(undefined as never), 'take a Request'],
])('refuses %s in the place of an argument', async (_, call, message) => {
  await expect(call(open().sessions)).rejects.toThrow(message);
});

it.each(['unset', 'onError', 'load'])('refuses the option %s, which is Express’s', (option) => {
  expect(() => open({ [option]: undefined })).toThrow(`${option}: is an option for Express`);
});
