import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore, type RedisClient } from 'typed-session/redis';
import { serve, type Client } from '../../support/app.js';
import { proxyTo, type TcpProxy } from '../../support/tcp-proxy.js';
import { serverUrls } from '../suite.js';
import { aMark, noUnhandledRejections, servesAgain } from './bench.js';
import { faultyShop, listenerOf } from './shop.js';
import { aSpace } from './sites.js';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where the drivers are to connect in the place of each address that the servers tell. */
type Detours = Record<string, Address>;

interface Way {
  readonly name: string;
  readonly sendsAgain: boolean;
  /** The ports of the primaries. */
  readonly primaries: () => Promise<number[]>;
  readonly connect: (detours: Detours) => Promise<{ client: RedisClient; close: () => void }>;
}

const addressesOf = (variable: string): Address[] =>
  serverUrls(variable).map((url) => ({ host: url.hostname, port: Number(url.port) }));

/** All nodes of the cluster are primaries. */
const nodes = (): Promise<number[]> => Promise.resolve(addressesOf('REDIS_CLUSTER_URLS').map(({ port }) => port));

async function master(): Promise<number[]> {
  const sentinel = createClient({ url: serverUrls('REDIS_SENTINEL_URLS')[0]?.href ?? '' });
  await sentinel.connect();
  const found = await sentinel.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster']);
  sentinel.destroy();
  return [Number((found as unknown as string[])[1])]; // host and port
}

const quiet = (): void => undefined;

const ways: readonly Way[] = [
  {
    name: 'redis, a cluster',
    sendsAgain: false,
    primaries: nodes,
    connect: async (nodeAddressMap) => {
      const rootNodes = serverUrls('REDIS_CLUSTER_URLS').map(({ href }) => ({ url: href }));
      const client = createCluster({ rootNodes, nodeAddressMap });
      client.on('error', quiet);
      await client.connect();
      return { client, close: () => { client.destroy(); } }; // prettier-ignore
    },
  },
  {
    name: 'ioredis, a cluster',
    sendsAgain: true,
    primaries: nodes,
    connect: async (natMap) => {
      const client = new Cluster(addressesOf('REDIS_CLUSTER_URLS'), { natMap });
      client.on('error', quiet);
      await client.ping();
      return { client, close: () => { client.disconnect(); } }; // prettier-ignore
    },
  },
  {
    name: 'redis, behind Sentinel',
    sendsAgain: true,
    primaries: master,
    connect: async (nodeAddressMap) => {
      const sentinelRootNodes = addressesOf('REDIS_SENTINEL_URLS');
      const client = createSentinel({ name: 'mymaster', sentinelRootNodes, nodeAddressMap });
      client.on('error', quiet);
      await client.connect();
      return { client, close: () => { client.destroy(); } }; // prettier-ignore
    },
  },
  {
    name: 'ioredis, behind Sentinel',
    sendsAgain: true,
    primaries: master,
    connect: async (natMap) => {
      const client = new Redis({ name: 'mymaster', sentinels: addressesOf('REDIS_SENTINEL_URLS'), natMap });
      client.on('error', quiet);
      await client.ping();
      return { client, close: () => { client.disconnect(); } }; // prettier-ignore
    },
  },
];

/** An app that reaches every primary over a line of its own. */
async function anApp({ primaries, connect }: Way): Promise<{ client: Client; lines: TcpProxy[] }> {
  const ports = await primaries();
  const lines = await Promise.all(ports.map(proxyTo));
  const detours = Object.fromEntries(
    lines.map(({ port }, at) => [`127.0.0.1:${String(ports[at])}`, { host: '127.0.0.1', port }]),
  );
  const { client: redis, close } = await connect(detours);
  onTestFinished(close);
  const store = new RedisStore({ client: redis, prefix: `${aSpace()}:` });
  return { client: await serve(listenerOf(faultyShop(store))), lines };
}

/** The server of the session knows the scripts afterwards: what is cut then is the answer of one that ran. */
async function twice(client: Client): Promise<void> {
  for (let view = 0; view < 2; view++) await client.get('/view');
}

describe.each(ways)('$name', (way) => {
  noUnhandledRejections();

  it('cut between an increment by update() and its answer: it counts once', async () => {
    const { client, lines } = await anApp(way);
    await twice(client);
    const mark = aMark();
    const cut = Promise.race(lines.map((line) => line.cutBeforeAnswer(mark)));
    const { status } = await client.get(`/view?mark=${mark}`);
    await cut;
    expect(status).toBe(way.sendsAgain ? 200 : 503);
    await servesAgain(client);
    expect(await client.json('/')).toMatchObject({ views: 3, mark });
    expect(await client.json('/view')).toBe(4);
  });

  it('cut between the second step of a login and its answer: it has taken place', async () => {
    const { client, lines } = await anApp(way);
    await twice(client);
    const cut = Promise.race(lines.map((line) => line.cutBeforeAnswer('"forwardTo":null')));
    const { status, cookies } = await client.get('/login');
    await cut;
    expect([status, cookies.length]).toEqual([200, 1]);
    await servesAgain(client);
    expect(await client.json('/')).toMatchObject({ views: 2, userId: 'ada' });
  });
});
