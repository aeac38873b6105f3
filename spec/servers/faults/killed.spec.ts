import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accepts } from '../../../scripts/servers/processes.mjs';
import { Client, serve } from '../../support/app.js';
import { serverUrl } from '../suite.js';
import { noUnhandledRejections } from './bench.js';
import { faultyShop, listenerOf } from './shop.js';
import { aSpace, placeOf, sites, type Place } from './sites.js';

/** A new place in every store. */
function allPlaces(): Place[] {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-killed-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const inFile: Place = { name: 'sqlite', url: join(folder, 'sessions.db'), space: '' };
  return [...sites.map(({ name, variable }) => ({ name, url: serverUrl(variable).href, space: aSpace() })), inFile];
}

/** Starts apps in a process of their own, one for each place. */
async function startProcess(places: readonly Place[], stopAfter: string) {
  const child = fork(join(import.meta.dirname, 'app-process.ts'), {
    cwd: resolve(import.meta.dirname, '../../..'),
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, PLACES: JSON.stringify(places), STOP_AFTER: stopAfter },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  if (child.stdout === null) throw new Error('it has no output');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const says = async (): Promise<unknown> => (await lines.next()).value as unknown;
  const ports = String(await says())
    .split(',')
    .map(Number);
  return { child, exited, says, kill, ports };
}

/** A browser with an app of this process, and the same app in a process that is going to end. */
interface Visit {
  readonly name: string;
  readonly browser: Client;
  readonly port: number;
}

/** Gets a path from the app that is going to end, with the browser's cookies. */
function getFrom({ browser, port }: Visit, path: string): ReturnType<Client['get']> {
  const there = new Client(`http://127.0.0.1:${port}`);
  for (const [name, value] of browser.jar) there.jar.set(name, value);
  return there.get(path, { connection: 'close' });
}

async function visits(stopAfter: string) {
  const places = allPlaces();
  const apart = await startProcess(places, stopAfter);
  const all = await Promise.all(
    places.map(async (place, at): Promise<Visit> => {
      const { store, close } = await placeOf(place);
      onTestFinished(async () => {
        await close();
      });
      return { name: place.name, browser: await serve(listenerOf(faultyShop(store))), port: apart.ports[at] ?? 0 };
    }),
  );
  const each = <T>(what: (visit: Visit) => Promise<T>): Promise<(readonly [string, T])[]> =>
    Promise.all(all.map(async (visit) => [visit.name, await what(visit)] as const));
  const everywhere = <T>(value: T): (readonly [string, T])[] => all.map(({ name }) => [name, value]);
  /** Sends a request to each app of the process, and kills it once all have stopped. */
  const killDuring = async (path: string): Promise<void> => {
    const lost = each((visit) => expect(getFrom(visit, path)).rejects.toThrow());
    for (const { name } of all) expect(await apart.says(), name).toBe('stopped');
    await apart.kill();
    await lost;
  };
  return { ...apart, all, each, everywhere, killDuring };
}

describe('a process, on every store,', () => {
  noUnhandledRejections();

  it('killed between a commit and its response: the change is stored, and the session goes on elsewhere', async () => {
    const { each, everywhere, killDuring } = await visits('update');
    await each(({ browser }) => browser.get('/login'));
    await each(({ browser }) => browser.get('/view'));
    await killDuring('/view');
    const stored = await each(({ browser }) => browser.json('/'));
    expect(stored).toEqual(everywhere({ views: 2, userId: 'ada', cart: [] }));
    expect(await each(({ browser }) => browser.json('/view'))).toEqual(everywhere(3));
  });

  it('killed between the two steps of a login: nobody is logged in, and the old cookie still works', async () => {
    const { each, everywhere, killDuring } = await visits('create');
    await each(({ browser }) => browser.get('/view'));
    await killDuring('/login');
    const statusOf = (path: string) => each(async ({ browser }) => (await browser.get(path)).status);
    expect(await statusOf('/account')).toEqual(everywhere(401));
    expect(await each(({ browser }) => browser.json('/view'))).toEqual(everywhere(2));
    expect(await statusOf('/login')).toEqual(everywhere(200));
    expect(await statusOf('/account')).toEqual(everywhere(200));
    const stored = await each(({ browser }) => browser.json('/'));
    expect(stored).toEqual(everywhere({ views: 2, userId: 'ada', cart: [] }));
  });

  it('killed after both steps of a login: the old cookie leads nobody in, and a login works', async () => {
    const { each, everywhere, killDuring } = await visits('update');
    await each(({ browser }) => browser.get('/view'));
    await killDuring('/login');
    const statusOf = (path: string) => each(async ({ browser }) => (await browser.get(path)).status);
    expect(await statusOf('/account')).toEqual(everywhere(401));
    expect(await statusOf('/login')).toEqual(everywhere(200));
    expect(await statusOf('/account')).toEqual(everywhere(200));
  });

  it('ended in order: requests in flight are stored and answered, and then the store is closed', async () => {
    const { child, exited, says, all, ports, each, everywhere } = await visits('handler');
    await each(({ browser }) => browser.get('/login'));
    const answers = each(async (visit) => {
      const { status, text } = await getFrom(visit, '/put?sku=tea');
      return { status, text };
    });
    for (const { name } of all) expect(await says(), name).toBe('in the handler');
    child.kill('SIGTERM');
    expect(await says()).toBe('closing');
    expect(await Promise.all(ports.map(accepts))).toEqual(ports.map(() => false));
    child.send('go on');
    expect(await answers).toEqual(everywhere({ status: 200, text: '["tea"]' }));
    expect(await says()).toBe('closed'); // and nothing unhandled before it
    expect(await exited).toEqual([0, null]);
    const stored = await each(({ browser }) => browser.json('/'));
    expect(stored).toEqual(everywhere({ views: 0, userId: 'ada', cart: ['tea'] }));
  });
});
