import { EventEmitter, once } from 'node:events';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type express from 'express';
import { type RequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { session, type SessionCallback } from 'typed-session';
import { deferred, listen, makeApp, type Client } from './support/app.js';
import { TextStore, type Callback } from './support/text-store.js';

// What express-session's users have asked for: each behaviour is shown on both.

/** express-session itself, which has no types of its own. */
const expressSession = createRequire(import.meta.url)('express-session') as (options: object) => RequestHandler;

const schema = z.object({
  views: z.int().default(0),
  name: z.string().optional(),
  other: z.string().optional(),
  constructor: z.string().optional(),
});

/** What both sessions can do. */
interface Mine {
  views?: number;
  name?: string;
  other?: string;
  constructor: unknown;
  readonly cookie: { maxAge?: number | null };
  save(callback: SessionCallback): void;
  regenerate(callback: SessionCallback): void;
  destroy(callback: SessionCallback): void;
}
const mine = (req: express.Request): Mine => req.session as unknown as Mine;

interface Options {
  readonly store: TextStore;
  readonly secret?: string;
  readonly name?: string;
  readonly cookie?: object | ((req: express.Request) => object);
  readonly idleTimeout?: number;
}

const theirs = (options: Options): RequestHandler =>
  expressSession({ secret: 'keep it', resave: false, saveUninitialized: false, ...options });
const ours = (options: Options): RequestHandler =>
  session({ schema, secret: 'keep it', name: 'connect.sid', ...options }) as RequestHandler;

type Make = typeof theirs;

/** An app with a session and these handlers, by path. */
function open(make: Make, options: Options, handlers: Record<string, RequestHandler> = {}): Promise<Client> {
  return makeApp((app) => {
    app.use(make(options));
    app.get('/', (req, res) => void res.json({ views: mine(req).views ?? 0, name: mine(req).name, other: mine(req).other })); // prettier-ignore
    app.get('/view', (req, res) => {
      mine(req).views = (mine(req).views ?? 0) + 1;
      res.json(mine(req).views);
    });
    app.get('/logout', (req, res, next) => {
      mine(req).destroy((error) => {
        if (error === undefined || error === null) res.sendStatus(204);
        else next(error);
      });
    });
    for (const [path, handler] of Object.entries(handlers)) app.get(path, handler);
  });
}

/** A store whose `set` waits until it is let go. */
class SlowStore extends TextStore {
  readonly asked = deferred();
  readonly letGo = deferred();
  override set(id: string, data: object, callback?: Callback): void {
    this.asked.resolve();
    void this.letGo.promise.then(() => {
      super.set(id, data, callback);
    });
  }
}

describe('the response never outruns the save', () => {
  /** Whether the client has the head of a redirect while the store is still at work. */
  async function headCameFirst(make: Make): Promise<boolean> {
    const store = new SlowStore();
    const client = await open(make, { store }, {
      '/login': (req, res) => {
        mine(req).name = 'ada';
        res.redirect('/');
      },
    }); // prettier-ignore
    const answered = fetch(`${client.base}/login`, { redirect: 'manual' }); // fulfilled by the head
    await store.asked.promise;
    // Both sit in this process: what the server wrote arrives within some turns of the event loop.
    let came = false;
    void answered.then(() => (came = true));
    for (let turn = 0; turn < 200 && !came; turn++) await new Promise((resolve) => setImmediate(resolve));
    const first = came;
    store.letGo.resolve();
    await (await answered).text();
    return first;
  }

  it('there it does', async () => {
    expect(await headCameFirst(theirs)).toBe(true);
  });
  it('here it waits', async () => {
    expect(await headCameFirst(ours)).toBe(false);
  });
});

describe('a failed save is an error response', () => {
  async function statusOfFailedSave(make: Make): Promise<number> {
    const store = new TextStore();
    const client = await open(make, { store });
    store.set = (_id, _data, callback) => callback?.(new Error('disk full'));
    return (await client.get('/view')).status;
  }
  it('there it is a 200', async () => {
    expect(await statusOfFailedSave(theirs)).toBe(200);
  });
  it('here it is a 503', async () => {
    expect(await statusOfFailedSave(ours)).toBe(503);
  });
});

describe('parallel writes', () => {
  /** Two requests that overlap and change different fields. */
  async function bothFields(make: Make): Promise<unknown> {
    const [bothIn, first] = [deferred(), deferred()];
    let inside = 0;
    const meet = async (): Promise<void> => {
      if (++inside === 2) bothIn.resolve();
      await bothIn.promise;
    };
    const client = await open(make, { store: new TextStore() }, {
      '/name': async (req, res) => {
        mine(req).name = 'ada';
        await meet();
        res.once('close', () => { first.resolve(); });
        res.sendStatus(204);
      },
      '/other': async (req, res) => {
        mine(req).other = 'tea';
        await meet();
        await first.promise;
        res.sendStatus(204);
      },
    }); // prettier-ignore
    await client.get('/view');
    await Promise.all([client.get('/name'), client.get('/other')]);
    return client.json('/');
  }
  it('there one of them is lost', async () => {
    expect(await bothFields(theirs)).toEqual({ views: 1, other: 'tea' });
  });
  it('here both survive', async () => {
    expect(await bothFields(ours)).toEqual({ views: 1, name: 'ada', other: 'tea' });
  });
});

describe('a logout', () => {
  async function afterSlowRequest(make: Make): Promise<{ readonly alive: boolean; readonly cleared: boolean }> {
    const [begun, goOn] = [deferred(), deferred()];
    const store = new TextStore();
    const client = await open(make, { store }, {
      '/slow': async (req, res) => {
        mine(req).name = 'ada';
        begun.resolve();
        await goOn.promise;
        res.sendStatus(204);
      },
    }); // prettier-ignore
    await client.get('/view');
    const slow = client.copy().get('/slow');
    await begun.promise;
    const cleared = (await client.get('/logout')).cookies.join().includes('Max-Age=0');
    goOn.resolve();
    await slow;
    return { alive: store.sessions.size > 0, cleared };
  }
  it('there is undone by a slower request, and leaves the cookie', async () => {
    expect(await afterSlowRequest(theirs)).toEqual({ alive: true, cleared: false });
  });
  it('here survives, and clears the cookie', async () => {
    expect(await afterSlowRequest(ours)).toEqual({ alive: false, cleared: true });
  });
});

describe("res.end's callback", () => {
  async function calledBack(make: Make): Promise<boolean> {
    let called = false;
    const client = await open(make, { store: new TextStore() }, {
      '/end': (req, res) => {
        mine(req).name = 'ada';
        res.end('text', 'utf8', () => { called = true; });
      },
    }); // prettier-ignore
    await client.get('/end');
    await new Promise((resolve) => setImmediate(resolve));
    return called;
  }
  it('there is never called', async () => {
    expect(await calledBack(theirs)).toBe(false);
  });
  it('here is', async () => {
    expect(await calledBack(ours)).toBe(true);
  });
});

describe('HTTP/2', () => {
  /** One request over HTTP/2's compatibility API. */
  async function overHttp2(make: Make): Promise<string> {
    const store = new SlowStore();
    store.letGo.resolve(); // answers, and not at once
    const middleware = make({ store }) as unknown as (req: unknown, res: unknown, next: () => void) => void; // prettier-ignore
    const server = createHttp2Server((req, res) => {
      middleware(req, res, () => {
        mine(req as unknown as express.Request).name = 'ada';
        try {
          res.end('done');
        } catch (error) {
          res.stream.respond({ ':status': 500 });
          res.stream.end(error instanceof Error ? error.message : 'failed');
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    const stream = client.request({ ':path': '/' });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  }
  it('there is a TypeError', async () => {
    expect(await overHttp2(theirs)).toContain('_implicitHeader is not a function');
  });
  it('here works', async () => {
    expect(await overHttp2(ours)).toBe('done');
  });
});

describe("`cookie` as a function that returns 'auto'", () => {
  const options = { cookie: () => ({ secure: 'auto', sameSite: 'auto' }) };
  it('there sets no cookie over plain HTTP', async () => {
    const client = await open(theirs, { store: new TextStore(), ...options });
    expect((await client.get('/view')).cookies).toEqual([]);
  });
  it('here sets the one that fits the request', async () => {
    const client = await open(ours, { store: new TextStore(), ...options });
    expect((await client.get('/view')).cookies.join()).toMatch(/HttpOnly; SameSite=Lax$/);
  });
});

describe("the cookie's attributes", () => {
  /** The cookie that a session gets which began under other options. */
  async function underNewOptions(make: Make): Promise<string> {
    const store = new TextStore();
    const old = await open(make, { store, cookie: { maxAge: 60_000, sameSite: 'lax', secure: false } });
    await old.get('/view');
    const client = await open(make, { store, cookie: { maxAge: 60_000, sameSite: 'strict', secure: false } });
    for (const [name, value] of old.jar) client.jar.set(name, value);
    const text = [...store.sessions.entries()][0];
    if (text !== undefined) {
      // Half of its life has passed, so the cookie is sent again.
      const record = JSON.parse(text[1]) as { cookie: { expires: string } };
      record.cookie.expires = new Date(Date.now() + 30_000).toISOString();
      store.sessions.set(text[0], JSON.stringify(record));
    }
    return (await client.get('/view')).cookies.join();
  }
  it('there are those that the session began with', async () => {
    expect(await underNewOptions(theirs)).toContain('SameSite=Lax');
  });
  it("here are today's", async () => {
    expect(await underNewOptions(ours)).toContain('SameSite=Strict');
  });
});

describe('several cookies of one name', () => {
  async function withForgedOneFirst(make: Make): Promise<unknown> {
    const client = await open(make, { store: new TextStore() });
    await client.get('/view');
    const answer = await client.copy().get('/', { cookie: `connect.sid=s%3Aforged.AAAA; ${client.cookieHeader}` });
    return JSON.parse(answer.text);
  }
  it('there the first counts, and hides the session', async () => {
    expect(await withForgedOneFirst(theirs)).toEqual({ views: 0 });
  });
  it('here the first whose signature holds', async () => {
    expect(await withForgedOneFirst(ours)).toEqual({ views: 1 });
  });
});

describe('a session whose time has passed, in a store that keeps no time', () => {
  async function afterItsTime(make: Make): Promise<unknown> {
    const store = new TextStore();
    const client = await open(make, { store, cookie: { maxAge: 60_000 } });
    await client.get('/view');
    const [id = '', text = ''] = [...store.sessions.entries()][0] ?? [];
    const record = JSON.parse(text) as { cookie: { expires: string } };
    record.cookie.expires = new Date(Date.now() - 1000).toISOString();
    store.sessions.set(id, JSON.stringify(record));
    return client.json('/');
  }
  it('there is served', async () => {
    expect(await afterItsTime(theirs)).toEqual({ views: 1 });
  });
  it('here is not', async () => {
    expect(await afterItsTime(ours)).toEqual({ views: 0 });
  });
});

describe('two middlewares on one store', () => {
  /** The cookie that the first of them sets. */
  async function firstCookie(make: Make): Promise<string> {
    const store = new TextStore();
    const first = make({ store, name: 'one', cookie: { path: '/one' } });
    make({ store, name: 'two', secret: 'keep that too', cookie: { path: '/two' } });
    const client = await makeApp((app) => {
      app.use(first);
      app.get('/one', (req, res) => {
        mine(req).views = 1;
        res.sendStatus(204);
      });
    });
    return (await client.get('/one')).cookies.join();
  }
  it('there the last one made rules both', async () => {
    expect(await firstCookie(theirs)).toContain('Path=/two');
  });
  it('here each has its own options', async () => {
    expect(await firstCookie(ours)).toContain('Path=/one');
  });
});

describe('regenerate() and then save()', () => {
  async function writes(make: Make): Promise<number> {
    const store = new TextStore();
    const client = await open(make, { store }, {
      '/login': (req, res) => {
        mine(req).regenerate(() => {
          mine(req).name = 'ada';
          mine(req).save(() => void res.sendStatus(204));
        });
      },
    }); // prettier-ignore
    await client.get('/login');
    return store.calls.filter((call) => call === 'set').length;
  }
  it('there stores twice', async () => {
    expect(await writes(theirs)).toBe(2);
  });
  it('here once', async () => {
    expect(await writes(ours)).toBe(1);
  });
});

describe('a field named like what every object has', () => {
  async function constructorField(make: Make): Promise<unknown> {
    const client = await open(make, { store: new TextStore() }, {
      '/set': (req, res) => {
        mine(req).constructor = 'Brunel';
        res.sendStatus(204);
      },
      '/look': (req, res) => void res.json(Object.hasOwn(mine(req), 'constructor') ? mine(req).constructor : null),
    }); // prettier-ignore
    await client.get('/set');
    return client.json('/look');
  }
  it('there is dropped on load', async () => {
    expect(await constructorField(theirs)).toBeNull();
  });
  it('here survives', async () => {
    expect(await constructorField(ours)).toBe('Brunel');
  });
});

describe('a secure cookie over plain HTTP', () => {
  it('there is dropped in silence', async () => {
    const client = await open(theirs, { store: new TextStore(), cookie: { secure: true } });
    expect((await client.get('/view')).cookies).toEqual([]);
  });
  it('here is withheld and told, with what to do', async () => {
    const errors = listen('typed-session:error');
    const client = await open(ours, { store: new TextStore(), cookie: { secure: true } });
    expect((await client.get('/view')).cookies).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.error.message).toContain("app.set('trust proxy', 1)");
  });
});
