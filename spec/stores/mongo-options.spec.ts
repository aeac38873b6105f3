import { MongoClient } from 'mongodb';
import { describe, expect, it, vi } from 'vitest';
import { MongoStore } from 'typed-session/mongo';
import { SessionOptionsError } from '../../lib/errors.js';
import type { MongoStoreOptions } from '../../lib/stores/mongo/mongo-options.js';
import { aRecord } from './samples.js';

// A client connects at its first command, and these tests send none.
const client = new MongoClient('mongodb://127.0.0.1:1/shop');
const collection = client.db().collection('sessions');

/** A collection whose replacements end so. */
function replacing(answer: () => Promise<unknown>) {
  const other = client.db().collection('sessions');
  return { collection: other, replaceOne: vi.spyOn(other, 'replaceOne').mockImplementation(answer as never) };
}

describe('MongoStore', () => {
  describe('options', () => {
    it.each<[string, unknown, RegExp]>([
      ['no options', undefined, /^options: must be an object, as in new MongoStore\(\{ collection/],
      ['no collection', {}, /^collection: must be a collection of the driver mongodb/],
      ['null as collection', { collection: null }, /^collection: must be a collection/],
      ['the name of a collection', { collection: 'sessions' }, /^collection: must be a collection/],
      ['a client', { collection: client }, /^collection: must be a collection/],
      ['a database', { collection: client.db() }, /^collection: must be a collection/],
      ['a promise of a collection', { collection: Promise.resolve(collection) }, /^collection: must be a collection/],
      ['an unknown option', { collection, ttl: 60 }, /^ttl: MongoStore has no such option, only collection/],
      [
        'a collection whose writes are not answered',
        { collection: client.db().collection('sessions', { writeConcern: { w: 0 } }) },
        /^collection: has the write concern \{ w: 0 \}/,
      ],
    ])('refuses %s and names the option', (_, options, message) => {
      const wrong = options as MongoStoreOptions; // what a JavaScript user may pass
      expect(() => new MongoStore(wrong)).toThrow(SessionOptionsError);
      expect(() => new MongoStore(wrong)).toThrow(message);
    });

    it('refuses a collection whose client was told not to have its writes answered', () => {
      const silent = new MongoClient('mongodb://127.0.0.1:1/shop?w=0').db().collection('sessions');
      expect(() => new MongoStore({ collection: silent })).toThrow(/^collection: has the write concern/);
    });

    it('connects to nothing', () => {
      new MongoStore({ collection });
      expect(Reflect.get(client, 'topology')).toBeUndefined();
    });
  });

  describe('a key that the server says is taken', () => {
    const duplicate = (fields: object) => () =>
      Promise.reject(Object.assign(new Error('E11000 duplicate key error'), { code: 11_000, ...fields }));

    it.each<[string, object]>([
      ['of the index of keys', { keyPattern: { _id: 1 } }],
      ['of an index that it does not name', {}],
    ])('by the error %s is not created', async (_, fields) => {
      const { collection } = replacing(duplicate(fields));
      expect(await new MongoStore({ collection }).create('a', aRecord())).toBe(false);
    });

    it('is one of our keys, and of no unique index that somebody put on another field', async () => {
      const { collection } = replacing(duplicate({ keyPattern: { principal: 1 } }));
      await expect(new MongoStore({ collection }).create('a', aRecord())).rejects.toThrow(/E11000/);
    });
  });

  it('reads from the primary, whatever the collection says', async () => {
    const secondary = client.db().collection('sessions', { readPreference: 'secondary' });
    const store = new MongoStore({ collection: secondary });
    const cursor = { toArray: () => Promise.resolve([]) };
    const calls = [
      vi.spyOn(secondary, 'findOne').mockResolvedValue(null),
      vi.spyOn(secondary, 'find').mockReturnValue(cursor as never),
      vi.spyOn(secondary, 'countDocuments').mockResolvedValue(0),
    ];
    await store.read('a');
    await store.list('ada');
    await store.scan(undefined, 10);
    await store.size();
    const asked = calls.flatMap(({ mock }) => mock.calls as unknown[][]).map(([, options]) => options);
    expect(asked).toHaveLength(4);
    for (const options of asked) expect(options).toMatchObject({ readPreference: 'primary' });
  });

  it('hands a driver that knows no signals nothing that nobody waits for', async () => {
    const { collection, replaceOne } = replacing(() => Promise.resolve({ matchedCount: 1, upsertedCount: 0 }));
    const reason = new Error('nobody waits');
    const update = new MongoStore({ collection }).update('a', aRecord(), 1, { signal: AbortSignal.abort(reason) });
    await expect(update).rejects.toBe(reason);
    expect(replaceOne).not.toHaveBeenCalled();
  });

  it('replaces a whole document, with nothing that would leave a field of the old one', async () => {
    const { collection, replaceOne } = replacing(() => Promise.resolve({ matchedCount: 1, upsertedCount: 0 }));
    const record = aRecord({ revision: 2 });
    expect(await new MongoStore({ collection }).update('a', record, 1)).toBe(true);
    const [, document] = replaceOne.mock.calls[0] ?? [];
    expect(document).toEqual({
      revision: 2,
      expiresAt: new Date(record.expiresAt),
      record: expect.any(String) as unknown,
    });
  });
});
