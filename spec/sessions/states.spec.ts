import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session, type SessionMiddleware } from 'typed-session';
import { z } from 'zod';
import { makeApp, ProbedStore, type Client } from '../support/app.js';
import { gate } from '../support/shop.js';

const schema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anonymous'), coupon: z.string().optional(), cart: z.array(z.string()).default([]) }),
  z.object({ kind: z.literal('user'), userId: z.string(), cart: z.array(z.string()).default([]), nick: z.string().optional() }),
  z.object({ kind: z.literal('admin'), userId: z.string(), level: z.int() }),
]); // prettier-ignore
const plainUnion = z.union([
  z.object({ userId: z.string(), cart: z.array(z.string()).default([]), nick: z.string().optional() }),
  z.object({ guest: z.literal(true), cart: z.array(z.string()).default([]), coupon: z.string().optional() }),
]);

type Sessions = SessionMiddleware<typeof schema>;

async function open(handlers: (sessions: Sessions) => Record<string, RequestHandler>, options: object = {}) {
  const store = new ProbedStore(new MemoryStore());
  const sessions = session({
    schema,
    initial: { kind: 'anonymous', cart: [] },
    secret: 's',
    name: 'connect.sid',
    store,
    ...options,
  });
  const client: Client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/begin', (req, res) => {
      Object.assign(sessions.of(req), { coupon: 'ten', cart: ['tea'] });
      res.end();
    });
    app.get('/login', async (req, res) => {
      await sessions.of(req).become({ kind: 'user', userId: 'ann', cart: [] });
      res.json(sessions.of(req));
    });
    for (const [path, handler] of Object.entries(handlers(sessions))) app.get(path, handler);
  });
  return { client, store, sessions };
}

describe('become', () => {
  it('leaves nothing of the old state behind', async () => {
    const { client } = await open(() => ({}));
    await client.get('/begin');
    expect(await client.json('/login')).toEqual({ kind: 'user', userId: 'ann', cart: [] });
    expect(await client.json('/')).toEqual({ kind: 'user', userId: 'ann', cart: [] });
  });

  it('gives the session a new id where the principal changes, and keeps it where not', async () => {
    const { client } = await open(
      (sessions) => ({
        '/nick': async (req, res) => {
          await sessions.of(req).become({ kind: 'user', userId: 'ann', cart: [], nick: 'a' });
          res.end();
        },
      }),
      { principal: 'userId' },
    );
    await client.get('/begin');
    const before = client.jar.get('connect.sid');
    const planted = client.copy();
    await client.get('/login');
    const after = client.jar.get('connect.sid');
    expect(after).not.toBe(before);
    await client.get('/nick');
    expect(client.jar.get('connect.sid')).toBe(after);
    expect(await planted.json('/')).toEqual({ kind: 'anonymous', cart: [] });
  });

  it('refuses what the schema refuses at once, and the session stays as it was', async () => {
    const { client } = await open((sessions) => ({
      '/wrong': async (req, res) => {
        const refused: unknown = await sessions.of(req).become({ kind: 'admin', userId: 'ann' } as never).catch((error: unknown) => error); // prettier-ignore
        res.json({ code: (refused as { code?: string }).code, now: sessions.of(req) });
      },
    }));
    await client.get('/begin');
    expect(await client.json('/wrong')).toEqual({
      code: 'SESSION_VALIDATION',
      now: { kind: 'anonymous', coupon: 'ten', cart: ['tea'] },
    });
  });

  it('takes a callback as express-session’s methods do', async () => {
    const { client } = await open((sessions) => ({
      '/back': (req, res) => {
        sessions
          .of(req)
          .become({ kind: 'admin', userId: 'ann', level: 1 }, (error) => res.json({ error: error ?? null }));
      },
    }));
    expect(await client.json('/back')).toEqual({ error: null });
    expect(await client.json('/')).toEqual({ kind: 'admin', userId: 'ann', level: 1 });
  });

  it('is stored before update() and take() change the new state', async () => {
    const { client } = await open((sessions) => ({
      '/both': async (req, res) => {
        const mine = sessions.of(req);
        await mine.become({ kind: 'user', userId: 'ann', cart: [], nick: 'a' });
        await mine.update((latest) => {
          if (latest.kind === 'user') latest.cart.push('book');
        });
        res.json({ taken: await mine.take('nick') });
      },
    }));
    await client.get('/begin');
    expect(await client.json('/both')).toEqual({ taken: 'a' });
    expect(await client.json('/')).toEqual({ kind: 'user', userId: 'ann', cart: ['book'] });
  });
});

