import { describe, expect, it } from 'vitest';
import { gate } from '../../support/shop.js';
import { aLine, aMark, noUnhandledRejections, servesAgain, storedOf } from './bench.js';
import { sites } from './sites.js';

describe.each(sites)('the line to the server of $name', (site) => {
  noUnhandledRejections();

  it('down at load: a 503 that says why, the guard lets nobody in, and service resumes by itself', async () => {
    const { client, proxy, other } = await aLine(site, { storeTimeout: 1_000 });
    await client.get('/login');
    await client.get('/view');
    const jar = new Map(client.jar);
    await proxy.cut();
    for (const path of ['/account', '/', '/view', '/logout']) {
      const { status, text, cookies } = await client.get(path);
      expect({ status, cookies }).toEqual({ status: 503, cookies: [] });
      expect(text).toContain('The session store failed to read');
      expect(text).not.toContain('let in');
    }
    const { text } = await client.get('/account');
    expect(text).toMatch(site.says);
    const stranger = client.copy();
    stranger.jar.clear();
    expect((await stranger.get('/account')).status).toBe(401); // without a cookie the store is not asked
    await proxy.mend();
    await servesAgain(client);
    expect(client.jar).toEqual(jar);
    expect((await client.get('/account')).text).toBe('"let in"');
    expect(await storedOf(client, other)).toMatchObject({ userId: 'ada', views: 1 });
  });

  it.each(['/view', '/put?sku=tea'])(
    'down at save: a 503, and nothing of %s is stored, later neither',
    async (path) => {
      const { pass, begun, open } = gate();
      let waits = false;
      const waiting = { pass: () => (waits ? pass() : Promise.resolve()) };
      const { client, proxy, other } = await aLine(site, { storeTimeout: 1_000, ...waiting });
      await client.get('/view');
      waits = true;
      const answer = client.get(path);
      await begun;
      await proxy.cut();
      open();
      const { status, cookies } = await answer;
      expect({ status, cookies }).toEqual({ status: 503, cookies: [] });
      waits = false;
      await proxy.mend();
      await servesAgain(client);
      expect(await storedOf(client, other)).toEqual({ views: 1, cart: [] });
      expect((await client.get(path)).status).toBe(200);
    },
  );

  it('down at the first save of a new session: a 503 without a cookie', async () => {
    const { client, proxy } = await aLine(site, { storeTimeout: 1_000 });
    await proxy.cut();
    for (const path of ['/put?sku=tea', '/login']) {
      const { status, cookies } = await client.get(path);
      expect({ status, cookies }).toEqual({ status: 503, cookies: [] });
    }
    await proxy.mend();
    await expect.poll(async () => (await client.get('/login')).status, { timeout: 20_000, interval: 25 }).toBe(200);
    expect((await client.get('/account')).status).toBe(200);
  });

  it('slower than usual, and in time: answered as ever', async () => {
    const { client, proxy, other } = await aLine(site, { storeTimeout: 20_000 });
    proxy.slow(30);
    expect(await client.json('/view')).toBe(1);
    expect(await client.json('/view')).toBe(2);
    expect((await client.get('/login')).status).toBe(200);
    expect(await storedOf(client, other)).toMatchObject({ views: 2, userId: 'ada' });
  });

  it('slower than storeTimeout: a 503, what was sent may take place, and the session goes on from there', async () => {
    const { pass, begun, open } = gate();
    let waits = false;
    const waiting = { pass: () => (waits ? pass() : Promise.resolve()) };
    const { client, proxy, other } = await aLine(site, { storeTimeout: 1_000, ...waiting });
    await client.get('/view');
    proxy.stall();
    const { status, text } = await client.get('/account');
    expect(status).toBe(503);
    expect(text).toContain('did not answer within storeTimeout (1000 ms)');
    proxy.flow();
    await servesAgain(client);
    waits = true;
    const late = client.get('/view');
    await begun;
    proxy.stall();
    open();
    expect(await late).toMatchObject({ status: 503, cookies: [] });
    waits = false;
    proxy.flow();
    await servesAgain(client);
    const { views } = await storedOf(client, other);
    expect([1, 2]).toContain(views);
    expect(await client.json('/view')).toBe(Number(views) + 1);
  });

  it('cut between an increment by update() and its answer: it counts once, and the session goes on', async () => {
    const { client, proxy, other } = await aLine(site);
    await client.get('/view');
    const mark = aMark();
    const cut = proxy.cutBeforeAnswer(mark);
    const { status } = await client.get(`/view?mark=${mark}`);
    await cut;
    expect(status).toBe(site.sendsAgain ? 200 : 503);
    expect(await storedOf(client, other)).toMatchObject({ views: 2, mark });
    expect(await client.json('/view')).toBe(3); // where the client was told 503, it counts its try twice
  });

  it('cut between a change of a field and its answer: it is stored, and the session goes on', async () => {
    const { client, proxy, other } = await aLine(site);
    await client.get('/view');
    const mark = aMark();
    const cut = proxy.cutBeforeAnswer(mark);
    const { status } = await client.get(`/put?sku=${mark}`);
    await cut;
    expect(status).toBe(site.sendsAgain ? 200 : 503);
    expect(await storedOf(client, other)).toMatchObject({ cart: [mark] });
    expect((await client.get('/view')).status).toBe(200);
  });

  it('cut between take() and its answer: the value is given to one request at most', async () => {
    const { client, proxy } = await aLine(site);
    const mark = aMark();
    await client.get(`/view?mark=${mark}`);
    await client.get('/token?is=secret');
    const cut = proxy.cutBeforeAnswer(mark); // it is in every write of this session
    const { status, text } = await client.get('/take');
    await cut;
    expect([status, site.sendsAgain ? text : '']).toEqual(site.sendsAgain ? [200, '"secret"'] : [503, '']);
    expect(await client.json('/take')).toBe(null);
  });

  it('cut between the first save of a login and its answer: nobody is let in without an answer, and trying again works', async () => {
    const { client, proxy } = await aLine(site);
    const name = aMark();
    const cut = proxy.cutBeforeAnswer(name);
    const { status, cookies } = await client.get(`/login?as=${name}`);
    await cut;
    expect([status, cookies.length]).toEqual(site.sendsAgain ? [200, 1] : [503, 0]);
    expect((await client.get('/account')).status).toBe(site.sendsAgain ? 200 : 401);
    expect((await client.get(`/login?as=${name}`)).status).toBe(200);
    expect((await client.get('/account')).status).toBe(200);
  });

  it('cut between the new record of a login and its answer: the old session stays, and trying again works', async () => {
    const { client, proxy, other } = await aLine(site);
    await client.get('/view');
    const name = aMark();
    const cut = proxy.cutBeforeAnswer(name);
    const { status } = await client.get(`/login?as=${name}`);
    await cut;
    expect(status).toBe(site.sendsAgain ? 200 : 503);
    if (!site.sendsAgain) {
      expect(await storedOf(client, other)).toEqual({ views: 1, cart: [] });
      expect((await client.get('/account')).status).toBe(401);
    }
    expect((await client.get(`/login?as=${name}`)).status).toBe(200);
    expect(await storedOf(client, other)).toMatchObject({ views: 1, userId: name });
  });

  it('cut between the second step of a login and its answer: the session has moved, and the browser with it', async () => {
    const { client, proxy, other } = await aLine(site);
    await client.get('/view');
    const before = client.copy();
    const cut = proxy.cutBeforeAnswer('"forwardTo":null');
    const { status, cookies } = await client.get('/login');
    await cut;
    expect([status, cookies.length]).toEqual([200, 1]);
    expect(await storedOf(client, other)).toMatchObject({ views: 1, userId: 'ada' });
    expect(await storedOf(before, other)).toEqual({ views: 0, cart: [] });
  });

  it('down from the second step of a login on: a 503, the old cookie leads nobody in, and a login works afterwards', async () => {
    const { client, proxy } = await aLine(site, { storeTimeout: 1_000 });
    await client.get('/view');
    const cut = proxy.cutBeforeAnswer('"forwardTo":null').then(proxy.cut);
    expect(await client.get('/login')).toMatchObject({ status: 503, cookies: [] });
    await cut;
    await proxy.mend();
    await servesAgain(client);
    expect((await client.get('/account')).status).toBe(401);
    expect((await client.get('/login')).status).toBe(200);
    expect((await client.get('/account')).status).toBe(200);
  });

  it('cut between a logout and its answer: the session is over, and trying again says so', async () => {
    const { client, proxy } = await aLine(site);
    await client.get('/login');
    const before = client.copy();
    const cut = proxy.cutBeforeAnswer('"forwardTo":null');
    const { status } = await client.get('/logout');
    await cut;
    expect(status).toBe(site.sendsAgain ? 200 : 503);
    expect((await client.get('/logout')).status).toBe(200);
    expect((await before.get('/account')).status).toBe(401);
  });
});
