import type { Response } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SessionValidationError, type Session } from 'typed-session';
import { deferred, listen } from '../support/app.js';
import { openShop, type schema } from '../support/shop.js';

type Mine = Session<typeof schema>;
type Handler = (mine: Mine, res: Response) => unknown;
const finished = (res: Response): Promise<void> => {
  const { promise, resolve } = deferred();
  res.once('finish', () => setImmediate(resolve));
  return promise;
};

/** The late changes that a handler is reported for, after its response has finished. */
async function lateChanges(handler: Handler): Promise<readonly (readonly string[])[]> {
  const events = listen('typed-session:late-change');
  const done = deferred();
  const { client } = await openShop((sessions) => ({
    '/begin': (req, res) => {
      sessions.of(req).cart.push({ sku: 'tea', qty: 1 });
      res.end();
    },
    '/late/:secret': async (req, res) => {
      const end = finished(res);
      await handler(sessions.of(req), res);
      await end;
      done.resolve();
    },
  }));
  await client.get('/begin');
  await client.get('/late/42');
  await done.promise;
  return events.map(({ fields }) => fields);
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('a change after the response was ended', () => {
  it.each<[string, Handler, string[]]>([
    ['an assignment', (mine, res) => { res.json({}); mine.views += 1; }, ['views']],
    ['a change deep inside', (mine, res) => { res.json({}); Object.assign(mine.cart[0] ?? {}, { qty: 2 }); }, ['cart']],
    ['a change beside one that was stored', (mine, res) => { mine.notice = 'x'; res.json({}); mine.views += 1; }, ['views']],
    ['a change that does not fit', (mine, res) => { res.json({}); mine.views = 0.5; }, ['views']],
    ['a change after a logout', async (mine, res) => { await mine.destroy(); res.json({}); mine.views = 3; }, ['views']],
  ])('is reported with its fields: %s', async (_, handler, fields) => {
    expect(await lateChanges(handler)).toEqual([fields]);
  }); // prettier-ignore

  it.each<[string, Handler]>([
    ['save()', async (mine, res) => { res.json({}); mine.views += 1; await mine.save(); }],
    ['save() that is still at work when the response has finished', (mine, res) => { res.json({}); mine.views += 1; void mine.save(); }],
    ['update()', async (mine, res) => { res.json({}); await mine.update((latest) => { latest.views += 1; }); }],
    ['the commit, because it came before', (mine, res) => { mine.views += 1; res.json({}); }],
    ['nothing, because there is none', (mine, res) => { res.json(mine); }],
    ['nothing, because a response of 500 commits no change', (mine, res) => { mine.views += 1; res.status(500).json({}); }],
  ])('is not reported if it is stored by %s', async (_, handler) => {
    expect(await lateChanges(handler)).toEqual([]);
  }); // prettier-ignore

  it('is warned about in development, once for each route, by its pattern and without values', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const handler: Handler = (mine, res) => { res.json({}); mine.notice = 'the secret'; }; // prettier-ignore
    await lateChanges(handler);
    await lateChanges(handler);
    const late = warn.mock.calls.filter(
      ([, options]) => (options as { code?: string }).code === 'TYPED_SESSION_LATE_CHANGE',
    );
    expect(late.length).toBeLessThanOrEqual(1); // an earlier test of this file may have been the first
    expect(JSON.stringify(late)).not.toMatch(/the secret|42/);
  });

  it('is not looked for in a session that the schema refuses and no handler could look at', async () => {
    const events = listen('typed-session:late-change');
    const done = deferred();
    const { client, memory } = await openShop(
      (sessions) => ({
        '/begin': (req, res) => {
          sessions.of(req).views += 1;
          res.end();
        },
        '/look': (req, res) => {
          void finished(res).then(done.resolve);
          res.end();
          expect(() => sessions.of(req).views).toThrow(SessionValidationError);
        },
      }),
      { onInvalid: 'error' },
    );
    await client.get('/begin');
    const [[key, record] = ['']] = (await memory.scan?.(undefined, 1))?.entries ?? [];
    if (record === undefined) throw new Error('not stored');
    await memory.update(key, { ...record, data: '{"views":"many"}', revision: 2 }, 1);
    expect((await client.get('/look')).status).toBe(200);
    await done.promise;
    expect(events).toEqual([]);
  });

  it('costs nothing in production if nobody listens', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    let listeners = 0;
    const { client } = await openShop(
      (sessions) => ({
        '/read': (req, res) => {
          const before = res.listenerCount('finish');
          expect(sessions.of(req).views).toBe(0);
          listeners = res.listenerCount('finish') - before;
          res.end();
        },
      }),
      { secret: 'k7Jw-Qz3vR9xT1bN5mL8pD2fH6sG4aYc' },
    );
    await client.get('/read');
    expect(listeners).toBe(0);
  });
});
