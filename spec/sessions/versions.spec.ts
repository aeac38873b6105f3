import { describe, expect, it } from 'vitest';
import { MemoryStore, defineSession, migration, session, type SessionStore } from 'typed-session';
import { SqliteStore } from 'typed-session/sqlite';
import { z } from 'zod';
import { listen, makeApp, type Client } from '../support/app.js';

const v0 = z.object({ user: z.object({ id: z.string() }).optional() });
const v1 = z.object({ userId: z.string().optional(), seen: z.int().default(0) });
const v2 = z.object({
  userId: z.string().optional(),
  seen: z.int().default(0),
  profile: z.object({ name: z.string(), nick: z.string().optional() }).optional(),
  theme: z.string().optional(),
  list: z.array(z.object({ sku: z.string(), qty: z.int().optional() })).default([]),
});
/** What the release before v2 knows: less of everything. */
const olderV1 = z.object({
  userId: z.string().optional(),
  seen: z.int().default(0),
  profile: z.object({ name: z.string() }).optional(),
  list: z.array(z.object({ sku: z.string() })).default([]),
});
const toV1 = migration(v0, v1, (old) => ({ userId: old.user?.id, seen: 0 }));
const toV2 = migration(v1, v2, (old) => ({ ...old, list: [] }));

type AnyOptions = Parameters<typeof session<any>>[0];

/** An app of some release: `/set?…` assigns fields given as JSON, `/` shows the session. */
async function release(options: object, store: SessionStore): Promise<Client> {
  const sessions = session({ secret: 's', store, name: 'connect.sid', ...options } as unknown as AnyOptions);
  return makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/set', (req, res) => {
      Object.assign(sessions.of(req), JSON.parse(req.query['to'] as string));
      res.json(sessions.of(req));
    });
    app.get('/rotate', async (req, res) => {
      await sessions.of(req).rotate();
      res.json(sessions.of(req));
    });
    app.get('/fail', (req, res) => {
      void sessions.of(req);
      res.status(500).end();
    });
  });
}

function set(client: Client, fields: object): Promise<unknown> {
  return client.json(`/set?to=${encodeURIComponent(JSON.stringify(fields))}`);
}

/** The one record of a store. */
async function only(store: SessionStore) {
  const page = await store.scan!(undefined, 10);
  expect(page.entries).toHaveLength(1);
  return page.entries[0]![1];
}

const today = defineSession({ schema: v2, version: 2, migrations: { 1: toV1, 2: toV2 } });

