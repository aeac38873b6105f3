import { describe, expect, it } from 'vitest';
import { MemoryStore, type SessionRecord } from 'typed-session';
import { itOnExpress, listen, type Client } from '../support/app.js';
import { gate, openShop, type Options } from '../support/shop.js';

async function shop(options: Options = {}) {
  const slow = gate();
  const opened = await openShop(
    (sessions) => ({
      '/start': (req, res) => {
        sessions.of(req).views = 10;
        res.end();
      },
      '/rotate': async (req, res) => {
        const before = sessions.of(req).id;
        await sessions.of(req).rotate();
        res.json({ changed: sessions.of(req).id !== before, isNew: sessions.of(req).isNew });
      },
      '/login': async (req, res) => {
        await sessions.of(req).rotate();
        sessions.of(req).userId = 'ann';
        res.json({ ok: true });
      },
      '/become/:user': (req, res) => {
        sessions.of(req).userId = String(req.params['user']);
        res.json({ ok: true });
      },
      '/regenerate': async (req, res) => {
        await sessions.of(req).regenerate();
        res.json(sessions.of(req));
      },
      '/regenerate-and-set': async (req, res) => {
        await sessions.of(req).regenerate();
        sessions.of(req).userId = 'ann';
        await sessions.of(req).save();
        res.end();
      },
      '/rotate-and-fail': async (req, res) => {
        sessions.of(req).views = 1000;
        await sessions.of(req).rotate();
        res.status(500).end();
      },
      '/slow-rotate': async (req, res) => {
        await sessions.of(req).rotate();
        sessions.of(req).notice = 'slow';
        await slow.pass();
        res.end();
      },
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.json(sessions.of(req));
      },
      '/logout': async (req, res) => {
        await sessions.of(req).destroy();
        res.sendStatus(204);
      },
      '/late/:method': (req, res) => {
        res.write('begun ');
        const method = req.params['method'] === 'rotate' ? 'rotate' : 'regenerate';
        sessions.of(req)[method]((error) => {
          res.end(String(error));
        });
      },
      '/stream': async (req, res) => {
        res.write('begun');
        await sessions.of(req).rotate();
        res.end();
      },
    }),
    options,
  );
  await opened.client.get('/start');
  return { ...opened, slow };
}

/** The browser as it was before it got the new cookie. */
async function leaving(client: Client, path: string): Promise<Client> {
  const old = client.copy();
  const answer = await client.get(path);
  expect(answer.status).toBeLessThan(300);
  return old;
}

