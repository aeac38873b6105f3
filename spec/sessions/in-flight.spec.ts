import type { Response } from 'express';
import { describe, expect, it } from 'vitest';
import { deferred, itOnExpress } from '../support/app.js';
import { openMeanwhile as open, schemas, stream, type Mine } from '../support/meanwhile.js';

const plain = schemas['without codecs'];
const goOn = (mine: Mine): void => {
  mine.b = 4;
  mine.cart.push('cake');
};

type Work = (mine: Mine, res: Response) => Promise<unknown>;
/** A stream commits before its first byte, and its handler continues after that. On the fetch API, no handler runs then. */
const beforeStream: [string, Work] = [
  'the commit before a stream',
  (mine, res) => {
    mine.a = 1;
    return stream(res);
  },
];

describe.each(Object.entries(schemas))('changes while the store is at work, with a schema %s', (_, schema) => {
  it.each<[string, Work]>([
    ['update()', (mine) => mine.update((latest) => { latest.n += 1; })],
    ['take()', (mine) => mine.take('notice')],
    ['save()', (mine) => { mine.a = 1; return mine.save(); }],
    ...(itOnExpress === it ? [beforeStream] : []),
  ])('a change that a handler makes during %s is stored, even deep in the payload', async (_name, work) => {
    for (const how of ['meanwhile', 'conflicting'] as const) {
      let seen: unknown;
      const { client } = await open(schema, async (mine, res, { meanwhile, conflicting }) => {
        if (how === 'meanwhile') meanwhile('update', () => { goOn(mine); });
        else conflicting(() => { goOn(mine); });
        await work(mine, res);
        seen = { ...mine };
        res.end();
      });
      await client.get('/begin');
      expect((await client.get('/')).status).toBe(200);
      expect(seen).toMatchObject({ b: 4, cart: ['tea', 'cake'] });
      const stored = await client.json('/stored');
      expect(stored).toMatchObject({ b: 4, cart: ['tea', 'cake'] });
      expect(stored).toEqual(JSON.parse(JSON.stringify(seen)));
    }
  });

  it('a change that a handler makes during the first save() of a new session is stored', async () => {
    const { client } = await open(schema, async (mine, res, { meanwhile }) => {
      mine.cart.push('tea');
      meanwhile('create', () => { goOn(mine); });
      await mine.save();
      res.end();
    });
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ b: 4, cart: ['tea', 'cake'] });
  });

  it('a change that a handler makes during or after a save() is stored, however deep', async () => {
    const { client } = await open(schema, async (mine, res) => {
      mine.cart.push('cake');
      await mine.save();
      mine.cart.push('milk');
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ cart: ['tea', 'cake', 'milk'] });
  });

  it('a change that a handler makes while the function of update() waits is stored, even in a new session', async () => {
    const { client } = await open(schema, async (mine, res) => {
      const gate = deferred();
      const updated = mine.update(async (latest) => {
        await gate.promise;
        latest.a += 1;
      });
      goOn(mine);
      gate.resolve();
      await updated;
      res.json(mine);
    });
    expect(await client.json('/')).toMatchObject({ a: 1, b: 4, cart: ['cake'] });
    expect(await client.json('/stored')).toMatchObject({ a: 1, b: 4, cart: ['cake'] });
    expect(await client.json('/')).toMatchObject({ a: 2, b: 4, cart: ['cake', 'cake'] });
    expect(await client.json('/stored')).toMatchObject({ a: 2, b: 4, cart: ['cake', 'cake'] });
  });

  it('a change that a handler makes during take() of the same field is kept, and is not taken', async () => {
    let taken: unknown;
    const { client } = await open(schema, async (mine, res, { meanwhile }) => {
      meanwhile('update', () => { mine.cart.push('cake'); });
      taken = await mine.take('cart');
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(taken).toEqual(['tea']);
    expect(await client.json('/stored')).toMatchObject({ cart: ['cake'] });
  });
}); // prettier-ignore

