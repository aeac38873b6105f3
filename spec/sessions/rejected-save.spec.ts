import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session, SessionValidationError, type Session } from 'typed-session';
import { deferred, listen, makeApp, ProbedStore } from '../support/app.js';
import { openShop, schema, type Options } from '../support/shop.js';

type Mine = Session<typeof schema>;
type Fail = (mine: Mine, req: Request) => Promise<unknown>;

/** An app whose session is stored with one view, and a handler that fails; its error handler responds with what it sees. */
async function open(handler: (mine: Mine, res: Response, req: Request) => unknown, options: Options = {}) {
  const opened = await openShop(
    (sessions) => ({
      '/begin': (req, res) => {
        Object.assign(sessions.of(req), { views: 1, userId: 'ann', cart: [{ sku: 'tea', qty: 1 }] });
        res.end();
      },
      '/test': async (req, res) => {
        await handler(sessions.of(req), res, req);
      },
    }),
    { principal: 'userId', ...options },
  );
  await opened.client.get('/begin');
  opened.store.calls.length = 0;
  return opened;
}
const STORED = { views: 1, userId: 'ann', cart: [{ sku: 'tea', qty: 1 }] };
const change = (mine: Mine): void => {
  mine.views += 1;
  mine.cart.push({ sku: 'cake', qty: 1 });
  delete mine.userId;
};

describe('a method that rejects leaves the payload as it is stored, and the error response goes out:', () => {
  const ways: [string, Fail][] = [
    ['save()', (mine) => { change(mine); return mine.save(); }],
    ['save(callback)', (mine) => { change(mine); return new Promise((_, reject) => { mine.save(reject); }); }],
    ['update()', (mine) => { change(mine); return mine.update((latest) => { latest.views += 1; }); }],
    ['update(callback)', (mine) => { change(mine); return new Promise((_, reject) => { mine.update((latest) => { latest.views += 1; }, reject); }); }],
    ['take()', (mine) => { mine.views += 1; return mine.take('cart'); }],
    ['take(callback)', (mine) => { mine.views += 1; return new Promise((_, reject) => { mine.take('cart', reject); }); }],
    ['rotate() and save()', async (mine) => { await mine.rotate(); change(mine); await mine.save(); }],
    ['a new principal and save()', (mine) => { mine.userId = 'bob'; mine.views = 9; return mine.save(); }],
  ]; // prettier-ignore

  it.each(ways)('%s of a session that was revoked', async (_, fail) => {
    let seen: unknown;
    const { client, sessions } = await open(async (mine, res, req) => {
      await sessions.revoke('ann');
      try {
        await fail(mine, req);
      } catch (error) {
        seen = { ...mine };
        expect({ ...sessions.of(req) }).toEqual(seen);
        res.status((error as { status: number }).status).json({ error: (error as Error).name });
      }
    });
    const { status, text } = await client.get('/test');
    expect([status, JSON.parse(text)]).toEqual([409, { error: 'SessionEndedError' }]);
    expect(seen).toEqual(STORED);
    expect(await client.json('/')).toEqual({ views: 0, cart: [] });
  });

  it.each(ways)('%s while the store is down', async (_, fail) => {
    let seen: unknown;
    const { client, store } = await open(async (mine, res, req) => {
      store.before = { read: down, create: down, update: down, delete: down };
      try {
        await fail(mine, req);
      } catch {
        seen = { ...mine };
        res.status(418).json({});
      }
    });
    expect((await client.get('/test')).status).toBe(418);
    store.before = {};
    expect(seen).toEqual(STORED);
    expect(await client.json('/')).toEqual(STORED);
  });

  it('an error handler of the app responds with its own status, once', async () => {
    const errors = listen('typed-session:error');
    const { client, sessions } = await open(async (mine) => {
      mine.views += 1;
      await sessions.revoke('ann');
      await mine.save();
    });
    const { status, text } = await client.get('/test');
    expect([status, JSON.parse(text)]).toMatchObject([409, { error: 'SessionEndedError' }]);
    expect(errors).toEqual([]);
  });

  it('save() of what does not fit: a handler that responds with 422 stores nothing', async () => {
    const { client, store } = await open(async (mine, res) => {
      Object.assign(mine, { views: 'many', notice: 'hello' });
      const error: unknown = await mine.save().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SessionValidationError);
      res.status(422).json(mine);
    });
    const { status, text } = await client.get('/test');
    expect([status, JSON.parse(text)]).toEqual([422, STORED]);
    expect(store.calls).toEqual(['read']);
  });

  it('save() of a new session: it stays new, with the id that it had', async () => {
    const sessions = session({ schema, secret: 's', store: new MemoryStore() });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/', async (req, res) => {
        const mine = sessions.of(req);
        const { id } = mine;
        Object.assign(mine, { views: 0.5 });
        await mine.save().catch(() => undefined);
        res.json({ same: mine.id === id, isNew: mine.isNew, mine });
      });
    });
    const { text, cookies } = await client.get('/');
    expect([JSON.parse(text), cookies]).toEqual([{ same: true, isNew: true, mine: { views: 0, cart: [] } }, []]);
  });
});