describe('rotate()', () => {
  itOnExpress.each(['rotate', 'regenerate'])(
    '%s(callback) after the first byte calls back with the error',
    async (method) => {
      const { client } = await shop();
      expect((await client.get(`/late/${method}`)).text).toMatch(/^begun SessionHeadersSentError: /);
    },
  );

  it('rotate() gives the session a new id and keeps the payload', async () => {
    const { client, store } = await shop();
    const old = client.cookieHeader;
    expect(await client.json('/rotate')).toEqual({ changed: true, isNew: false });
    expect(client.cookieHeader).not.toBe(old);
    expect(await client.json('/')).toMatchObject({ views: 10 });
    expect(store.calls).toEqual(['create', 'read', 'create', 'update', 'read']);
  });

  it('rotate() makes the old id useless: it leads to an empty session that is never stored and sets no cookie', async () => {
    const { client } = await shop();
    const loads = listen('typed-session:load');
    const old = await leaving(client, '/login');
    const look = await old.get('/');
    expect(JSON.parse(look.text)).toEqual({ views: 0, cart: [] });
    expect(look.cookies).toEqual([]);
    expect(loads.at(-1)?.outcome).toBe('rotated');
    const change = await old.get('/count');
    expect(change.status).toBe(409);
    expect(change.cookies).toEqual([]);
    expect(await client.json('/')).toMatchObject({ views: 10, userId: 'ann' });
  });

  it('a login on the rotated id begins a session of its own', async () => {
    const { client } = await shop();
    const old = await leaving(client, '/login');
    const again = await old.get('/login');
    expect(again.status).toBe(200);
    expect(again.cookies).toHaveLength(1);
    expect(await old.json('/')).toEqual({ views: 0, cart: [], userId: 'ann' });
  });

  it('a logout on the rotated id ends the session under its new id', async () => {
    const { client } = await shop();
    const old = await leaving(client, '/rotate');
    const logout = await old.get('/logout');
    expect(logout.cookies[0]).toContain('Max-Age=0');
    expect(await client.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('a session that is rotated during a logout is ended by it', async () => {
    const { client, store } = await shop();
    const other = client.copy();
    let rotated = false;
    store.before.update = async () => {
      if (rotated) return;
      rotated = true; // the logout has loaded the session; now the other request moves it
      await other.get('/rotate');
    };
    await client.get('/logout');
    expect(await other.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('one of two simultaneous rotations wins', async () => {
    const { client, slow, store } = await shop();
    const other = client.copy();
    const late = other.get('/slow-rotate');
    await slow.begun;
    await client.get('/login');
    slow.open();
    const answer = await late;
    expect(answer.status).toBe(409);
    expect(answer.cookies).toEqual([]);
    expect(await client.json('/')).toMatchObject({ views: 10, userId: 'ann' });
    expect(store.calls.filter((call) => call === 'delete')).toHaveLength(1); // what the loser had created
  });

  it('rotate() keeps what another request has stored meanwhile', async () => {
    const { client, slow } = await shop();
    const late = client.get('/slow-rotate');
    await slow.begun;
    await client.copy().get('/count');
    slow.open();
    expect((await late).status).toBe(200);
    expect(await client.json('/')).toMatchObject({ views: 11, notice: 'slow' });
  });

  it('rotate() remains in effect if the response fails, but the change of the payload is lost', async () => {
    const { client } = await shop();
    const old = client.cookieHeader;
    expect((await client.get('/rotate-and-fail')).cookies).toHaveLength(1);
    expect(client.cookieHeader).not.toBe(old);
    expect(await client.json('/')).toMatchObject({ views: 10 });
  });

  it('rotate() leaves the session under its old id if the store fails between its two steps', async () => {
    const { client, store } = await shop();
    store.before.update = () => {
      throw new Error('down');
    };
    const answer = await client.get('/login');
    expect(answer.status).toBe(503);
    expect(answer.cookies).toEqual([]);
    store.before = {};
    expect(await client.json('/')).toEqual({ views: 10, cart: [] });
    expect(store.calls.filter((call) => call === 'delete')).toHaveLength(1);
  });

  it('rotate() leaves the session under its old id if the new cookie would be withheld', async () => {
    const { client, memory } = await shop();
    const strict = await openShop(
      (sessions) => ({
        '/login': async (req, res) => {
          await sessions.of(req).rotate();
          sessions.of(req).userId = 'ann';
          res.end();
        },
      }),
      { store: memory, cookie: { secure: true } },
    );
    strict.client.jar.set('connect.sid', client.jar.get('connect.sid') ?? '');
    expect((await strict.client.get('/login')).cookies).toEqual([]);
    expect(await client.json('/')).toEqual({ views: 10, cart: [] });
  });

  itOnExpress('rotate() after the first byte is an error', async () => {
    const { client } = await shop();
    await expect(client.get('/stream')).rejects.toThrow();
    expect(await client.json('/')).toMatchObject({ views: 10 });
  });

  it('rotate() of a new session needs no store command except its creation', async () => {
    const { client, store } = await shop();
    client.jar.clear();
    store.calls.length = 0;
    await client.get('/login');
    expect(store.calls).toEqual(['create']);
  });
});

describe('a principal change', () => {
  it('a change of the principal rotates the session, and publishes an event', async () => {
    const { client } = await shop({ principal: 'userId' });
    const rotations = listen('typed-session:rotate');
    const old = await leaving(client, '/become/ann');
    expect(rotations).toMatchObject([{ principalChanged: true }]);
    expect(await client.json('/')).toMatchObject({ userId: 'ann', views: 10 });
    expect(await old.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('a principal that keeps its value does not rotate the session', async () => {
    const { client } = await shop({ principal: 'userId' });
    await client.get('/become/ann');
    expect((await client.get('/become/ann')).cookies).toEqual([]);
  });

  it('the old id does not lead to the new session after a change of the principal, even for a logout', async () => {
    const { client } = await shop({ principal: 'userId' });
    const old = await leaving(client, '/become/ann');
    const logout = await old.get('/logout');
    expect(logout.cookies).toEqual([]);
    expect(await client.json('/')).toMatchObject({ userId: 'ann' });
  });

  it('a change of the principal on the rotated id begins a session of its own', async () => {
    const { client } = await shop({ principal: 'userId' });
    const old = await leaving(client, '/become/ann');
    expect((await old.get('/become/ann')).cookies).toHaveLength(1);
    expect(await old.json('/')).toEqual({ views: 0, cart: [], userId: 'ann' });
  });
});

describe('regenerate()', () => {
  it('regenerate() gives the session a fresh payload, and ends the old session', async () => {
    const { client } = await shop();
    const old = await leaving(client, '/regenerate');
    expect(await old.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('regenerate() without a change after it clears the cookie, and the browser begins again', async () => {
    const { client } = await shop();
    const answer = await client.get('/regenerate');
    expect(answer.cookies[0]).toContain('Max-Age=0');
    expect(await client.json('/count')).toEqual({ views: 1, cart: [] });
  });

  it.each([undefined, 'userId'] as const)(
    'nobody can end the session of a login with the id from before it (principal: %s)',
    async (principal) => {
      const { client } = await shop({ principal });
      const old = await leaving(client, '/regenerate-and-set');
      expect((await old.get('/logout')).status).toBe(204);
      expect(await client.json('/')).toEqual({ views: 0, cart: [], userId: 'ann' });
    },
  );

  it('regenerate() and then save() stores once', async () => {
    const { client, store } = await shop();
    store.calls.length = 0;
    await client.get('/regenerate-and-set');
    expect(store.calls).toEqual(['read', 'create', 'update']);
    expect(await client.json('/')).toEqual({ views: 0, cart: [], userId: 'ann' });
  });
});

describe('destroy()', () => {
  it('destroy() ends the session immediately, and clears the cookie with the attributes that it was set with', async () => {
    const { client } = await shop({ cookie: { path: '/', domain: '127.0.0.1', sameSite: 'strict' } });
    const old = client.copy();
    const answer = await client.get('/logout');
    expect(answer.cookies).toEqual([
      'connect.sid=; Max-Age=0; Domain=127.0.0.1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict',
    ]);
    expect(await old.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('destroy() of a session that was never stored sends no store command and sets no cookie', async () => {
    const { client, store } = await shop();
    client.jar.clear();
    store.calls.length = 0;
    expect((await client.get('/logout')).cookies).toEqual([]);
    expect(store.calls).toEqual([]);
  });
});

/** A store whose record somebody overwrites with something else: it has no revision that a swap would meet. */
class DamagedStore extends MemoryStore {
  isDamaged = false;

  override async read(key: string): Promise<SessionRecord | undefined> {
    const record = await super.read(key);
    return this.isDamaged && record !== undefined
      ? { data: '', revision: 0, schemaVersion: 0, createdAt: 0, expiresAt: record.expiresAt }
      : record;
  }

  override async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return !this.isDamaged && super.update(key, record, expectedRevision);
  }
}

describe('a record that is damaged during the request', () => {
  it.each(['/logout', '/regenerate'])(
    'a damaged record is removed by %s, which does not retry forever',
    async (path) => {
      const damaged = new DamagedStore();
      const { client, store } = await shop({ store: damaged });
      store.before.update = () => {
        damaged.isDamaged = true;
      };
      const { status, cookies } = await client.get(path);
      expect([status < 300, cookies.join()]).toEqual([true, expect.stringContaining('Max-Age=0')]);
      expect(await damaged.size()).toBe(0);
    },
  );
});
