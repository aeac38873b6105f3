import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { createClient } from 'redis';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore } from 'typed-session/redis';
import { conformance } from '../stores/conformance.js';
import { aKey, aRecord, MINUTE } from '../stores/samples.js';
import { expectTakenOnce } from '../support/take.js';
import { proxyTo } from '../support/tcp-proxy.js';
import { cluster, elsewhere, sentinel, standalone, type Way } from './redis-clients.js';
import { serverUrl, through } from './suite.js';

/** One connection for all tests of a way; the stores of a test have a prefix of their own. */
const ways = [...standalone, ...elsewhere, ...cluster, ...sentinel];
for (const way of ways) describe(way.name, () => tests(way));

function tests(way: Way): void {
  const prefix = `${randomBytes(6).toString('hex')}:`;
  const connection = way.connect();
  const store = async () => new RedisStore({ client: (await connection).client, prefix });
  afterAll(async () => (await connection).close());

  conformance('RedisStore', {
    open: store,
    without: ['prune', 'size'], // Redis removes what has expired, and counting would walk through all keys
    damage: async (key) => {
      const { client } = await connection;
      const all = client as unknown as { set(key: string, value: string): Promise<unknown> }; // they have every command
      await all.set(`${prefix}key:${key}`, 'no value of ours');
    },
  });

  it('gives a token to one of 50 requests that take it at the same time', async () => {
    await expectTakenOnce(await store());
  });
}

