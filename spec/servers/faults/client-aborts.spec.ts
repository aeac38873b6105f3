import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client, ProbedStore } from '../../support/app.js';
import { gate } from '../../support/shop.js';
import { serverUrl } from '../suite.js';
import { noUnhandledRejections, opened } from './bench.js';
import { faultyShop, listenerOf } from './shop.js';
import { sites } from './sites.js';

/** An app that tells when a response is over, however it ended. */
async function anApp(store: ProbedStore, pass?: () => Promise<void>) {
  const listener = listenerOf(faultyShop(store, pass === undefined ? {} : { pass }));
  const closed: boolean[] = [];
  const server = createServer((req, res) => {
    res.once('close', () => closed.push(res.writableFinished));
    listener(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = new Client(`http://127.0.0.1:${port}`);
  /** Sends a request with the client's cookie, and is gone when told to. */
  const sendAndLeave = async (path: string, until: Promise<void>): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: app\r\nCookie: ${client.cookieHeader}\r\n\r\n`);
    await until;
    const before = closed.length;
    socket.destroy();
    await expect.poll(() => closed.length).toBe(before + 1);
    expect(closed.at(-1)).toBe(false);
  };
  return { client, sendAndLeave };
}

const moments = [
  ['the session is being loaded', 'read', 'before'],
  ['the session has been read', 'read', 'after'],
  ['its change is about to be stored', 'update', 'before'],
  ['its change is stored', 'update', 'after'],
] as const;

describe.each(sites)('a client that goes away, with $name', (site) => {
  noUnhandledRejections();

  it.each(moments)(
    'while %s: the change is stored all the same, once, and the session goes on',
    async (_moment, operation, when) => {
      const store = new ProbedStore((await opened(site, serverUrl(site.variable).href)).store);
      const { client, sendAndLeave } = await anApp(store);
      await client.get('/login');
      await client.get('/view');
      const { pass, begun, open } = gate();
      store[when][operation] = pass;
      await sendAndLeave('/view', begun);
      store.before = {};
      store.after = {};
      open();
      await expect.poll(() => client.json('/')).toEqual({ views: 2, userId: 'ada', cart: [] });
      expect(await client.json('/view')).toBe(3);
    },
  );

  it('while the handler is at work: what it then changes is stored, and the session goes on', async () => {
    const store = new ProbedStore((await opened(site, serverUrl(site.variable).href)).store);
    const { pass, begun, open } = gate();
    const { client, sendAndLeave } = await anApp(store, pass);
    await client.get('/login');
    await sendAndLeave('/put?sku=tea', begun);
    open();
    await expect.poll(() => client.json('/')).toEqual({ views: 0, userId: 'ada', cart: ['tea'] });
  });

  it.each(['create', 'update'] as const)(
    'during a login, at %s: the old cookie leads nobody in, and a login works',
    async (operation) => {
      const store = new ProbedStore((await opened(site, serverUrl(site.variable).href)).store);
      const { client, sendAndLeave } = await anApp(store);
      await client.get('/view');
      const { pass, begun, open } = gate();
      store.after[operation] = pass;
      await sendAndLeave('/login', begun);
      store.after = {};
      open();
      expect((await client.get('/account')).status).toBe(401);
      expect((await client.get('/login')).status).toBe(200);
      expect((await client.get('/account')).status).toBe(200);
    },
  );

  it('during a logout: the session is over', async () => {
    const store = new ProbedStore((await opened(site, serverUrl(site.variable).href)).store);
    const { client, sendAndLeave } = await anApp(store);
    await client.get('/login');
    const { pass, begun, open } = gate();
    store.before.update = pass;
    await sendAndLeave('/logout', begun);
    store.before = {};
    open();
    await expect.poll(async () => (await client.get('/account')).status).toBe(401);
  });
});