describe('a session of an older version', () => {
  it('is brought along at the first look, and stored so by the same request', async () => {
    const store = new MemoryStore();
    const old = await release({ schema: v0 }, store);
    await set(old, { user: { id: 'ann' } });
    expect((await only(store)).schemaVersion).toBe(0);
    const client = await release(today, store);
    for (const [name, value] of old.jar) client.jar.set(name, value);
    expect(await client.json('/')).toEqual({ userId: 'ann', seen: 0, list: [] });
    const record = await only(store);
    expect(record).toMatchObject({ schemaVersion: 2, revision: 2 });
    expect(JSON.parse(record.data)).toEqual({ userId: 'ann', seen: 0, list: [] });
    await client.get('/');
    expect((await only(store)).revision).toBe(2); // once
  });

  it('is brought along by many requests at once, and stored once', async () => {
    const store = new MemoryStore();
    const old = await release({ schema: v1, version: 1, migrations: { 1: toV1 } }, store);
    await set(old, { userId: 'ann' });
    const client = await release(today, store);
    for (const [name, value] of old.jar) client.jar.set(name, value);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.copy().json('/')));
    for (const answer of answers) expect(answer).toEqual({ userId: 'ann', seen: 0, list: [] });
    expect((await only(store)).revision).toBe(2);
  });

  it.each([
    [
      'a step that throws',
      () => {
        throw new Error('no');
      },
    ],
    ['a step that returns what the new schema refuses', () => ({ seen: 'x' })],
  ])('is a case for onInvalid after %s', async (_, step) => {
    const store = new MemoryStore();
    const old = await release({ schema: v0 }, store);
    await set(old, { user: { id: 'ann' } });
    const told = listen('typed-session:invalid');
    const broken = migration(v0, v1, step as never);
    const seen: unknown[] = [];
    const onInvalid = (invalid: { cause?: unknown }): undefined => void seen.push(invalid.cause);
    const client = await release({ schema: v1, version: 1, migrations: { 1: broken }, onInvalid }, store);
    for (const [name, value] of old.jar) client.jar.set(name, value);
    expect(await client.json('/')).toEqual({ seen: 0 });
    expect(told).toMatchObject([{ schemaVersion: 0, issues: [{ path: [], code: 'migration_failed' }] }]);
    expect(seen[0]).toBeInstanceOf(Error);
    expect(JSON.stringify(told[0]?.issues)).not.toContain('ann');
    expect((await only(store)).schemaVersion).toBe(0); // nothing was lost
  });

  it('is a case for onInvalid where its step was deleted', async () => {
    const store = new MemoryStore();
    const old = await release({ schema: v0 }, store);
    await set(old, { user: { id: 'ann' } });
    const told = listen('typed-session:invalid');
    const client = await release({ schema: v2, version: 2, migrations: { 2: toV2 } }, store);
    for (const [name, value] of old.jar) client.jar.set(name, value);
    await client.get('/');
    expect(told).toMatchObject([{ schemaVersion: 0, issues: [{ code: 'no_migration' }] }]);
  });
});

describe('two releases on one store', () => {
  it('serve a client in turn: nobody is logged out, and no field is lost', async () => {
    const store = new MemoryStore();
    const next = await release(today, store);
    const previous = await release({ schema: olderV1, version: 1, migrations: { 1: migration(v0, olderV1, (old) => ({ userId: old.user?.id, seen: 0, list: [] })) } }, store); // prettier-ignore
    await set(previous, { userId: 'ann', seen: 1 });
    next.jar.set('connect.sid', previous.jar.get('connect.sid')!);
    await set(next, { theme: 'dark', profile: { name: 'Ann', nick: 'a' }, list: [{ sku: 'a', qty: 1 }, { sku: 'b', qty: 2 }] }); // prettier-ignore
    expect(await previous.json('/')).toEqual({ userId: 'ann', seen: 1, profile: { name: 'Ann' }, list: [{ sku: 'a' }, { sku: 'b' }] }); // prettier-ignore
    // What the older release changes it changes, in items that have moved too; what it does not know stays.
    await set(previous, { seen: 2, profile: { name: 'Anna' }, list: [{ sku: 'b' }, { sku: 'c' }, { sku: 'a' }] });
    expect(await only(store)).toMatchObject({ schemaVersion: 2 });
    expect(await next.json('/')).toEqual({
      userId: 'ann',
      seen: 2,
      theme: 'dark',
      profile: { name: 'Anna', nick: 'a' },
      list: [{ sku: 'b', qty: 2 }, { sku: 'c' }, { sku: 'a', qty: 1 }],
    });
    // Nor does a new id lose anything.
    await previous.get('/rotate');
    next.jar.set('connect.sid', previous.jar.get('connect.sid')!);
    expect(await next.json('/')).toMatchObject({ theme: 'dark', profile: { name: 'Anna', nick: 'a' } });
  });
});

