import { describe, expect, it } from 'vitest';
import { openShop } from '../support/shop.js';

describe('an error response after a session was stored under a new id', () => {
  it('takes its cookie along where the cap of a principal could not be kept', async () => {
    const { client, store } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.json({});
        },
        '/login': (req, res) => {
          sessions.of(req).userId = 'ada';
          res.json({});
        },
      }),
      { principal: 'userId', maxSessionsPerPrincipal: 3 },
    );
    await client.get('/view');
    store.before.list = () => {
      throw new Error('down');
    };
    expect((await client.get('/login')).status).toBe(503);
    expect(await client.json('/')).toMatchObject({ views: 1, userId: 'ada' });
  });

  it('takes its cookie along where save() had stored it', async () => {
    const { client } = await openShop((sessions) => ({
      '/save-then-fail': async (req, res) => {
        sessions.of(req).views = 5;
        await sessions.of(req).save();
        sessions.of(req).views = 0.5;
        res.json({});
      },
    }));
    expect((await client.get('/save-then-fail')).status).toBe(500);
    expect(await client.json('/')).toMatchObject({ views: 5 });
  });

  it('takes no cookie along where nothing was stored', async () => {
    const { client, store } = await openShop((sessions) => ({
      '/view': (req, res) => {
        sessions.of(req).views += 1;
        res.json({});
      },
    }));
    store.before.create = () => {
      throw new Error('down');
    };
    expect(await client.get('/view')).toMatchObject({ status: 503, cookies: [] });
  });
});
