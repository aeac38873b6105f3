// A process of the stress program: `worker.ts '<JSON>'` opens an app for each of the stores that it is told, says their ports,
// and then, at each line of its input, what its sessions have been through. Ends with its input.
import { once } from 'node:events';
import { subscribe } from 'node:diagnostics_channel';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Express } from 'express';
import type { SessionEvents } from 'typed-session';
import { typedSessionApp } from './app.js';
import { expressSessionApp } from './express-session-app.js';
import { fetchApp } from './fetch-app.js';
import { connectRedis, openStore, type Place } from './stores.js';

const { stores, place } = JSON.parse(process.argv[2] ?? '') as { stores: readonly string[]; place: Place };

const seen: Record<string, number> = { unhandled: 0 };
process.on('unhandledRejection', (error) => {
  seen['unhandled'] = (seen['unhandled'] ?? 0) + 1;
  console.error(error);
});
for (const event of ['commit', 'touch', 'conflict', 'rotate', 'destroy'] satisfies (keyof SessionEvents extends `typed-session:${infer N}` ? N : never)[]) {
  seen[event] = 0;
  subscribe(`typed-session:${event}`, () => {
    seen[event] = (seen[event] ?? 0) + 1;
  });
} // prettier-ignore

async function appOn(name: string): Promise<Express | RequestListener> {
  if (name === 'express-session') return expressSessionApp(await connectRedis(place));
  if (name.startsWith('fetch/')) return fetchApp(await openStore(name.slice('fetch/'.length), place));
  return typedSessionApp(await openStore(name, place));
}

async function open(name: string): Promise<number> {
  const server = createServer((await appOn(name)) as RequestListener); // an Express app is one
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const ports: Record<string, number> = {};
for (const name of stores) ports[name] = await open(name);
console.log(JSON.stringify(ports));
createInterface(process.stdin)
  .on('line', () => {
    console.log(JSON.stringify(seen));
  })
  .once('close', () => process.exit());
