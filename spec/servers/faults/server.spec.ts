import { describe, expect, it } from 'vitest';
import { serve, type Client } from '../../support/app.js';
import { startPostgres, startRedis, type PrivateServer } from '../../support/private-server.js';
import { gate } from '../../support/shop.js';
import { noUnhandledRejections, opened, servesAgain } from './bench.js';
import { faultyShop, listenerOf, type FaultyOptions } from './shop.js';
import { sites, type Site } from './sites.js';

const starts = { redis: startRedis, ioredis: startRedis, pg: startPostgres };
const those = sites.flatMap((site) => (site.name in starts ? [{ ...site, start: starts[site.name as 'pg'] }] : []));

async function anApp(site: Site & { start: () => Promise<PrivateServer> }, options: FaultyOptions) {
  const server = await site.start();
  const { store } = await opened(site, server.url);
  return { server, client: await serve(listenerOf(faultyShop(store, options))) };
}

/** A step of a request that waits when it is told to. */
function aPause() {
  const { pass, begun, open } = gate();
  let waits = false;
  return {
    pass: () => (waits ? pass() : Promise.resolve()),
    begun: () => {
      waits = true;
      return begun;
    },
    open: () => {
      waits = false;
      open();
    },
  };
}

/** What may have become of a step that may have been taken: no more than that. */
async function goesOnFrom(client: Client, before: number, status: number): Promise<void> {
  await servesAgain(client);
  const { views, userId } = (await client.json('/')) as { views: number; userId: string };
  expect([before + (status === 200 ? 1 : 0), before + 1]).toContain(views);
  expect(userId).toBe('ada');
  expect(await client.json('/view')).toBe(views + 1);
  expect((await client.get('/account')).status).toBe(200);
}

describe.each(those)('the server of $name', (site) => {
  noUnhandledRejections();

  it('restarted in the middle of a request: stored and answered, or a 503; the session is there afterwards', async () => {
    const pause = aPause();
    const { server, client } = await anApp(site, { pass: pause.pass });
    await client.get('/login');
    await client.get('/view');
    const begun = pause.begun();
    const answer = client.get('/view');
    await begun;
    await server.restart();
    pause.open();
    const { status } = await answer;
    expect([200, 503]).toContain(status);
    await goesOnFrom(client, 1, status);
  });

  it('killed in the middle of a request: a 503 while it is away; what was answered is there afterwards', async () => {
    const pause = aPause();
    const { server, client } = await anApp(site, { pass: pause.pass, storeTimeout: 1_000 });
    await client.get('/login');
    await client.get('/view');
    const begun = pause.begun();
    const answer = client.get('/view');
    await begun;
    await server.kill();
    pause.open();
    expect((await answer).status).toBe(503);
    const { status, text } = await client.get('/account');
    expect([status, text.includes('let in')]).toEqual([503, false]);
    await server.restart();
    await goesOnFrom(client, 1, 503);
  });

  it('paused: a 503 within storeTimeout and nobody let in; once it goes on, so does the session', async () => {
    const pause = aPause();
    const { server, client } = await anApp(site, { pass: pause.pass, storeTimeout: 1_000 });
    await client.get('/login');
    await client.get('/view');
    const begun = pause.begun();
    const answer = client.get('/view');
    await begun;
    await server.pause();
    pause.open();
    expect((await answer).status).toBe(503);
    const guarded = await client.get('/account');
    expect(guarded.status).toBe(503);
    expect(guarded.text).toContain('did not answer within storeTimeout (1000 ms)');
    server.resume();
    await goesOnFrom(client, 1, 503);
  });

  it('paused during a login: nobody is let in before an answer, and the login can be tried again', async () => {
    const { server, client } = await anApp(site, { storeTimeout: 1_000 });
    await server.pause();
    expect(await client.get('/login')).toMatchObject({ status: 503, cookies: [] });
    server.resume();
    await expect.poll(async () => (await client.get('/login')).status, { timeout: 20_000, interval: 25 }).toBe(200);
    expect((await client.get('/account')).status).toBe(200);
  });
});