describe.each([
  ['MemoryStore', () => new MemoryStore()],
  ['SqliteStore', () => new SqliteStore({ file: ':memory:' })],
])('migrateAll on %s', (_, make: () => SessionStore) => {
  it('brings every stored session along, page by page, and can go on where it stopped', async () => {
    const store = make();
    const old = await release({ schema: v0 }, store);
    for (let i = 0; i < 25; i++) {
      old.jar.clear();
      await set(old, { user: { id: `user ${i}` } });
    }
    const sessions = session({ ...today, secret: 's', store, principal: 'userId' });
    const stop = new AbortController();
    const first = await sessions.migrateAll({ pageSize: 10, signal: stop.signal, onProgress: () => stop.abort() });
    expect(first).toMatchObject({ seen: 10, migrated: 10, refused: 0 });
    expect(first.cursor).toBeTypeOf('string');
    const rest = await sessions.migrateAll({ pageSize: 10, cursor: first.cursor });
    expect(rest).toEqual({ seen: 15, migrated: 15, refused: 0, cursor: undefined });
    expect(await sessions.migrateAll()).toMatchObject({ seen: 25, migrated: 0 });
    const { entries } = await store.scan!(undefined, 100);
    expect(new Set(entries.map(([, record]) => record.principal)).size).toBe(25);
    const client = await release(today, store);
    for (const [name, value] of old.jar) client.jar.set(name, value);
    expect(await client.json('/')).toMatchObject({ userId: 'user 24' });
  });

  it('leaves alone what a step refuses', async () => {
    const store = make();
    const old = await release({ schema: v0 }, store);
    await set(old, { user: { id: 'ann' } });
    const step = migration(v0, v1, () => { throw new Error('no'); }); // prettier-ignore
    const sessions = session({ schema: v1, version: 1, migrations: { 1: step }, secret: 's', store });
    expect(await sessions.migrateAll()).toMatchObject({ seen: 1, migrated: 0, refused: 1 });
    expect((await only(store)).schemaVersion).toBe(0);
  });
});

it('migrateAll says so where the store cannot list its sessions', async () => {
  const store = new MemoryStore();
  const { read, create, update, touch, delete: remove } = MemoryStore.prototype;
  const bare = Object.fromEntries(Object.entries({ read, create, update, touch, delete: remove }).map(([name, method]) => [name, method.bind(store as never)])); // prettier-ignore
  const sessions = session({ ...today, secret: 's', store: bare as unknown as SessionStore });
  await expect(sessions.migrateAll()).rejects.toThrow(/scan/);
  await expect(sessions.migrateAll({ pageSize: 0 })).rejects.toThrow(/pageSize/);
});

describe('migrations are refused at start-up, by name, where', () => {
  it.each([
    ['a step is missing at the end', { schema: v2, version: 2, migrations: { 1: toV1 } }, /migrations: must end at version 2/],
    ['there is none at all', { schema: v2, version: 2 }, /migrations: must end at version 2/],
    ['there is one too many', { schema: v1, version: 0, migrations: { 1: toV1 } }, /migrations: must end at version 0/],
    ['there is a gap', { schema: v2, version: 3, migrations: { 1: toV1, 3: toV2 } }, /there is no step to version 2|must lead to/],
    ['two do not meet', { schema: v2, version: 2, migrations: { 1: toV1, 2: migration(olderV1, v2, (o) => ({ ...o, list: [] })) } }, /migrations\.1: must lead to the schema that migrations\.2 starts from/],
    ['the last leads elsewhere', { schema: olderV1, version: 1, migrations: { 1: toV1 } }, /migrations\.1: must lead to the schema of the session/],
    ['a step is none', { schema: v1, version: 1, migrations: { 1: () => ({}) } }, /migrations\.1: make it with migration/],
    ['the version is no number', { schema: v1, version: '1', migrations: { 1: toV1 } }, /version: must be an integer/],
    ['a version is negative', { schema: v1, version: -1 }, /version: must be an integer/],
    ['an old schema cannot serve', { schema: v1, version: 1, migrations: { 1: migration(z.object({ at: z.date().optional() }), v1, () => ({ seen: 0 })) } }, /migrations\.1: .*isoDate/],
  ])('%s', (_, options, message) => {
    expect(() => session({ secret: 's', ...options } as unknown as AnyOptions)).toThrow(message);
  }); // prettier-ignore
});
