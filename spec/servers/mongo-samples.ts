import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import * as mongodb from 'mongodb';
import type { Collection, CollectionOptions, CommandStartedEvent, MongoClient, MongoClientOptions } from 'mongodb';
import * as mongodb7 from 'mongodb7';
import { onTestFinished } from 'vitest';
import { MongoStore } from 'typed-session/mongo';
import { serverUrl, through } from './suite.js';

/** Where the server is. */
export const url = serverUrl('MONGO_URL');

/** What these tests take of the driver. */
export type Driver = Pick<typeof mongodb, 'MongoClient' | 'Long' | 'ObjectId'>;

/** The versions of the driver that the store is made for; of one type, as far as these tests go. */
export const drivers: readonly [string, Driver][] = [
  ['mongodb 6', mongodb],
  ['mongodb 7', mongodb7 as unknown as Driver],
];

const require = createRequire(import.meta.url);

/** Whether a driver's commands take a signal, as they do from mongodb 6.13 on. */
export function takesSignals(driver: Driver): boolean {
  const name = driver === mongodb ? 'mongodb' : 'mongodb7';
  const { version } = require(`${name}/package.json`) as { readonly version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || minor >= 13;
}

/** A client of the application, a collection of its own in it, and the commands that the client has sent. */
export interface Opened {
  readonly client: MongoClient;
  readonly collection: Collection;
  readonly store: MongoStore;
  readonly sent: CommandStartedEvent[];
}

/** What to open differently. */
export interface OpenOptions {
  readonly client?: MongoClientOptions;
  readonly collection?: CollectionOptions;
  /** The collection's name; one that no other test uses where it is left out. */
  readonly name?: string;
  /** The port of a line to the server. */
  readonly port?: number;
}

/** Opens a client for the length of a test. The collection is dropped after it. */
export function open(driver: Driver, options: OpenOptions = {}): Opened {
  const client = new driver.MongoClient(through(url, options.port), { monitorCommands: true, ...options.client });
  const sent: CommandStartedEvent[] = [];
  client.on('commandStarted', (event) => sent.push(event));
  const name = options.name ?? `sessions-${randomBytes(6).toString('hex')}`;
  const collection = client.db().collection(name, options.collection);
  onTestFinished(async () => {
    await client.close();
    if (options.name !== undefined) return; // whoever named it has it dropped
    const last = new driver.MongoClient(url.href);
    await last.db().collection(name).drop();
    await last.close();
  });
  return { client, collection, store: new MongoStore({ collection }), sent };
}
