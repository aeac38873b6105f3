// Apps of a process of their own, one for each store, for killed.spec.ts: says their ports; each stops for ever after the
// store's command of STOP_AFTER, and says so. It is killed, or ends in order on SIGTERM.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SessionStore } from 'typed-session';
import { faultyShop, listenerOf } from './shop.js';
import { placeOf, type Place } from './sites.js';

const { PLACES = '[]', STOP_AFTER } = process.env;
const say = (what: string): void => void process.stdout.write(`${what}\n`);
process.on('unhandledRejection', (reason) => {
  say(`unhandled ${String(reason)}`);
});

/** Lets nothing come back from a command that has been done. */
async function stopAfter(command: string, done: Promise<boolean>): Promise<boolean> {
  const result = await done;
  if (command !== STOP_AFTER) return result;
  say('stopped');
  return new Promise(() => undefined);
}

const waiting: (() => void)[] = [];
const pass = (): Promise<void> => {
  if (STOP_AFTER !== 'handler') return Promise.resolve();
  say('in the handler');
  return new Promise((resolve) => waiting.push(resolve));
};

async function serve(place: Place): Promise<{ server: Server; close: () => Promise<unknown> }> {
  const { store, close } = await placeOf(place);
  const watched: SessionStore = {
    read: (key, options) => store.read(key, options),
    create: (key, record, options) => stopAfter('create', store.create(key, record, options)),
    update: (key, record, revision, options) => stopAfter('update', store.update(key, record, revision, options)),
    touch: (key, expiresAt, revision, options) => store.touch(key, expiresAt, revision, options),
    delete: (key, options) => store.delete(key, options),
  };
  const server = createServer(listenerOf(faultyShop(watched, { pass, storeTimeout: 60_000 })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, close };
}

const served = await Promise.all((JSON.parse(PLACES) as Place[]).map(serve));
say(served.map(({ server }) => (server.address() as AddressInfo).port).join());

process.once('SIGTERM', () => {
  const ended = served.map(({ server, close }) => once(server.close(), 'close').then(close));
  void Promise.all(ended).then(() => {
    say('closed');
    process.disconnect();
  });
  say('closing');
});
process.on('message', () => {
  for (const go of waiting) go();
});
