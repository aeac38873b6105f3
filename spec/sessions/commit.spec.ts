import { describe, expect, it } from 'vitest';
import { SessionStoreError, type SessionValidationError } from 'typed-session';
import { deferred, itOnExpress, listen } from '../support/app.js';
import { openShop, type Options } from '../support/shop.js';

async function shop(options: Options = {}) {
  return openShop(
    (sessions) => ({
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.json({ views: sessions.of(req).views });
      },
      '/add': (req, res) => {
        sessions.of(req).cart.push({ sku: 'tea', qty: 1 });
        res.redirect('/cart');
      },
      '/qty': (req, res) => {
        for (const line of sessions.of(req).cart) line.qty += 1;
        res.end();
      },
      '/login': (req, res) => {
        sessions.of(req).lastLogin = new Date(0);
        res.end();
      },
      '/when': (req, res) => {
        res.json({ when: sessions.of(req).lastLogin?.getTime() });
      },
      '/wrong': (req, res) => {
        Object.assign(sessions.of(req), { views: 'secret text' });
        res.json({ ok: true });
      },
      '/unknown': (req, res) => {
        Object.assign(sessions.of(req), { passport: { user: 'secret text' } });
        res.json({ ok: true });
      },
      '/fails': (req, res) => {
        sessions.of(req).views = 1000;
        res.status(500).end('sorry');
      },
      '/saves-and-fails': async (req, res) => {
        sessions.of(req).views = 1000;
        await sessions.of(req).save();
        sessions.of(req).views = 2000;
        res.status(500).end('sorry');
      },
      '/throws': (req) => {
        sessions.of(req).views = 1000;
        throw new Error('handler');
      },
      '/same': (req, res) => {
        const mine = sessions.of(req);
        mine.cart = structuredClone(mine.cart);
        mine.views += 1;
        mine.views -= 1;
        mine.notice = undefined;
        res.end();
      },
    }),
    options,
  );
}

