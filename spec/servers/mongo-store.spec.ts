import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CollectionOptions } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { session, type SessionStore } from 'typed-session';
import { MongoStore } from 'typed-session/mongo';
import type { CommandOptions } from '../../lib/stores/store-contract.js';
import { conformance } from '../stores/conformance.js';
import { aKey, aRecord, MINUTE } from '../stores/samples.js';
import { makeApp, type Client } from '../support/app.js';
import { schema } from '../support/shop.js';
import { expectTakenOnce } from '../support/take.js';
import { proxyTo } from '../support/tcp-proxy.js';
import { drivers, open, takesSignals, url, type Opened } from './mongo-samples.js';

describe.each(drivers)('MongoStore with %s', (_, driver) => {
  describe('as every store', () => {
    // two clients in turn: what shares sessions does so as two processes would
    const clients = [new driver.MongoClient(url.href), new driver.MongoClient(url.href)] as const;
    const name = `conformance-${aKey()}`;
    const collection = clients[0].db().collection<{ _id: string }>(name);
    let opened = 0;
    beforeAll(() => new MongoStore({ collection }).setup());
    afterAll(async () => {
      await collection.drop();
      for (const client of clients) await client.close();
    });
    conformance('MongoStore', {
      open: () => new MongoStore({ collection: (clients[opened++ % 2] ?? clients[0]).db().collection(name) }),
      without: ['prune'],
      // the stand-in has an index for no filter of more than one field: with ten times as many it takes a hundred times as long
      sessions: 1_000,
      damage: (key) => collection.updateOne({ _id: key }, { $set: { record: 'not a record' } }),
    });
  });

  describe('commands', () => {
    const key = 'k';
    const methods: [string, string, (store: MongoStore, options?: CommandOptions) => Promise<unknown>][] = [
      ['read', 'find', (store, options) => store.read(key, options)],
      ['create', 'update', (store, options) => store.create(key, aRecord(), options)],
      ['update', 'update', (store, options) => store.update(key, aRecord(), 1, options)],
      ['touch', 'update', (store, options) => store.touch(key, Date.now() + MINUTE, 1, options)],
      ['delete', 'delete', (store, options) => store.delete(key, options)],
      ['list', 'find', (store, options) => store.list('ada', options)],
      ['revoke', 'delete', (store, options) => store.revoke('ada', [], options)],
      ['scan', 'find', (store, options) => store.scan(undefined, 10, options)],
    ];

    it.each([
      ...methods,
      ['size', 'aggregate', (store: MongoStore) => store.size()],
      ['setup', 'createIndexes', (store: MongoStore) => store.setup()],
    ] as typeof methods)('are one for %s', async (_method, command, call) => {
      const { store, sent } = open(driver);
      for (let at = 0; at < 3; at++) await store.create(`before-${at}`, aRecord({ principal: 'ada' }));
      sent.length = 0;
      await call(store);
      expect(sent.map(({ commandName }) => commandName)).toEqual([command]);
    });

    it('are one for the creation of a key that is taken, by a live record or by a dead one', async () => {
      const { store, sent } = open(driver);
      await store.create('live', aRecord());
      await store.create('dead', aRecord({ expiresAt: Date.now() - 1 }));
      sent.length = 0;
      expect(await store.create('live', aRecord())).toBe(false);
      expect(await store.create('dead', aRecord())).toBe(true);
      expect(sent).toHaveLength(2);
    });

    it.each<[string, CollectionOptions, object]>([
      ['a majority of the members', {}, { w: 'majority' }],
      ['what the collection says', { writeConcern: { w: 1 } }, { w: 1 }],
      ['a majority for as long as the collection says', { writeConcern: { wtimeoutMS: 500 } }, { w: 'majority', wtimeout: 500 }], // prettier-ignore
    ])('that write wait for %s', async (_what, options, concern) => {
      const { store, sent } = open(driver, { collection: options });
      for (const [, , call] of methods) await call(store);
      await store.setup();
      const concerns = sent.map(({ command }) => (command as { writeConcern?: object }).writeConcern);
      expect(concerns.filter((one) => one !== undefined)).toEqual(Array.from({ length: 6 }, () => concern));
    });

    it('read the sessions of a principal in batches of two hundred', async () => {
      const { store, collection, sent } = open(driver);
      await store.create('first', aRecord({ principal: 'ada' }));
      const { _id, ...document } = (await collection.findOne({})) ?? {};
      const others = Array.from({ length: 299 }, (_one, at) => ({ ...document, _id: `other-${at}` as never }));
      await collection.insertMany(others);
      sent.length = 0;
      expect(new Map(await store.list('ada')).size).toBe(300);
      expect(sent.map(({ commandName }) => commandName)).toEqual(['find', 'getMore']);
      expect(await store.revoke('ada', ['first'])).toBe(299);
      expect(await store.size()).toBe(1);
    });

    it.each(methods)('are not sent for a %s that nobody waits for any more', async (_method, _command, call) => {
      const { store, sent } = open(driver);
      await store.create('other', aRecord());
      sent.length = 0;
      const reason = new Error('nobody waits');
      await expect(call(store, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(sent).toEqual([]);
    });

    // an older driver goes on to wait by itself; the request does not wait for it
    const givenUp = takesSignals(driver) ? methods : [];
    it.each(givenUp)('are given up for a %s that still waits for the server', async (_method, _command, call) => {
      const proxy = await proxyTo(Number(url.port));
      const { store, client, sent } = open(driver, { port: proxy.port, client: { heartbeatFrequencyMS: 500 } });
      await store.create('other', aRecord());
      const learned = new Promise<void>((resolve) => {
        client.on('serverDescriptionChanged', ({ newDescription }) => {
          if (newDescription.type === 'Unknown') resolve();
        });
      });
      await proxy.cut();
      await learned;
      sent.length = 0;
      const waiting = new AbortController();
      const answer = call(store, { signal: waiting.signal });
      await nextTurn();
      const reason = new Error('nobody waits');
      waiting.abort(reason);
      await expect(answer).rejects.toBe(reason);
      await proxy.mend();
      expect(await store.read('other')).toBeDefined();
      expect(sent.map(({ commandName }) => commandName)).toEqual(['find']); // that of this last read
    });

    it('end in the driver’s error where no server answers in its time', async () => {
      const proxy = await proxyTo(Number(url.port));
      const { store } = open(driver, { port: proxy.port, client: { serverSelectionTimeoutMS: 300 } });
      await store.create('other', aRecord());
      await proxy.cut();
      await expect(store.delete('other')).rejects.toThrow(/ECONNREFUSED|closed/);
      await expect(store.read('other')).rejects.toMatchObject({ name: 'MongoServerSelectionError' });
    });
  });

  describe('indexes', () => {
    it('are asked for in these words and no others, as often as one likes', async () => {
      const { store, collection, sent } = open(driver);
      await store.setup();
      await store.setup();
      expect(sent).toHaveLength(2);
      for (const { command } of sent) {
        expect((command as { indexes: object[] }).indexes).toEqual([
          { key: new Map([['expiresAt', 1]]), name: 'expiresAt_1', expireAfterSeconds: 3_600 },
          {
            key: new Map([['principal', 1]]),
            name: 'principal_1',
            partialFilterExpression: { principal: { $exists: true } },
          },
        ]);
      }
      const names = (await collection.indexes()).map(({ name }) => String(name));
      expect(names.toSorted()).toEqual(['_id_', 'expiresAt_1', 'principal_1']); // a server may list them in any order
    });

    // The stand-in for MongoDB never removes anything by itself: what MongoDB would go by is what can be seen here.
    it('find in each document the date to remove it by, and the principal where there is one', async () => {
      const { store, collection } = open(driver);
      const first = aRecord({ principal: 'ada' });
      await store.create('a', first);
      const found = await collection.findOne({});
      expect(found).toEqual({
        _id: 'a',
        revision: 1,
        expiresAt: new Date(first.expiresAt),
        principal: 'ada',
        record: expect.stringMatching(/\n\{"views":1\}$/) as unknown,
      });
      expect(found?.['expiresAt']).toBeInstanceOf(Date);
      await store.touch('a', first.expiresAt + MINUTE, 1);
      expect(await collection.findOne({})).toEqual({ ...found, expiresAt: new Date(first.expiresAt + MINUTE) });
      await store.update('a', aRecord({ revision: 2, expiresAt: Date.now() - 1 }), 1);
      expect(Object.keys((await collection.findOne({})) ?? {})).not.toContain('principal');
      await store.create('a', aRecord({ principal: 'eve' }));
      expect(await collection.findOne({})).toMatchObject({ principal: 'eve' });
    });

    it('leave nothing of a dead record in the new one', async () => {
      const { store, collection } = open(driver);
      await store.create('a', aRecord({ principal: 'ada', expiresAt: Date.now() - 1 }));
      expect(await store.create('a', aRecord())).toBe(true);
      expect(Object.keys((await collection.findOne({})) ?? {}).sort()).toEqual([
        '_id',
        'expiresAt',
        'record',
        'revision',
      ]);
      expect(await store.list('ada')).toEqual([]);
    });
  });

  describe('the collection', () => {
    it.each<[string, CollectionOptions]>([
      ['without promoted longs', { promoteLongs: false }],
      ['with longs as bigint', { useBigInt64: true }],
      ['without promoted values', { promoteValues: false }],
      ['with raw documents', { raw: true }],
      ['that ignores what is undefined', { ignoreUndefined: true }],
      ['read from secondaries', { readPreference: 'secondary' }],
    ])('may be one %s', async (_what, options) => {
      const { collection: plain, store: plainStore, client } = open(driver);
      const store = new MongoStore({ collection: client.db().collection(plain.collectionName, options) });
      const record = aRecord({ revision: 2 ** 40, principal: 'ada' });
      expect(await store.create('a', record)).toBe(true);
      expect(await store.create('a', record)).toBe(false);
      expect(await store.read('a')).toEqual(record);
      // another program may have written the number so
      await plain.updateOne({}, { $set: { revision: driver.Long.fromNumber(2 ** 40) } });
      expect(await store.read('a')).toEqual(record);
      const next = { ...record, revision: 2 ** 40 + 1 };
      expect(await store.update('a', next, 2 ** 40)).toBe(true);
      expect(await store.update('a', next, 2 ** 40)).toBe(false);
      expect(await store.touch('a', record.expiresAt, next.revision)).toBe(true);
      expect(await store.list('ada')).toEqual([['a', next]]);
      expect(await store.scan(undefined, 5)).toEqual({ entries: [['a', next]], next: undefined });
      expect(await store.size()).toBe(1);
      expect(await plainStore.read('a')).toEqual(next);
      expect(await store.revoke('ada', ['a'])).toBe(0);
      expect(await store.revoke('ada', [])).toBe(1);
      expect(await store.delete('a')).toBe(false);
    });

    it('takes a principal for a value, never for a query', async () => {
      const { store } = open(driver);
      await store.create('a', aRecord({ principal: 'ada' }));
      const everybody = { $ne: null } as unknown as string; // as a query string parser may give it to JavaScript
      expect(await store.list(everybody)).toEqual([]);
      expect(await store.revoke(everybody, [])).toBe(0);
      expect(await store.read(everybody)).toBeUndefined();
      expect(await store.delete(everybody)).toBe(false);
      expect(await store.size()).toBe(1);
    });

    it('may hold what is not ours, which loads as corrupt or is not seen', async () => {
      const { store, collection } = open(driver);
      const expiresAt = new Date(Date.now() + MINUTE);
      await collection.insertMany([
        { _id: new driver.ObjectId(), expiresAt },
        { _id: 'theirs' as never, expires: expiresAt, session: {} },
        { _id: 'broken' as never, expiresAt, record: 5 },
      ]);
      expect(await store.read('theirs')).toBeUndefined();
      expect(await store.read('broken')).toMatchObject({ data: '', expiresAt: expiresAt.getTime() });
      expect((await store.scan(undefined, 5)).entries.map(([key]) => key)).toEqual(['broken']);
    });

    it('belongs to a client that the store leaves open', async () => {
      const { client, store } = open(driver);
      await store.create('a', aRecord());
      expect('close' in store).toBe(false);
      expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
    });
  });

  describe('under Express', () => {
    const serve = (store: SessionStore, storeTimeout = 3_000): Promise<Client> => {
      const sessions = session({ schema, secret: 'keep it', principal: 'userId', storeTimeout, store });
      return makeApp((app) => {
        app.use(sessions);
        app.get('/', (req, res) => void res.json(sessions.of(req)));
        app.get('/view', async (req, res) => {
          await sessions.of(req).update((data) => {
            data.views += 1;
          });
          res.json(sessions.of(req));
        });
        app.get('/login', (req, res) => {
          sessions.of(req).userId = 'ada';
          res.json({});
        });
        app.get('/logout', async (req, res) => {
          await sessions.of(req).destroy();
          res.json({});
        });
      });
    };
    /** Two apps, as two processes would have them, with one collection; the second client has the first's cookies. */
    const two = async (): Promise<{ opened: Opened; first: Client; second: Client }> => {
      const opened = open(driver);
      const other = open(driver, { name: opened.collection.collectionName });
      await opened.store.setup();
      const [first, second] = [await serve(opened.store), await serve(other.store)];
      await first.get('/view');
      for (const [name, value] of first.jar) second.jar.set(name, value);
      return { opened, first, second };
    };

    it('gives two apps on one collection one session', async () => {
      const { first, second } = await two();
      expect(await second.json('/view')).toMatchObject({ views: 2 });
      expect(await first.json('/')).toMatchObject({ views: 2 });
    });

    it('loses none of 40 steps that two apps take at once', async () => {
      const { first, second } = await two();
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_one, at) => (at % 2 === 0 ? first : second).get('/view')),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await first.json('/')).toMatchObject({ views: 41 });
    });

    it('ends a session everywhere that was ended on one of two apps', async () => {
      const { opened, first, second } = await two();
      await first.get('/login');
      for (const [name, value] of first.jar) second.jar.set(name, value);
      expect(await second.json('/')).toMatchObject({ userId: 'ada' });
      await first.get('/logout');
      expect(await second.json('/')).not.toHaveProperty('userId');
      expect(await opened.store.list('sid:ada')).toEqual([]);
    });

    it('finds the sessions of a principal, and ends them all but one', async () => {
      const { opened, first, second } = await two();
      await first.get('/login');
      second.jar.clear();
      await second.get('/login');
      const [kept = ''] = (await opened.store.list('sid:ada')).map(([key]) => key);
      expect(await opened.store.revoke('sid:ada', [kept])).toBe(1);
      const users = [await first.json('/'), await second.json('/')] as { userId?: string }[];
      expect(users.filter(({ userId }) => userId === 'ada')).toHaveLength(1);
    });

    it('gives a token to one of 50 requests that take it at the same time', async () => {
      await expectTakenOnce(open(driver).store);
    });

    it('answers 503 while the server is away, and serves the same session when it is back', async () => {
      const proxy = await proxyTo(Number(url.port));
      const { store } = open(driver, {
        port: proxy.port,
        client: { serverSelectionTimeoutMS: 1_000, heartbeatFrequencyMS: 500 },
      });
      const client = await serve(store);
      await client.get('/view');
      await proxy.cut();
      expect((await client.get('/view')).status).toBe(503);
      expect((await client.get('/')).status).toBe(503);
      await proxy.mend();
      await expect.poll(async () => (await client.get('/')).status, { timeout: 40_000, interval: 100 }).toBe(200);
      expect(await client.json('/view')).toMatchObject({ views: 2 });
    });

    it('answers 503 by storeTimeout where the driver would wait longer', async () => {
      const proxy = await proxyTo(Number(url.port));
      const { store, sent } = open(driver, { port: proxy.port, client: { heartbeatFrequencyMS: 500 } });
      const client = await serve(store, 300);
      await client.get('/view');
      await proxy.cut();
      // the driver learns that the line is cut; from then on a command waits for half a minute
      const message = async (): Promise<unknown> => ((await client.json('/view')) as { message?: string }).message;
      await expect.poll(message, { timeout: 20_000, interval: 10 }).toContain('storeTimeout');
      sent.length = 0;
      expect((await client.get('/view')).status).toBe(503);
      await proxy.mend();
      await expect.poll(async () => (await client.get('/')).status, { timeout: 40_000, interval: 100 }).toBe(200);
      expect(sent.map(({ commandName }) => commandName)).not.toContain('update');
    });
  });
});
