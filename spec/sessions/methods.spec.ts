import { describe, expect, it } from 'vitest';
import { SessionEndedError, SessionValidationError } from 'typed-session';
import { gate, openShop } from '../support/shop.js';

async function shop() {
  const slow = gate();
  const opened = await openShop((sessions) => ({
    '/start': (req, res) => {
      Object.assign(sessions.of(req), { views: 10, notice: 'hello', cart: [{ sku: 'tea', qty: 1 }] });
      res.end();
    },
    '/count': (req, res) => {
      sessions.of(req).views += 1;
      res.end();
    },
    '/take': async (req, res) => {
      const mine = sessions.of(req);
      res.json({
        notice: await mine.take('notice'),
        cart: await mine.take('cart'),
        views: await mine.take('views'),
        after: mine,
      });
    },
    '/set-and-take': async (req, res) => {
      const mine = sessions.of(req);
      mine.notice = 'of this request';
      const notice = await mine.take('notice');
      res.json({ notice, has: 'notice' in mine });
    },
    '/rotate-and-take': async (req, res) => {
      await sessions.of(req).rotate();
      res.json({ notice: await sessions.of(req).take('notice') });
    },
    '/update': async (req, res) => {
      const mine = sessions.of(req);
      mine.notice = 'not yet stored';
      await mine.update((latest) => {
        latest.views *= 2;
      });
      res.json({ notice: mine.notice, views: mine.views });
    },
    '/update-wrong': async (req, res) => {
      await sessions.of(req).update((latest) => {
        Object.assign(latest, { views: 'x' });
      });
      res.end();
    },
    '/update-user': async (req, res) => {
      await sessions.of(req).update((latest) => {
        latest.userId = 'ann';
      });
      res.end();
    },
    '/slow-reload': async (req, res) => {
      const mine = sessions.of(req);
      mine.notice = 'dropped';
      await slow.pass();
      await mine.reload();
      res.json(mine);
    },
    '/save-new': async (req, res) => {
      await sessions.of(req).save();
      res.json({ isNew: sessions.of(req).isNew });
    },
    '/save-wrong': async (req, res) => {
      const mine = sessions.of(req);
      Object.assign(mine, { views: null });
      const error: unknown = await mine.save().catch((thrown: unknown) => thrown);
      mine.views = 3;
      res.json({ error: (error as Error).name });
    },
    '/callbacks': (req, res) => {
      const mine = sessions.of(req);
      mine.views = 50;
      mine.save((saving) => {
        mine.update(
          (latest) => {
            latest.views += 1;
          },
          (updating) => {
            mine.take('notice', (taking, notice) => {
              mine.touch((touching) => {
                res.json({
                  errors: [saving, updating, taking, touching].filter((e) => e !== undefined),
                  notice,
                  views: mine.views,
                });
              });
            });
          },
        );
      });
    },
    '/callback-error': (req, res) => {
      const mine = sessions.of(req);
      Object.assign(mine, { views: null });
      mine.save((error) => {
        mine.views = 1;
        res.json({ error: (error as Error).name });
      });
    },
    '/touch': async (req, res) => {
      await sessions.of(req).touch();
      res.end();
    },
    '/after-destroy': async (req, res) => {
      const mine = sessions.of(req);
      await mine.destroy();
      const kept = { ...mine };
      const errors: string[] = [];
      for (const attempt of [mine.reload(), mine.update(() => undefined), mine.rotate()]) {
        await attempt.catch((error: unknown) => errors.push((error as Error).name));
      }
      res.json({ kept, errors, taken: await mine.take('cart') });
    },
    '/change-after-destroy': async (req, res) => {
      const mine = sessions.of(req);
      await mine.destroy();
      mine.views = 7;
      res.end();
    },
    '/unawaited': (req, res) => {
      const mine = sessions.of(req);
      mine.views += 1;
      void mine.save();
      mine.notice = 'and more';
      res.json(mine);
    },
  }));
  await opened.client.get('/start');
  opened.store.calls.length = 0;
  return { ...opened, slow };
}