describe('committing a session', () => {
  it('a commit stores a change deep inside the payload', async () => {
    const { client } = await shop();
    await client.get('/add');
    await client.get('/qty');
    expect(await client.json('/')).toMatchObject({ cart: [{ sku: 'tea', qty: 2 }] });
  });

  it('a commit stores nothing if the payload is unchanged', async () => {
    const { client, store } = await shop();
    await client.get('/add');
    await client.get('/same');
    await client.get('/');
    expect(store.calls).toEqual(['create', 'read', 'read']);
  });

  it('a Date is a Date in code and text in the store', async () => {
    const { client, memory, store } = await shop();
    let key = '';
    const create = memory.create.bind(memory);
    memory.create = (k, record) => {
      key = k;
      return create(k, record);
    };
    await client.get('/login');
    expect(await client.json('/when')).toEqual({ when: 0 });
    expect((await memory.read(key))?.data).toBe('{"views":0,"cart":[],"lastLogin":"1970-01-01T00:00:00.000Z"}');
    expect(store.calls).toEqual(['create', 'read']);
  });

  it('sends no byte of a redirect before the session is stored', async () => {
    const { client, store } = await shop();
    const held = deferred();
    const reached = deferred();
    store.before.create = () => {
      reached.resolve();
      return held.promise;
    };
    let answered = false;
    const answer = client.get('/add').then((a) => {
      answered = true;
      return a;
    });
    await reached.promise;
    expect(answered).toBe(false);
    held.resolve();
    expect((await answer).status).toBe(302);
    expect(await client.json('/')).toMatchObject({ cart: [{ sku: 'tea', qty: 1 }] });
  });

  it('responds 500 through the error handler if the schema refuses the payload, and stores nothing', async () => {
    const { client } = await shop();
    const errors = listen('typed-session:error');
    await client.get('/count');
    const answer = await client.get('/wrong');
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'SessionValidationError', code: 'SESSION_VALIDATION' });
    expect(answer.text).toContain('views (invalid_type)');
    expect(answer.text).not.toContain('secret');
    expect((errors[0]?.error as SessionValidationError).issues).toEqual([{ path: ['views'], code: 'invalid_type' }]);
    expect(errors[0]?.consequence).toBe('refused');
    expect(await client.json('/')).toMatchObject({ views: 1 });
  });

  it('refuses a field that the schema does not know instead of losing it silently', async () => {
    const { client } = await shop();
    const answer = await client.get('/unknown');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('passport (unrecognized_keys)');
    expect(answer.text).toContain('add them to the schema');
    expect(answer.cookies).toEqual([]);
  });

  it('commits nothing for a response of 500 or above, except for what save() stored', async () => {
    const { client } = await shop();
    await client.get('/count');
    expect((await client.get('/fails')).text).toBe('sorry');
    expect((await client.get('/throws')).status).toBe(500);
    expect(await client.json('/')).toMatchObject({ views: 1 });
    await client.get('/saves-and-fails');
    expect(await client.json('/')).toMatchObject({ views: 1000 });
  });

  it('responds 503 if the store fails at the commit, and never with a success whose session is lost', async () => {
    const { client, store } = await shop();
    await client.get('/count');
    store.before.update = () => {
      throw new Error('full');
    };
    const answer = await client.get('/count');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({ error: SessionStoreError.name });
    store.before = {};
    expect(await client.json('/count')).toEqual({ views: 2 });
  });

  it('the commit event reports whether it was the first commit of the session', async () => {
    const commits = listen('typed-session:commit');
    const { client } = await shop();
    await client.get('/count');
    await client.get('/count');
    expect(commits.map(({ created, revision }) => ({ created, revision }))).toEqual([
      { created: true, revision: 1 },
      { created: false, revision: 2 },
    ]);
  });

  it('forbids caches to keep a response that sets the cookie, unless the app has set Cache-Control', async () => {
    const { client } = await openShop((sessions) => ({
      '/a': (req, res) => {
        sessions.of(req).views = 1;
        res.end();
      },
      '/b': (req, res) => {
        sessions.of(req).views = 1;
        res.setHeader('Cache-Control', 'private').end();
      },
    }));
    expect((await client.get('/a')).headers.get('cache-control')).toBe('no-store');
    expect((await client.get('/')).headers.get('cache-control')).toBeNull();
    client.jar.clear();
    expect((await client.get('/b')).headers.get('cache-control')).toBe('private');
  });

  it('stores changes that are made while the arguments of res.end are computed', async () => {
    const { client } = await openShop((sessions) => ({
      '/end': (req, res) => {
        res.end(String(++sessions.of(req).views));
      },
    }));
    expect((await client.get('/end')).text).toBe('1');
    expect((await client.get('/end')).text).toBe('2');
    expect(await client.json('/')).toMatchObject({ views: 2 });
  });

  itOnExpress('keeps the cookies that the handler sets, even in writeHead', async () => {
    const { client } = await openShop((sessions) => ({
      '/set': (req, res) => {
        sessions.of(req).views = 1;
        res.cookie('a', '1').cookie('b', '2').end();
      },
      '/head': (req, res) => {
        sessions.of(req).views = 2;
        res.writeHead(201, { 'Set-Cookie': ['c=3', 'd=4'] }).end('x');
      },
    }));
    expect((await client.get('/set')).cookies.map((line) => line.split('=')[0])).toEqual(['a', 'b', 'connect.sid']);
    client.jar.clear();
    const answer = await client.get('/head');
    expect(answer.status).toBe(201);
    expect(answer.cookies.map((line) => line.split('=')[0])).toEqual(['c', 'd', 'connect.sid']);
  });
});

describe('the session object', () => {
  it('a session looks like a plain object', async () => {
    const { client } = await openShop((sessions) => ({
      '/eye': (req, res) => {
        const mine = sessions.of(req);
        mine.userId = 'u';
        res.json({
          keys: Object.keys(mine),
          entries: Object.entries({ ...mine }).length,
          json: JSON.stringify(mine),
          clone: structuredClone({ ...mine }),
          has: ['id', 'save', 'cookie', 'isNew'].map((key) => key in mine && !Object.hasOwn(mine, key)),
          same: req.session === (mine as unknown),
        });
      },
    }));
    expect(await client.json('/eye')).toEqual({
      keys: ['views', 'cart', 'userId'],
      entries: 3,
      json: '{"views":0,"cart":[],"userId":"u"}',
      clone: { views: 0, cart: [], userId: 'u' },
      has: [true, true, true, true],
      same: true,
    });
  });

  itOnExpress('req.session cannot be replaced, and the error says what to do instead', async () => {
    const { client } = await openShop(() => ({
      '/replace': (req, res) => {
        Object.assign(req, { session: {} });
        res.end();
      },
    }));
    const answer = await client.get('/replace');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('change its fields');
  });
});
