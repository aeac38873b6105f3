import type { Response } from 'express';
import { describe, expect, it } from 'vitest';
import type { Session } from 'typed-session';
import { deferred, listen } from '../support/app.js';
import { openShop, type schema } from '../support/shop.js';

type Mine = Session<typeof schema>;

/** An app with the handler of a test. */
function open(handler: (mine: Mine, res: Response) => Promise<void>) {
  return openShop((sessions) => ({
    '/begin': (req, res) => {
      sessions.of(req).notice = 'hello';
      res.end();
    },
    '/test': (req, res) => handler(sessions.of(req), res),
  }));
}

describe('the function of update()', () => {
  it('cannot wait for a method of its session: that rejects and says what to do, by callback too', async () => {
    const refusals: unknown[] = [];
    const { client } = await open(async (mine, res) => {
      const told = deferred();
      await mine.update(async (latest) => {
        mine.save((error) => {
          refusals.push(error);
          told.resolve();
        });
        latest.views = await mine.take('notice').then(
          () => 1,
          (error: unknown) => {
            refusals.push(error);
            return 2;
          },
        );
      });
      await told.promise;
      res.json(mine);
    });
    await client.get('/begin');
    expect(await client.json('/test')).toMatchObject({ views: 2, notice: 'hello' });
    expect(refusals).toHaveLength(2);
    for (const error of refusals) {
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('before update() or after it');
    }
  });

  it('may throw, and the session goes on', async () => {
    const { client } = await open(async (mine, res) => {
      const error: unknown = await mine.update(() => { throw new Error('no'); }).catch((thrown: unknown) => thrown); // prettier-ignore
      await mine.update((latest) => { latest.views += 1; }); // prettier-ignore
      res.json({ error: (error as Error).message, views: mine.views });
    });
    await client.get('/begin');
    expect(await client.json('/test')).toEqual({ error: 'no', views: 1 });
  });

  it('keeps no one else waiting in vain: methods that are called beside it have their turn after it', async () => {
    const commits = listen('typed-session:commit');
    const { client } = await open(async (mine, res) => {
      const gate = deferred();
      const all = Promise.all([
        mine.update(async (latest) => {
          await gate.promise;
          latest.views += 1;
        }),
        mine.update((latest) => { latest.views += 1; }),
        mine.take('notice'),
      ]); // prettier-ignore
      gate.resolve();
      const [, , notice] = await all;
      res.json({ views: mine.views, notice });
    });
    await client.get('/begin');
    expect(await client.json('/test')).toEqual({ views: 2, notice: 'hello' });
    expect(commits).toHaveLength(4);
  });

  it('may end the response', async () => {
    const { client } = await open(async (mine, res) => {
      await mine.update((latest) => {
        latest.views += 1;
        res.end('done');
      });
    });
    await client.get('/begin');
    expect((await client.get('/test')).text).toBe('done');
    expect(await client.json('/')).toMatchObject({ views: 1 });
  });
});