describe('a handler while the store is at work', () => {
  it('a handler that changes a field right after calling update() finds the change stored', async () => {
    const { client } = await open(plain, async (mine, res) => {
      const updated = mine.update((latest) => { latest.n += 1; }); // prettier-ignore
      mine.b = 2;
      await updated;
      res.json(mine);
    });
    await client.get('/begin');
    expect(await client.json('/')).toMatchObject({ n: 1, b: 2 });
    expect(await client.json('/stored')).toMatchObject({ n: 1, b: 2 });
  });

  itOnExpress('a handler that changes a field twice keeps its latest value', async () => {
    const { client } = await open(plain, async (mine, res, { conflicting }) => {
      mine.n = 10;
      conflicting(() => { mine.n = 20; }); // prettier-ignore
      await stream(res);
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ n: 20 });
  });

  it('a handler that reverts a change reverts it for good', async () => {
    const { client } = await open(plain, async (mine, res, { conflicting }) => {
      mine.a = 1;
      mine.notice = 'changed';
      conflicting(() => { mine.a = 0; delete mine.notice; }); // prettier-ignore
      await mine.save();
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toEqual({ a: 0, b: 0, n: 1, cart: ['tea'] });
  });

  itOnExpress('a handler keeps the objects that it holds if no other request has changed them', async () => {
    const { client } = await open(plain, async (mine, res, { conflicting }) => {
      const { cart } = mine;
      mine.a = 1;
      conflicting(() => undefined);
      await stream(res);
      cart.push('cake');
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ a: 1, n: 1, cart: ['tea', 'cake'] });
  });

  itOnExpress('keeps the changes of the handler through several conflicts', async () => {
    const { client } = await open(plain, async (mine, res, { conflicting, store, client }) => {
      mine.a = 1;
      conflicting(() => {
        mine.b = 1;
        store.before.update = async () => {
          store.before = {};
          await client.copy().get('/other');
          mine.b += 1;
        };
      });
      await stream(res);
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ a: 1, b: 2, n: 2 });
  });

  it('a handler takes a value once, and a value that it adds meanwhile stays', async () => {
    const given: unknown[] = [];
    const { client } = await open(plain, async (mine, res, { conflicting }) => {
      conflicting(() => { mine.notice = 'for the next page'; }); // prettier-ignore
      given.push(await mine.take('notice'));
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ notice: 'for the next page', n: 1 });
    await client.get('/');
    expect(given).toEqual(['hello', 'for the next page']);
  });

  it('a field that could not be taken comes back', async () => {
    const { client } = await open(plain, async (mine, res, { meanwhile }) => {
      meanwhile('update', () => { throw new Error('down'); }); // prettier-ignore
      const error: unknown = await mine.take('cart').catch((thrown: unknown) => thrown);
      res.json({ error: (error as Error).name, cart: mine.cart });
    });
    await client.get('/begin');
    expect(await client.json('/')).toEqual({ error: 'SessionStoreError', cart: ['tea'] });
    expect(await client.json('/stored')).toMatchObject({ cart: ['tea'] });
  });

  it('an invalid change is refused by the next commit, and fixing it loses no change of another request', async () => {
    for (const schema of [schemas['without codecs'], schemas['with codecs']]) {
      const { client } = await open(schema, async (mine, res, { conflicting }) => {
        mine.a = 1;
        conflicting(() => { Object.assign(mine, { b: 'wrong' }); }); // prettier-ignore
        await mine.save();
        const refused = await mine.validate().catch((thrown: unknown) => (thrown as Error).name);
        mine.b = 2;
        res.json({ refused });
      });
      await client.get('/begin');
      expect(await client.json('/')).toEqual({ refused: 'SessionValidationError' });
      expect(await client.json('/stored')).toMatchObject({ a: 1, b: 2, n: 1 });
    }
  });

  itOnExpress('a merge function loses no count while the store is busy', async () => {
    const sum = (base: number, mine: number, theirs: number): number => mine + theirs - base;
    const { client } = await open(
      plain,
      async (mine, res, { conflicting }) => {
        mine.n += 1;
        conflicting(() => { mine.n += 1; }); // prettier-ignore
        await stream(res);
        res.end();
      },
      { merge: { n: sum } },
    );
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ n: 3 });
  });

  itOnExpress("under conflict: 'overwrite', the handler's changes are kept as without a conflict", async () => {
    const { client } = await open(
      plain,
      async (mine, res, { conflicting }) => {
        mine.a = 1;
        conflicting(() => { goOn(mine); }); // prettier-ignore
        await stream(res);
        res.end();
      },
      { conflict: 'overwrite' },
    );
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ a: 1, b: 4, n: 0, cart: ['tea', 'cake'] });
  });

  it('keeps the changes that the handler makes after become()', async () => {
    const { client } = await open(plain, async (mine, res, { conflicting }) => {
      await mine.become({ a: 1, b: 1, n: 1, cart: [] });
      conflicting(() => { mine.b = 2; }); // prettier-ignore
      await mine.save();
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toEqual({ a: 1, b: 2, n: 1, cart: [] });
  });

  it('reload() and destroy() discard the changes that the handler makes meanwhile', async () => {
    const { client } = await open(plain, async (mine, res, { store }) => {
      store.before.read = () => {
        store.before = {};
        mine.b = 4;
      };
      await mine.reload();
      const { b } = mine;
      store.before.update = () => {
        store.before = {};
        mine.b = 4;
      };
      await mine.destroy();
      res.json({ reloaded: b, destroyed: mine.b });
    });
    await client.get('/begin');
    expect(await client.json('/')).toEqual({ reloaded: 0, destroyed: 0 });
  });

  it('keeps the changes that the handler makes while the session gets another id', async () => {
    const { client } = await open(plain, async (mine, res, { conflicting }) => {
      await mine.rotate();
      conflicting(() => { goOn(mine); }); // prettier-ignore
      await mine.save();
      res.end();
    });
    await client.get('/begin');
    await client.get('/');
    expect(await client.json('/stored')).toMatchObject({ b: 4, n: 1, cart: ['tea', 'cake'] });
  });
});