describe('take()', () => {
  it('gives the value and puts the field back to its default', async () => {
    const { client } = await shop();
    expect(await client.json('/take')).toEqual({
      notice: 'hello',
      cart: [{ sku: 'tea', qty: 1 }],
      views: 10,
      after: { views: 0, cart: [] },
    });
    expect(await client.json('/take')).toEqual({ cart: [], views: 0, after: { views: 0, cart: [] } });
  });

  it('asks nothing of the store where there is nothing to take', async () => {
    const { client, store } = await shop();
    await client.get('/take');
    store.calls.length = 0;
    await client.get('/take');
    expect(store.calls).toEqual(['read']);
  });

  it('takes what this very request has set', async () => {
    const { client } = await shop();
    expect(await client.json('/set-and-take')).toEqual({ notice: 'of this request', has: false });
    expect(await client.json('/')).not.toHaveProperty('notice');
  });

  it('is exact beside a rotation that is not committed yet', async () => {
    const { client } = await shop();
    const answers = await Promise.all([client.copy().get('/rotate-and-take'), client.copy().get('/rotate-and-take')]);
    const taken = answers.filter((answer) => answer.text.includes('hello'));
    expect(taken.length).toBeLessThanOrEqual(1);
  });
});

describe('update()', () => {
  it('stores its change at once and leaves other changes to the commit', async () => {
    const { client, store } = await shop();
    expect(await client.json('/update')).toEqual({ notice: 'not yet stored', views: 20 });
    expect(store.calls).toEqual(['read', 'update', 'update']);
    expect(await client.json('/')).toMatchObject({ views: 20, notice: 'not yet stored' });
  });

  it('rejects what the schema refuses and stores nothing', async () => {
    const { client } = await shop();
    const answer = await client.get('/update-wrong');
    expect(JSON.parse(answer.text)).toMatchObject({ error: SessionValidationError.name });
    expect(await client.json('/')).toMatchObject({ views: 10 });
  });

  it('rotates where it changes the principal', async () => {
    const { client } = await openShop(
      (sessions) => ({
        '/start': (req, res) => {
          sessions.of(req).views = 1;
          res.end();
        },
        '/login': async (req, res) => {
          await sessions.of(req).update((latest) => {
            latest.userId = 'ann';
          });
          res.end();
        },
      }),
      { principal: 'userId' },
    );
    await client.get('/start');
    const before = client.cookieHeader;
    await client.get('/login');
    expect(client.cookieHeader).not.toBe(before);
    expect(await client.json('/')).toMatchObject({ userId: 'ann', views: 1 });
  });

  it('creates a new session', async () => {
    const { client } = await shop();
    client.jar.clear();
    await client.get('/update-user');
    expect(await client.json('/')).toMatchObject({ userId: 'ann' });
  });
});

describe('the other methods', () => {
  it('reload() fetches what others stored and drops what was changed since', async () => {
    const { client, slow } = await shop();
    const late = client.copy().json('/slow-reload');
    await slow.begun;
    await client.get('/count');
    slow.open();
    expect(await late).toMatchObject({ views: 11, notice: 'hello' });
  });

  it('save() stores a new session though it is unchanged', async () => {
    const { client, store } = await shop();
    client.jar.clear();
    expect(await client.json('/save-new')).toEqual({ isNew: false });
    expect(store.calls).toEqual(['create']);
    expect(client.jar.size).toBe(1);
  });

  it('save() rejects what the schema refuses, and the handler can mend it', async () => {
    const { client } = await shop();
    expect(await client.json('/save-wrong')).toEqual({ error: SessionValidationError.name });
    expect(await client.json('/')).toMatchObject({ views: 3 });
  });

  it('save() that nobody awaits goes before the commit and not beside it', async () => {
    const { client, store } = await shop();
    await client.get('/unawaited');
    expect(await client.json('/')).toMatchObject({ views: 11, notice: 'and more' });
    expect(store.calls).toEqual(['read', 'update', 'update', 'read']);
    client.jar.clear();
    store.calls.length = 0;
    await client.get('/unawaited');
    expect(store.calls).toEqual(['create', 'update']);
  });

  it('call a callback instead, as in express-session', async () => {
    const { client } = await shop();
    expect(await client.json('/callbacks')).toEqual({ errors: [], notice: 'hello', views: 51 });
    expect(await client.json('/callback-error')).toEqual({ error: SessionValidationError.name });
  });

  it('touch() writes no payload', async () => {
    const { client, store } = await shop();
    await client.get('/touch');
    expect(store.calls).toEqual(['read', 'touch']);
  });

  it('reject with SessionEndedError after destroy(), which leaves a new payload', async () => {
    const { client } = await shop();
    expect(await client.json('/after-destroy')).toEqual({
      kept: { views: 0, cart: [] },
      errors: Array<string>(3).fill(SessionEndedError.name),
      taken: [], // there was nothing to take, as for any request that only looks
    });
    await client.get('/start');
    expect((await client.get('/change-after-destroy')).status).toBe(409);
  });
});
