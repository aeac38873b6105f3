import { expect } from 'vitest';
import { session, type ExpressSessionStore, type SessionStore } from 'typed-session';
import { schema } from './shop.js';
import { makeApp } from './app.js';

/** Lets 50 requests take one token of one session at the same time, and expects that one of them gets it. */
export async function expectTakenOnce(store: SessionStore | ExpressSessionStore): Promise<void> {
  const sessions = session({ schema, secret: 'keep it', cookie: { maxAge: 60_000 }, store });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/set', (req, res) => {
      Object.assign(sessions.of(req), { notice: 'once', userId: 'ann' });
      res.end();
    });
    app.get('/take', async (req, res) => {
      res.json((await sessions.of(req).take('notice')) ?? null);
    });
    app.get('/', (req, res) => void res.json(sessions.of(req)));
  });
  await client.get('/set');
  const taken = await Promise.all(Array.from({ length: 50 }, () => client.json('/take')));
  expect(taken.filter((value) => value === 'once')).toHaveLength(1);
  expect(taken.filter((value) => value === null)).toHaveLength(49);
  expect(await client.json('/')).toEqual({ views: 0, cart: [], userId: 'ann' });
}
