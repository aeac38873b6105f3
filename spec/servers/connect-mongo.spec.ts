import MongoStore from 'connect-mongo';
import { MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import type { ExpressSessionStore } from 'typed-session';
import { existingStore, serverUrl, stored, through } from './suite.js';

const url = serverUrl('MONGO_URL');

existingStore('connect-mongo', {
  port: Number(url.port),
  open: async (port) => {
    const mongoUrl = through(url, port);
    const mongoOptions = { serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000 };
    const store = MongoStore.create({ mongoUrl, ttl: 14 * 24 * 60 * 60, mongoOptions });
    await stored(store, 'nobody'); // its index is there: a store that is closed before that rejects, and nobody hears it
    return Promise.resolve({ store: store, // typed by @types/express-session, which is not here
      close: () => store.close() }); // prettier-ignore
  },
});

// The stand-in for MongoDB never removes anything by itself: that it is asked to is what can be seen here.
it('connect-mongo asks MongoDB to remove sessions at their time', async () => {
  const client = await new MongoClient(url.href).connect();
  const indexes = await client.db().collection('sessions').indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expires: 1 }, expireAfterSeconds: 0 }));
  await client.close();
});
