import * as ioredis from 'ioredis';
import type { RedisOptions } from 'ioredis';
import * as redis from 'redis';
import { createSentinel, type createClient, type createCluster } from 'redis';
import * as redis4 from 'redis4';
import * as redis5 from 'redis5';
import type { RedisClient } from 'typed-session/redis';
import { serverUrl, serverUrls } from './suite.js';

const { Cluster } = ioredis;
/** ioredis 5.0 has it as its default export alone. */
export const Redis = (ioredis as Partial<typeof ioredis>).Redis ?? (ioredis.default as unknown as typeof ioredis.Redis);

/** A way to Redis: a client of a package, and how to let go of it. */
export interface Way {
  readonly name: string;
  readonly connect: () => Promise<{ readonly client: RedisClient; readonly close: () => unknown }>;
}

/** What these tests take of the package `redis`. */
interface Package {
  readonly createClient: typeof createClient;
  readonly createCluster: typeof createCluster;
}

/** The releases before the one that is installed by its own name; of one type, as far as these tests go. */
const older: readonly [string, Package][] = [
  ['redis 4', redis4 as unknown as Package],
  ['redis 5', redis5 as unknown as Package],
];

function nodeRedis(name: string, url: () => string, { createClient }: Pick<Package, 'createClient'> = redis): Way {
  return {
    name: `redis, ${name}`,
    connect: async () => {
      const client = createClient({ url: url() });
      await client.connect();
      return { client, close: () => { end(client); } }; // prettier-ignore
    },
  };
}

function nodeRedisCluster(name: string, { createCluster }: Package = redis): Way {
  return {
    name: `redis, ${name}`,
    connect: async () => {
      const rootNodes = serverUrls('REDIS_CLUSTER_URLS').map(({ href }) => ({ url: href }));
      const client = createCluster({ rootNodes, useReplicas: true });
      await client.connect();
      return { client, close: () => { end(client); } }; // prettier-ignore
    },
  };
}

/** Release 4 says it otherwise. */
function end(client: { destroy?(): void; disconnect?(): unknown }): void {
  if (client.destroy === undefined) void client.disconnect?.();
  else client.destroy();
}

function ioRedis(name: string, url: () => string, options: RedisOptions = {}): Way {
  return {
    name: `ioredis, ${name}`,
    connect: async () => {
      const client = new Redis(url(), options);
      return { client, close: () => { client.disconnect(); } }; // prettier-ignore
    },
  };
}

const hostOf = (url: URL) => ({ host: url.hostname, port: Number(url.port) });

export const standalone: readonly Way[] = [
  nodeRedis('one server', () => serverUrl('REDIS_URL').href),
  ...older.map(([name, release]) => nodeRedis(`one server, ${name}`, () => serverUrl('REDIS_URL').href, release)),
  ioRedis('one server', () => serverUrl('REDIS_URL').href),
  ioRedis('keys with a prefix of the client’s', () => serverUrl('REDIS_URL').href, { keyPrefix: 'app:' }),
  ioRedis('numbers as text', () => serverUrl('REDIS_URL').href, { stringNumbers: true }),
];

/** Servers that cannot be had on every machine. */
export const elsewhere: readonly Way[] = [
  ...(process.env['REDIS6_URL'] === undefined ? [] : [nodeRedis('Redis 6', () => serverUrl('REDIS6_URL').href)]),
  ...(process.env['VALKEY_URL'] === undefined ? [] : [nodeRedis('Valkey', () => serverUrl('VALKEY_URL').href)]),
];

export const cluster: readonly Way[] = [
  nodeRedisCluster('a cluster'),
  ...older.map(([name, release]) => nodeRedisCluster(`a cluster, ${name}`, release)),
  {
    name: 'ioredis, a cluster',
    connect: async () => {
      const client = new Cluster(serverUrls('REDIS_CLUSTER_URLS').map(hostOf), { scaleReads: 'all' });
      return { client, close: () => { client.disconnect(); } }; // prettier-ignore
    },
  },
];

export const sentinel: readonly Way[] = [
  {
    name: 'redis, behind Sentinel',
    connect: async () => {
      const client = createSentinel({
        name: 'mymaster',
        sentinelRootNodes: serverUrls('REDIS_SENTINEL_URLS').map(hostOf),
      });
      await client.connect();
      return { client, close: () => { client.destroy(); } }; // prettier-ignore
    },
  },
  {
    name: 'ioredis, behind Sentinel',
    connect: async () => {
      const client = new Redis({ name: 'mymaster', sentinels: serverUrls('REDIS_SENTINEL_URLS').map(hostOf) });
      return { client, close: () => { client.disconnect(); } }; // prettier-ignore
    },
  },
];
