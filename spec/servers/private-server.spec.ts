import { Client } from 'pg';
import { createClient } from 'redis';
import { expect, it } from 'vitest';
import { accepts } from '../../scripts/servers/processes.mjs';
import { startPostgres, startRedis, type PrivateServer } from '../support/private-server.js';

/** Asks for one thing on a connection of its own. */
async function redis(server: PrivateServer, ...command: string[]): Promise<unknown> {
  const client = createClient({ url: server.url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  return client.sendCommand(command).finally(() => {
    client.destroy();
  });
}

async function sql(server: PrivateServer, text: string): Promise<unknown> {
  const client = new Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text).finally(() => client.end());
  return rows.map((row) => Object.values(row)[0]);
}

const kinds = [
  ['Redis', startRedis, (server: PrivateServer) => redis(server, 'SET', 'a', '1'), (server: PrivateServer) => redis(server, 'GET', 'a'), '1'],
  ['PostgreSQL', startPostgres, (server: PrivateServer) => sql(server, 'CREATE TABLE a AS SELECT 1'), (server: PrivateServer) => sql(server, 'SELECT * FROM a'), [1]],
] as const; // prettier-ignore

it.each(kinds)('%s has its data after a restart, and after SIGKILL', async (_name, start, write, read, value) => {
  const server = await start();
  await write(server);
  await server.restart();
  expect(await read(server)).toEqual(value);
  await server.kill();
  expect(await accepts(server.port)).toBe(false);
  await server.restart();
  expect(await read(server)).toEqual(value);
});

it.each(kinds)('%s answers nothing while it is paused', async (_name, start, write, read, value) => {
  const server = await start();
  await write(server);
  await server.pause();
  const reading = read(server);
  const other = await start(); // which has had the time
  expect(await Promise.race([reading, write(other).then(() => 'the other')])).toBe('the other');
  server.resume();
  expect(await reading).toEqual(value);
});

it('Redis runs out of memory where it is told to', async () => {
  const server = await startRedis({ args: ['--maxmemory', '1'] });
  await expect(redis(server, 'SET', 'a', '1')).rejects.toThrow(/^OOM /);
});

it('a replica of Redis has what its master has, and is read-only', async () => {
  const master = await startRedis();
  await redis(master, 'SET', 'a', '1');
  const replica = await startRedis({ replicaOf: master });
  expect(await redis(replica, 'GET', 'a')).toBe('1');
  await expect(redis(replica, 'SET', 'a', '2')).rejects.toThrow(/^READONLY /);
  await replica.restart();
  expect(await redis(replica, 'GET', 'a')).toBe('1');
});

it('says why a server did not start', async () => {
  await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow('no-such-option');
});
