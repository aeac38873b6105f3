import { createClient } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore } from 'typed-session/redis';
import { serve } from '../../support/app.js';
import { startRedis, type PrivateServer } from '../../support/private-server.js';
import { noUnhandledRejections, opened, servesAgain } from './bench.js';
import { faultyShop, listenerOf } from './shop.js';
import { aSpace, sites } from './sites.js';

async function tell(server: PrivateServer, ...command: string[]): Promise<void> {
  const client = createClient({ url: server.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.sendCommand(command);
  client.destroy();
}

const those = sites.filter(({ variable }) => variable === 'REDIS_URL');

describe.each(those)('a Redis that refuses writes, with $name', (site) => {
  noUnhandledRejections();

  it('out of memory: reads go on, a write is a 503 that says so, and nothing is lost', async () => {
    const server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
    const { store } = await opened(site, server.url);
    const client = await serve(listenerOf(faultyShop(store)));
    await client.get('/login');
    await client.get('/view');
    const jar = new Map(client.jar);
    await tell(server, 'CONFIG', 'SET', 'maxmemory', '1');
    expect((await client.get('/account')).status).toBe(200);
    for (const path of ['/view', '/put?sku=tea', '/login?as=eve', '/logout']) {
      const { status, text, cookies } = await client.get(path);
      expect({ path, status, cookies }).toEqual({ path, status: 503, cookies: [] });
      expect(text).toContain('OOM');
    }
    const stranger = client.copy();
    stranger.jar.clear();
    expect(await stranger.get('/login')).toMatchObject({ status: 503, cookies: [] });
    expect(client.jar).toEqual(jar);
    expect(await client.json('/')).toEqual({ views: 1, userId: 'ada', cart: [] });
    await tell(server, 'CONFIG', 'SET', 'maxmemory', '0');
    expect(await client.json('/view')).toBe(2);
    expect((await client.get('/logout')).status).toBe(200);
    expect((await client.get('/account')).status).toBe(401);
  });

  it('a read-only replica: reads go on, a write is a 503 that says so; promoted, it takes writes', async () => {
    const primary = await startRedis();
    const space = aSpace();
    const one = await opened(site, primary.url, space);
    const first = await serve(listenerOf(faultyShop(one.store)));
    await first.get('/login');
    await first.get('/view');
    const replica = await startRedis({ replicaOf: primary });
    const { store } = await opened(site, replica.url, space);
    const second = await serve(listenerOf(faultyShop(store)));
    for (const [name, value] of first.jar) second.jar.set(name, value);
    await servesAgain(second);
    expect((await second.get('/account')).status).toBe(200);
    for (const path of ['/view', '/login?as=eve', '/logout']) {
      const { status, text, cookies } = await second.get(path);
      expect({ path, status, cookies }).toEqual({ path, status: 503, cookies: [] });
      expect(text).toContain('READONLY');
    }
    expect(await first.json('/')).toEqual({ views: 1, userId: 'ada', cart: [] });
    await tell(replica, 'REPLICAOF', 'NO', 'ONE');
    expect(await second.json('/view')).toBe(2);
  });
});

describe('a client of redis that', () => {
  noUnhandledRejections();

  it('was never connected is a 503 that names it', async () => {
    const client = createClient({ url: 'redis://127.0.0.1:1' });
    const app = await serve(listenerOf(faultyShop(new RedisStore({ client }))));
    const { status, text } = await app.get('/put?sku=tea');
    expect(status).toBe(503);
    expect(text).toContain('ClientClosedError');
  });

  it('has no queue for lost connections is a 503 at once, and serves again by itself', async () => {
    const server = await startRedis();
    const client = createClient({
      url: server.url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: () => 25 },
    });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => { client.destroy(); }); // prettier-ignore
    const app = await serve(listenerOf(faultyShop(new RedisStore({ client }), { storeTimeout: 60_000 })));
    await app.get('/view');
    await server.kill();
    const { status, text } = await app.get('/view');
    expect(status).toBe(503);
    expect(text).toMatch(/ClientOfflineError|SocketClosedUnexpectedlyError/);
    await server.restart();
    await servesAgain(app);
    expect(await app.json('/view')).toBe(2);
  });
});