function down(): never {
  throw new Error('down');
}

describe('after a method that rejected', () => {
  it('the handler can try again with the same object, and a rotation that it asked for still happens', async () => {
    const { client } = await open(async (mine, res) => {
      await mine.rotate();
      Object.assign(mine, { views: 0.5 });
      await mine.save().catch(() => undefined);
      mine.views = 7;
      await mine.save();
      res.end();
    });
    const old = client.copy();
    expect((await client.get('/test')).cookies).toHaveLength(1);
    expect(await client.json('/')).toEqual({ ...STORED, views: 7 });
    expect(await old.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('a regenerate() that was asked for still ends the old session when the login is tried again', async () => {
    const { client } = await open(async (mine, res) => {
      await mine.regenerate();
      Object.assign(mine, { userId: 'bob', views: 0.5 });
      await mine.save().catch(() => undefined);
      expect({ ...mine }).toEqual({ views: 0, cart: [] });
      mine.userId = 'bob';
      res.end();
    });
    const old = client.copy();
    await client.get('/test');
    expect(await client.json('/')).toEqual({ userId: 'bob', views: 0, cart: [] });
    expect(await old.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('what was stored before it stays stored', async () => {
    const { client } = await open(async (mine, res) => {
      mine.views = 2;
      await mine.save();
      Object.assign(mine, { views: 0.5, notice: 'no' });
      await mine.save().catch(() => undefined);
      res.json(mine);
    });
    expect(await client.json('/test')).toEqual({ ...STORED, views: 2 });
    expect(await client.json('/')).toEqual({ ...STORED, views: 2 });
  });

  it('what was changed while the store was at work is gone as well', async () => {
    const { client, store } = await open(async (mine, res) => {
      mine.views = 2;
      store.before.update = () => {
        mine.notice = 'meanwhile';
        down();
      };
      await mine.save().catch(() => undefined);
      res.json(mine);
    });
    expect(await client.json('/test')).toEqual(STORED);
    store.before = {};
    expect(await client.json('/')).toEqual(STORED);
  });

  it('the same holds if the function of update() throws, under onEnded: ‘drop’, and after a merge', async () => {
    const thrown = await open(async (mine, res) => {
      mine.views = 2;
      await mine.update(() => { throw new Error('no stock'); }).catch(() => undefined); // prettier-ignore
      res.json(mine);
    });
    expect(await thrown.client.json('/test')).toEqual(STORED);
    const dropping = await open(
      async (mine, res) => {
        mine.views = 2;
        await dropping.sessions.revoke('ann');
        const error: unknown = await mine.save().catch((e: unknown) => e);
        res.json({ error: (error as Error).name, mine });
      },
      { onEnded: 'drop' },
    );
    expect(await dropping.client.json('/test')).toEqual({ error: 'SessionEndedError', mine: STORED });
    const merging = await open(async (mine, res) => {
      mine.views = 2;
      let calls = 0;
      merging.store.before.update = async () => {
        if (calls++ > 0) down();
        const [[key, record] = ['']] = (await merging.memory.scan?.(undefined, 1))?.entries ?? [];
        if (record === undefined) throw new Error('not stored');
        await merging.memory.update(key, { ...record, data: JSON.stringify({ ...STORED, notice: 'other' }), revision: record.revision + 1 }, record.revision); // prettier-ignore
      };
      await mine.save().catch(() => undefined);
      res.json(mine);
    });
    expect(await merging.client.json('/test')).toEqual(STORED);
    merging.store.before = {};
    expect(await merging.client.json('/')).toEqual({ ...STORED, notice: 'other' });
  });

  it('two take() at the same time reject both, and leave the field', async () => {
    const { client, store } = await open(async (mine, res) => {
      store.before.update = down;
      const results = await Promise.allSettled([mine.take('cart'), mine.take('cart')]);
      res.json({ results: results.map(({ status }) => status), cart: mine.cart });
    });
    expect(await client.json('/test')).toEqual({ results: ['rejected', 'rejected'], cart: STORED.cart });
  });

  it('validate() leaves the payload as the handler made it', async () => {
    const { client } = await open(async (mine, res) => {
      Object.assign(mine, { views: 0.5 });
      await mine.validate().catch(() => undefined);
      const { views } = mine;
      mine.views = 3;
      res.json({ views });
    });
    expect(await client.json('/test')).toEqual({ views: 0.5 });
    expect(await client.json('/')).toEqual({ ...STORED, views: 3 });
  });

  it('the session of another middleware on the same request is stored', async () => {
    const [one, two] = ['one', 'two'].map((name) => session({ schema, secret: 's', name, store: new ProbedStore(new MemoryStore()) })); // prettier-ignore
    const client = await makeApp((app) => {
      if (one === undefined || two === undefined) throw new Error('made above');
      app.use(one, two);
      app.get('/', async (req, res) => {
        Object.assign(one.of(req), { views: 0.5 });
        two.of(req).views += 1;
        await one
          .of(req)
          .save()
          .catch(() => undefined);
        res.json([one.of(req).views, two.of(req).views]);
      });
    });
    expect(await client.json('/')).toEqual([0, 1]);
    expect(await client.json('/')).toEqual([0, 2]);
  });

  it('an end of the response that waits for it stores nothing of it', async () => {
    const { client, store } = await open((mine, res) => {
      const ended = deferred();
      store.before.update = async () => {
        await ended.promise;
        down();
      };
      mine.views = 2;
      mine.save().catch(() => undefined);
      res.json({});
      ended.resolve();
    });
    expect((await client.get('/test')).status).toBe(200);
    store.before = {};
    expect(await client.json('/')).toEqual(STORED);
  });
});

it('a save() that fails after regenerate(), because the old session has ended, leaves a fresh session', async () => {
  const memory = new MemoryStore();
  const seen: unknown[] = [];
  const { client } = await open(
    async (mine, res) => {
      await mine.regenerate();
      const [entry] = (await memory.scan(undefined, 10)).entries;
      if (entry !== undefined) await memory.delete(entry[0]);
      await mine.save().catch((error: unknown) => seen.push((error as Error).name));
      seen.push(mine.isNew, { ...mine });
      res.end();
    },
    { store: memory },
  );
  expect((await client.get('/test')).status).toBe(200);
  expect(seen).toEqual(['SessionEndedError', true, { views: 0, cart: [] }]);
});

it('the session that an error handler sees after that is not the one before regenerate()', async () => {
  const memory = new MemoryStore();
  const sessions = session({ schema, secret: 's', store: memory });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/begin', (req, res) => ((sessions.of(req).userId = 'ann'), res.end()));
    app.get('/test', async (req, res) => {
      const mine = sessions.of(req);
      await mine.regenerate();
      const [entry] = (await memory.scan(undefined, 10)).entries;
      if (entry !== undefined) await memory.delete(entry[0]);
      mine.notice = 'new';
      res.end();
    });
    app.use(((error: Error & { status: number }, req: Request, res: Response, _next: unknown) => {
      const mine = sessions.of(req);
      res.status(error.status).json([mine.isNew, mine]);
    }) as never);
  });
  await client.get('/begin');
  const { status, text } = await client.get('/test');
  expect([status, JSON.parse(text)]).toEqual([409, [true, { views: 0, cart: [] }]]);
});

it.each(['save', 'destroy', 'rotate', 'regenerate', 'reload', 'touch'] as const)(
  '%s() refuses a callback that is no function before it does anything',
  async (method) => {
    const { client, store } = await open((mine) => {
      (mine[method] as (callback: unknown) => unknown)('done');
    });
    const { status, text } = await client.get('/test');
    expect([status, text]).toEqual([500, expect.stringContaining('takes a callback or none')]);
    expect(store.calls).toEqual(['read']);
  },
);

it.each([[undefined], [['cart']], [5]])('take(%j) says that it takes the name of a field', async (field) => {
  const { client } = await open(async (mine, res) => res.json(await mine.take(field as never)));
  expect((await client.get('/test')).text).toContain("take() takes the name of a field: take('notice')");
});