describe('RedisStore', () => {
  const prefix = `${randomBytes(6).toString('hex')}:`;
  const connection = createClient({ url: serverUrl('REDIS_URL').href }).connect();
  const opened = async () => {
    const client = await connection;
    return { client, store: new RedisStore({ client, prefix }) };
  };
  afterAll(async () => (await connection).destroy());

  /** The commands that the server executes meanwhile, but for those of scripts. */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const monitor = createClient({ url: serverUrl('REDIS_URL').href });
    await monitor.connect();
    const mark = aKey();
    const seen: string[] = [];
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    await monitor.monitor((line: unknown) => {
      const text = String(line);
      if (text.includes(mark)) end();
      else if (text.includes(prefix) && !text.includes(' lua]'))
        seen.push(/\] "(\w+)"/.exec(text)?.[1]?.toLowerCase() ?? '');
    });
    await work();
    await (await connection).echo(mark);
    await ended;
    monitor.destroy();
    return seen;
  }

  it('lists a session that is moved to another key between the looks at the index and at its record', async () => {
    const { client, store } = await opened();
    const record = aRecord({ principal: aKey() });
    const keys = [aKey(), aKey(), aKey()] as const;
    await store.create(keys[0], record);
    let moved = 0;
    const moving = new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'get') return value.bind(target) as unknown;
        return async (at: string) => {
          const [from, to] = [keys[moved], keys[moved + 1]];
          if (from !== undefined && to !== undefined) {
            moved += 1;
            await store.create(to, record);
            await store.update(from, { ...aRecord({ data: '', revision: 2 }), forwardTo: to }, 1);
          }
          return target.get(at);
        };
      },
    });
    const listed = await new RedisStore({ client: moving, prefix }).list(record.principal ?? '');
    expect(listed.map(([key]) => key)).toEqual([keys[2]]);
  });

  it('sends one command a method', async () => {
    const { store } = await opened();
    const key = aKey();
    const record = aRecord();
    await store.create(aKey(), record); // the server knows the scripts from here on
    await store.update(aKey(), record, 1);
    await store.touch(aKey(), 1, 1);
    await store.delete(aKey());
    const seen = await commandsOf(async () => {
      await store.create(key, record);
      await store.read(key);
      await store.update(key, { ...record, revision: 2, expiresAt: record.expiresAt + MINUTE }, 1);
      await store.touch(key, record.expiresAt + 2 * MINUTE, 2);
      await store.delete(key);
    });
    expect(seen).toEqual(['evalsha', 'get', 'evalsha', 'evalsha', 'evalsha']);
  });

  it('sends one more at the login of a principal, and two where the deadline of such a session moves', async () => {
    const { store } = await opened();
    const key = aKey();
    const record = aRecord({ principal: aKey() });
    const later = record.expiresAt + MINUTE;
    await store.create(aKey(), record);
    const seen: string[][] = [];
    for (const work of [
      () => store.create(key, record),
      () => store.update(key, { ...record, revision: 2 }, 1),
      () => store.update(key, { ...record, revision: 3, expiresAt: later }, 2),
      () => store.touch(key, later + MINUTE, 3),
      () => store.touch(key, later, 3),
    ])
      seen.push(await commandsOf(work));
    expect(seen.map(({ length }) => length)).toEqual([2, 1, 3, 3, 1]);
  });

  it('knows its scripts again after the server has forgotten them', async () => {
    const { client, store } = await opened();
    const key = aKey();
    await store.create(key, aRecord());
    await client.scriptFlush();
    expect(await store.update(key, aRecord({ revision: 2 }), 1)).toBe(true);
    expect(await store.read(key)).toMatchObject({ revision: 2 });
  });

  it('lets the server remove what has expired, and the index with its last session', async () => {
    const { client, store } = await opened();
    const principal = aKey();
    const key = aKey();
    const record = aRecord({ principal });
    await store.create(key, record);
    const left = await client.pTTL(`${prefix}key:${key}`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(record.expiresAt - Date.now() + 1000);
    const keys = await client.keys(`${prefix}principal:*`);
    const lives = await Promise.all(keys.map((one) => client.pTTL(one)));
    expect(Math.min(...lives)).toBeGreaterThan(left);
    expect(keys.join()).not.toContain(principal);
  });

  it('lets the index outlive a session whose deadline has moved', async () => {
    const { client, store } = await opened();
    const principal = aKey();
    const key = aKey();
    const record = aRecord({ principal });
    await store.create(key, record);
    const [index = ''] = (await client.keys(`${prefix}principal:*`)).sort(() => 0).filter(Boolean);
    await store.touch(key, record.expiresAt + 1000 * MINUTE, 1);
    const lives = await Promise.all((await client.keys(`${prefix}principal:*`)).map((one) => client.pTTL(one)));
    expect(Math.max(...lives)).toBeGreaterThan(1000 * MINUTE);
    expect(index).not.toBe('');
    expect(await store.list(principal)).toHaveLength(1);
  });

  it('mends an index that knows of sessions that are no more', async () => {
    const { client, store } = await opened();
    const principal = aKey();
    const keys = [aKey(), aKey(), aKey()];
    for (const key of keys) await store.create(key, aRecord({ principal }));
    const before = new Set(await client.keys(`${prefix}principal:*`));
    await client.del(`${prefix}key:${keys[0] ?? ''}`); // as an eviction would
    expect(await store.list(principal)).toHaveLength(2);
    const sizes = await Promise.all([...before].map((index) => client.zCard(index)));
    expect(sizes).toContain(2);
  });

  it('does not forget a session that comes back while a list finds it missing, as a copy of moving() does', async () => {
    const { client, store } = await opened();
    const principal = aKey();
    const key = aKey();
    const record = aRecord({ principal });
    await store.create(key, record);
    await client.del(`${prefix}key:${key}`);
    const get = client.get.bind(client);
    const between = Object.create(client, {
      get: {
        value: async (at: string) => {
          const value = await get(at);
          await store.create(key, { ...record, expiresAt: record.expiresAt + MINUTE });
          return value;
        },
      },
    }) as typeof client;
    expect(await new RedisStore({ client: between, prefix }).list(principal)).toEqual([]);
    expect(await store.list(principal)).toMatchObject([[key, { revision: 1 }]]);
  });

  it('mends an index that was lost, when the sessions are used again', async () => {
    const { client, store } = await opened();
    const principal = aKey();
    const key = aKey();
    const record = aRecord({ principal });
    await store.create(key, record);
    await client.del(await client.keys(`${prefix}principal:*`));
    expect(await store.list(principal)).toEqual([]);
    await store.touch(key, record.expiresAt + MINUTE, 1);
    expect(await store.list(principal)).toHaveLength(1);
  });

  it.each([...standalone, ...cluster])('lets no error tell what was to be stored: $name', async ({ connect }) => {
    const { client, close } = await connect();
    onTestFinished(() => void close());
    const store = new RedisStore({ client, prefix });
    const key = aKey();
    const at = `${prefix}key:${key}`;
    // No script: release 4 of `redis` would send it to the servers of a cluster by chance.
    const all = client as unknown as Record<'lPush' | 'lpush', (key: string, item: string) => Promise<unknown>>; // each has one of them
    await all['evalSha' in client ? 'lPush' : 'lpush'](at, '1'); // commands for strings fail there
    const record = aRecord({ data: '{"secret":"4711"}' });
    for (const work of [() => store.create(key, record), () => store.update(key, record, 1), () => store.read(key)]) {
      const error: unknown = await work().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(new RegExp(`4711|${key}`));
    }
  });

  it('never closes the client', async () => {
    const { client, store } = await opened();
    expect('close' in store).toBe(false);
    expect(client.isOpen).toBe(true);
  });

  it('reads as corrupt what is no value of its own', async () => {
    const { client, store } = await opened();
    const key = aKey();
    await client.set(`${prefix}key:${key}`, 'something else');
    expect(await store.read(key)).toMatchObject({ data: '' });
  });

  it('takes back a command that waits for a lost connection', async () => {
    const proxy = await proxyTo(Number(serverUrl('REDIS_URL').port));
    const client = createClient({ url: through(serverUrl('REDIS_URL'), proxy.port) });
    const store = new RedisStore({ client, prefix });
    await client.connect();
    await proxy.cut();
    await expect.poll(() => client.isReady).toBe(false);
    const key = aKey();
    const controller = new AbortController();
    const creating = store.create(key, aRecord(), { signal: controller.signal });
    controller.abort();
    await expect(creating).rejects.toThrow(/abort/i);
    await proxy.mend();
    await expect.poll(() => client.isReady, { timeout: 20_000 }).toBe(true);
    expect(await store.read(key)).toBeUndefined();
    client.destroy();
  });

  it('does not let a lost connection that nobody listens to end the process', async () => {
    const client = createClient({ url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } });
    const store = new RedisStore({ client });
    await expect(client.connect()).rejects.toThrow();
    expect(client.listenerCount('error')).toBe(1);
    expect(new RedisStore({ client })).not.toBe(store);
    expect(client.listenerCount('error')).toBe(1);
  });
});
