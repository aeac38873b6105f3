import type { Collection, MongoClient, ObjectId } from 'mongodb';
import type { Collection as Collection7, MongoClient as MongoClient7 } from 'mongodb7';
import { expectAssignable, expectError, expectType } from 'tsd';
import { session, type SessionStore } from 'typed-session';
import { MongoStore, type MongoCollection } from 'typed-session/mongo';
import { z } from 'zod';

declare const client: MongoClient;
declare const client7: MongoClient7;

// A collection of either version of the driver does, whatever the type of its documents …
const store = new MongoStore({ collection: client.db().collection('sessions') });
new MongoStore({ collection: client7.db().collection('sessions') });
declare const documents: Collection;
declare const strict: Collection<{
  _id: string;
  revision: number;
  expiresAt: Date;
  principal?: string;
  record: string;
}>;
declare const others: Collection<{ _id: ObjectId; nothing: 'of'; ours: Map<string, bigint> }>;
declare const strict7: Collection7<{ _id: string; expiresAt: Date }>;
new MongoStore({ collection: documents });
new MongoStore({ collection: strict });
new MongoStore({ collection: others });
new MongoStore({ collection: strict7 });
expectAssignable<MongoCollection>(documents);

// … and nothing else.
expectError(new MongoStore());
expectError(new MongoStore({}));
expectError(new MongoStore({ collection: 'sessions' }));
expectError(new MongoStore({ collection: client }));
expectError(new MongoStore({ collection: client.db() }));
expectError(new MongoStore({ collection: Promise.resolve(documents) }));
expectError(new MongoStore({ collection: documents, ttl: 60 }));

// It is a store with every capability but those that MongoDB has itself, and its client is the application's.
expectAssignable<SessionStore>(store);
session({ schema: z.object({}), secret: 's', store });
expectType<Promise<void>>(store.setup());
expectType<Promise<number>>(store.size());
expectError(store.prune());
expectError(store.close());