describe('validate', () => {
  it('tells what the commit would refuse, and stores nothing', async () => {
    const { client, store } = await open((sessions) => ({
      '/check': async (req, res) => {
        const mine = sessions.of(req);
        await mine.validate();
        const cart = (mine as { cart: unknown }).cart;
        (mine as { cart: unknown }).cart = [5];
        const refused = (await mine.validate().catch((error: unknown) => error)) as { code: string; issues: unknown };
        (mine as { cart: unknown }).cart = cart;
        res.json({ code: refused.code, issues: refused.issues });
      },
    }));
    expect(await client.json('/check')).toMatchObject({
      code: 'SESSION_VALIDATION',
      issues: [{ path: ['cart', 0], code: 'invalid_type' }],
    });
    expect(store.calls).toEqual([]);
  });
});

/** Two requests on one session: the slow one changes it first, in memory, and commits last. */
async function race(slow: (mine: any) => unknown, fast: (mine: any) => unknown, options: object = {}) {
  const waiting = gate();
  const { client } = await open(
    (sessions) => ({
      '/slow': async (req, res) => {
        await slow(sessions.of(req));
        await waiting.pass();
        res.end();
      },
      '/fast': async (req, res) => {
        await fast(sessions.of(req));
        res.end();
      },
    }),
    options,
  );
  await client.get('/begin');
  const late = client.copy().get('/slow');
  await waiting.begun;
  await client.get('/fast');
  waiting.open();
  return { status: (await late).status, left: await client.json('/') };
}

describe('two states are never mixed:', () => {
  it('a login stands whole beside a change of the state before it', async () => {
    const { status, left } = await race(
      (mine) => mine.become({ kind: 'user', userId: 'ann', cart: ['tea'] }),
      (mine) => Object.assign(mine, { coupon: 'twenty', cart: ['tea', 'cup'] }),
    );
    expect(status).toBe(200);
    expect(left).toEqual({ kind: 'user', userId: 'ann', cart: ['tea'] });
  });

  it('a change of a state that another request has left is a conflict', async () => {
    const { status, left } = await race(
      (mine) => mine.cart.push('cup'),
      (mine) => mine.become({ kind: 'user', userId: 'ann', cart: [] }),
    );
    expect(status).toBe(409);
    expect(left).toEqual({ kind: 'user', userId: 'ann', cart: [] });
  });

  it('of two logins the later one stands, and nothing of the other', async () => {
    const { status, left } = await race(
      (mine) => mine.become({ kind: 'user', userId: 'bob', cart: [] }),
      (mine) => mine.become({ kind: 'user', userId: 'ann', cart: ['book'], nick: 'a' }),
    );
    expect(status).toBe(200);
    expect(left).toEqual({ kind: 'user', userId: 'bob', cart: [] });
  });

  it('within one state, changes are merged as ever', async () => {
    const { status, left } = await race(
      (mine) => mine.cart.push('cup'),
      (mine) => Object.assign(mine, { coupon: 'twenty' }),
    );
    expect(status).toBe(200);
    expect(left).toEqual({ kind: 'anonymous', coupon: 'twenty', cart: ['tea', 'cup'] });
  });

  it('nor are those of a union without a tag', async () => {
    const { status, left } = await race(
      (mine) => mine.cart.push('cup'),
      (mine) => mine.become({ userId: 'ann', cart: [] }),
      { schema: plainUnion, initial: { guest: true, cart: [] } },
    );
    expect(status).toBe(409);
    expect(left).toEqual({ userId: 'ann', cart: [] });
  });

  it('a change that is made of a state while another request leaves it is a conflict', async () => {
    const { client, store } = await open((sessions) => ({
      '/slow': async (req, res) => {
        const mine = sessions.of(req);
        await mine.rotate();
        store.before.update = async () => {
          store.before = {};
          await client.copy().get('/login');
          Object.assign(mine, { coupon: 'twenty' });
        };
        await mine.save();
        res.end();
      },
    }));
    await client.get('/begin');
    const answer = await client.copy().get('/slow');
    expect(answer.status).toBe(409);
    expect(await client.json('/')).toEqual({ kind: 'user', userId: 'ann', cart: [] });
  });
});
