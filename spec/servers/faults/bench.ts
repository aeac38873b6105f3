import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, onTestFinished } from 'vitest';
import { serve, type Client } from '../../support/app.js';
import { proxyTo, type TcpProxy } from '../../support/tcp-proxy.js';
import { serverUrl, through } from '../suite.js';
import { faultyShop, listenerOf, type FaultyOptions } from './shop.js';
import { aSpace, type Opened, type Site } from './sites.js';

/** Fails every test of a file during which a promise was rejected that nobody listened to. */
export function noUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => {
    unhandled.push(reason);
  };
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', hear);
  });
  afterEach(() => {
    process.off('unhandledRejection', hear);
    expect(unhandled).toEqual([]);
  });
}

/** A store of a site for the length of a test. */
export async function opened(site: Pick<Site, 'open'>, url: string, space = aSpace()): Promise<Opened> {
  const one = await site.open(url, space);
  onTestFinished(async () => {
    await one.close();
  });
  return one;
}

export interface Line {
  /** A client of the app whose store is at the end of the line. */
  readonly client: Client;
  /** Between the app's store and its server. */
  readonly proxy: TcpProxy;
  /** A client of an app with a line of its own to the same sessions. */
  readonly other: Client;
  /** Resolves once the driver knows that its line is cut: what it is given in that very moment, it may keep for later. */
  readonly noticed: () => Promise<void>;
}

/** An app whose store is at the end of a line that may fail, and another beside it. */
export async function aLine(site: Site, options: FaultyOptions = {}): Promise<Line> {
  const url = serverUrl(site.variable);
  const proxy = await proxyTo(Number(url.port));
  const space = aSpace();
  const [near, beside] = [await opened(site, through(url, proxy.port), space), await opened(site, url.href, space)];
  const client = await serve(listenerOf(faultyShop(near.store, options)));
  const other = await serve(listenerOf(faultyShop(beside.store)));
  // The server knows the scripts then: what a test cuts is the answer of one that ran.
  const warming = other.copy();
  for (let view = 0; view < 2; view++) await warming.get('/view');
  const noticed = () => expect.poll(() => near.isConnected?.() ?? false).toBe(false);
  return { client, proxy, other, noticed };
}

/** What is stored of a client's session, told by the app that has a line of its own. */
export async function storedOf(client: Client, other: Client): Promise<Record<string, unknown>> {
  const asking = other.copy();
  asking.jar.clear();
  for (const [name, value] of client.jar) asking.jar.set(name, value);
  return (await asking.json('/')) as Record<string, unknown>;
}

/** Resolves once an app serves again, which is to happen by itself. */
export async function servesAgain(client: Client): Promise<void> {
  await expect.poll(async () => (await client.get('/')).status, { timeout: 20_000, interval: 25 }).toBe(200);
}

/** Text that is in no other command. */
export function aMark(): string {
  return `mark-${randomBytes(9).toString('hex')}`;
}
