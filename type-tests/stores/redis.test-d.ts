import type { IncomingMessage } from 'node:http';
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { expectAssignable, expectError, expectType } from 'tsd';
import { cached, moving, MemoryStore, session, type SessionStore } from 'typed-session';
import { RedisStore, type RedisClient, type RedisStoreOptions } from 'typed-session/redis';
import { z } from 'zod';

// The clients of both packages, as they are made, of whatever protocol and with options of their own.
const store = new RedisStore({ client: createClient() });
expectType<RedisStore>(store);
expectAssignable<SessionStore>(store);
new RedisStore({ client: createClient({ RESP: 2, url: 'redis://localhost', keyPrefix: 'app:' }), prefix: 'shop:' });
new RedisStore({ client: await createClient().connect() });
new RedisStore({ client: createCluster({ rootNodes: [{ url: 'redis://localhost' }] }) });
new RedisStore({ client: createSentinel({ name: 'mymaster', sentinelRootNodes: [] }) });
new RedisStore({ client: createClientPool() });
new RedisStore({ client: new Redis() });
new RedisStore({ client: new Cluster([]) });
expectAssignable<RedisClient>(new Redis());
expectAssignable<RedisStoreOptions>({ client: new Redis(), prefix: undefined });

// What is no client, and what is no option.
expectError(new RedisStore());
expectError(new RedisStore({}));
expectError(new RedisStore({ client: 'redis://localhost' }));
expectError(new RedisStore({ client: new Map<string, string>() }));
expectError(new RedisStore({ client: new Redis(), prefix: 5 }));
expectError(new RedisStore({ client: new Redis(), ttl: 5 }));

// Compositions are stores.
expectType<SessionStore>(cached(store, { ttl: 1000 }));
expectType<SessionStore>(moving({ from: new MemoryStore(), to: store }));
expectError(cached(store));
expectError(cached(store, { maxSessions: 5 }));
expectError(moving(store));

// A principal's sessions, with what the schema says of them.
const sessions = session({
  schema: z.object({ userId: z.string().optional(), device: z.string().default('?') }),
  secret: 's',
  principal: 'userId',
  maxSessionsPerPrincipal: 3,
  store: moving({ from: new MemoryStore(), to: store }),
});
declare const request: IncomingMessage;
const [one] = await sessions.list('ada', { current: sessions.of(request) });
expectType<string | undefined>(one?.payload?.device);
expectType<boolean | undefined>(one?.isCurrent);
expectType<number>(await sessions.revoke('ada'));
expectType<number>(await sessions.revoke('ada', { except: request }));
expectError(await sessions.revoke(5));
expectError(await sessions.revoke('ada', { except: {} }));
expectError(await sessions.list('ada', { current: { userId: 'ada', device: '?' } }));
expectType<number>(await sessions.revoke('ada', { only: one?.key ?? '' }));
expectError(await sessions.revoke());
expectError(await sessions.revoke(undefined));
expectError(await sessions.revoke('ada', { only: 'key', except: request }));
expectError(await sessions.revoke('ada', { only: 5 }));
expectError(await sessions.list({ userId: 'ada' }));
