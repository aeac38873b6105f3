import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  MemoryStore,
  defineSession,
  mapOf,
  migration,
  session,
  type SessionSchema,
  type SessionStore,
} from 'typed-session';
import { SqliteStore } from 'typed-session/sqlite';
import { z } from 'zod';
import { ProbedStore, listen, makeApp, type Client } from '../support/app.js';
import { PayloadCodec } from '../../lib/schema/payload-codec.js';
import { PayloadSerializer } from '../../lib/schema/payload-serializer.js';

type AnyOptions = Parameters<typeof session<any>>[0];
type Fields = Record<string, any>;

/** An app of some release on a store: `change` runs in the handler. */
async function release(schema: unknown, store: SessionStore, options: object = {}) {
  const sessions = session({ secret: 's', store, schema: schema as SessionSchema, ...options });
  let change: (mine: any) => unknown = () => undefined;
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/change', async (req, res) => {
      await change(sessions.of(req));
      res.json(sessions.of(req));
    });
  });
  return {
    client,
    sessions,
    change: (by: typeof change, from: Client = client) => {
      change = by;
      return from.json('/change');
    },
    /** Serves the browser of another release from here on. */
    serve: (other: { readonly client: Client }) => {
      for (const [name, value] of other.client.jar) client.jar.set(name, value);
    },
  };
}

async function stored(store: SessionStore): Promise<Fields> {
  const { entries } = await store.scan!(undefined, 10);
  expect(entries).toHaveLength(1);
  return JSON.parse(entries[0]![1].data) as Fields;
}

async function put(store: SessionStore, data: object): Promise<void> {
  const [[key, record]] = (await store.scan!(undefined, 1)).entries as [[string, any]];
  await store.update(key, { ...record, data: JSON.stringify(data), revision: record.revision + 1 }, record.revision);
}

const older = z.object({ n: z.int().default(0) });
const newer = z.object({ n: z.int().default(0), theme: z.string().optional() });

describe.each([
  ['MemoryStore', () => new MemoryStore()],
  ['SqliteStore', () => new SqliteStore({ file: ':memory:' })],
])('on %s, a field that the schema does not know', (_, make: () => SessionStore) => {
  it('stays while two releases run side by side without a version, and through a rollback', async () => {
    const store = make();
    const next = await release(newer, store);
    await next.change((mine) => { mine.theme = 'dark'; }); // prettier-ignore
    const previous = await release(older, store);
    previous.serve(next);
    expect(await previous.change((mine) => { mine.n = 5; })).toEqual({ n: 5 }); // prettier-ignore
    expect(await stored(store)).toEqual({ n: 5, theme: 'dark' });
    expect(await next.client.json('/')).toEqual({ n: 5, theme: 'dark' });
    await next.change((mine) => { delete mine.theme; }); // prettier-ignore
    expect(await stored(store)).toEqual({ n: 5 });
  });

  it('stays through rotate(), save(), update(), reload(), take() and a touch, and not through regenerate()', async () => {
    const store = make();
    const next = await release(newer, store);
    await next.change((mine) => { mine.theme = 'dark'; }); // prettier-ignore
    const previous = await release(older, store);
    previous.serve(next);
    for (const by of [
      (mine: any) => mine.rotate(),
      async (mine: any) => {
        mine.n += 1;
        await mine.save();
      },
      (mine: any) =>
        mine.update((payload: any) => {
          payload.n += 1;
        }),
      async (mine: any) => {
        mine.n += 1;
        await mine.reload();
      },
      (mine: any) => mine.take('n'),
      (mine: any) => {
        mine.cookie.maxAge = 60_000;
      },
    ]) {
      // prettier-ignore
      await previous.change(by);
      const { entries } = await store.scan!(undefined, 10);
      expect(entries.filter(([, record]) => record.forwardTo === undefined).map(([, record]) => (JSON.parse(record.data) as Fields)['theme']), String(by)).toEqual(['dark']); // prettier-ignore
    }
    await previous.change(async (mine) => { await mine.regenerate(); mine.n = 1; }); // prettier-ignore
    next.serve(previous);
    expect(await next.client.json('/')).toEqual({ n: 1 });
  });

  it("is removed under unknownFields: 'drop', by the next change", async () => {
    const store = make();
    const next = await release(newer, store, { version: 0 });
    await next.change((mine) => { mine.theme = 'dark'; }); // prettier-ignore
    const previous = await release(older, store, { unknownFields: 'drop' });
    previous.serve(next);
    await previous.client.json('/');
    expect(await stored(store)).toEqual({ n: 0, theme: 'dark' });
    await previous.change((mine) => { mine.n = 1; }); // prettier-ignore
    expect(await stored(store)).toEqual({ n: 1 });
  });
});

it('a session whose unknown fields stay is not written by a request that only reads', async () => {
  const store = new ProbedStore(new MemoryStore());
  const next = await release(newer, store);
  await next.change((mine) => { mine.theme = 'dark'; }); // prettier-ignore
  const previous = await release(older, store);
  previous.serve(next);
  store.calls.length = 0;
  await previous.client.json('/');
  expect(store.calls).toEqual(['read']);
});

it('an unknown field that another release changes meanwhile keeps the value of that release', async () => {
  const memory = new MemoryStore();
  const store = new ProbedStore(memory);
  const next = await release(newer, memory);
  await next.change((mine) => { mine.theme = 'dark'; }); // prettier-ignore
  const previous = await release(older, store);
  previous.serve(next);
  store.before.update = async () => {
    store.before = {};
    await next.change((mine) => { mine.theme = 'light'; }); // prettier-ignore
  };
  await previous.change((mine) => { mine.n = 7; }); // prettier-ignore
  expect(await stored(memory)).toEqual({ n: 7, theme: 'light' });
  store.before.update = async () => {
    store.before = {};
    await next.change((mine) => { delete mine.theme; }); // prettier-ignore
  };
  await previous.change((mine) => { mine.n = 8; }); // prettier-ignore
  expect(await stored(memory)).toEqual({ n: 8 });
});

describe('inside of a field, what the schema does not know stays', () => {
  const item = z.object({ sku: z.string(), qty: z.int() });
  const whole = { sku: 'a', qty: 1, note: 'x' };
  it.each<[string, z.ZodType, unknown, (mine: Fields) => void, unknown]>([
    ['in an object', item.optional(), whole, (mine) => { mine['f'].qty = 2; }, { ...whole, qty: 2 }],
    ['in an object that is nullable', item.nullable().optional(), whole, (mine) => { mine['f'].qty = 2; }, { ...whole, qty: 2 }],
    ['in a list', z.array(item).default([]), [whole], (mine) => { mine['f'].push({ sku: 'b', qty: 1 }); }, [whole, { sku: 'b', qty: 1 }]],
    ['in a list whose item moves and changes', z.array(item).default([]), [{ sku: 'z', qty: 1, note: 'z' }, whole], (mine) => { mine['f'].shift(); mine['f'][0].qty = 9; }, [{ ...whole, qty: 9 }]],
    ['in a record', z.record(z.string(), item).default({}), { k: whole, gone: whole }, (mine) => { mine['f'].k.qty = 2; delete mine['f'].gone; }, { k: { ...whole, qty: 2 } }],
    ['in a member of a union', z.union([z.string(), item]).optional(), whole, (mine) => { mine['f'].qty = 2; }, { ...whole, qty: 2 }],
    ['in a tuple', z.tuple([z.int(), item]).optional(), [1, whole], (mine) => { mine['f'][0] = 2; }, [2, whole]],
    ['in a Map', mapOf(z.string(), item).optional(), [['k', whole]], (mine) => { mine['f'].get('k').qty = 2; }, [['k', { ...whole, qty: 2 }]]],
    ['in objects of objects', z.object({ in: z.object({ list: z.array(item) }) }).optional(), { in: { list: [whole], more: [1] }, x: null }, (mine) => { mine['f'].in.list[0].qty = 2; }, { in: { list: [{ ...whole, qty: 2 }], more: [1] }, x: null }],
    ['and goes with the field that a handler deletes', item.optional(), whole, (mine) => { delete mine['f']; }, undefined],
  ])('%s', async (_, f, before, by, after) => {
    const store = new MemoryStore();
    const app = await release(z.object({ n: z.int().default(0), f }), store);
    await app.change((mine) => { mine.n = 1; }); // prettier-ignore
    await put(store, { n: 1, f: before, top: { a: 1 } });
    await app.change(by);
    expect(await stored(store)).toEqual({ n: 1, ...(after === undefined ? {} : { f: after }), top: { a: 1 } });
  }); // prettier-ignore

  it('of a schema of valibot, too', async () => {
    const store = new MemoryStore();
    const app = await release(
      v.object({ n: v.optional(v.number(), 0), o: v.optional(v.object({ a: v.number() })) }),
      store,
    );
    await app.change((mine) => { mine.n = 1; }); // prettier-ignore
    await put(store, { n: 1, o: { a: 1, b: 2 }, theme: 'dark' });
    await app.change((mine) => { mine.o.a = 5; }); // prettier-ignore
    expect(await stored(store)).toEqual({ n: 1, o: { a: 5, b: 2 }, theme: 'dark' });
  });
});

describe('a schema that says what happens to other fields is taken at its word:', () => {
  it('a loose object knows all of them, and a handler may delete one', async () => {
    const store = new MemoryStore();
    const app = await release(z.looseObject({ n: z.int().default(0) }), store);
    await app.change((mine) => { mine.n = 1; mine.more = 1; }); // prettier-ignore
    await app.change((mine) => { delete mine.more; }); // prettier-ignore
    expect(await stored(store)).toEqual({ n: 1 });
  });

  it("a strict object refuses them, and onInvalid: 'repair' leaves them in the store", async () => {
    const store = new MemoryStore();
    const app = await release(z.strictObject({ n: z.int().default(0) }), store, { onInvalid: 'repair' });
    await app.change((mine) => { mine.n = 1; }); // prettier-ignore
    await put(store, { n: 1, theme: 'dark' });
    expect(await app.change((mine) => { mine.n += 1; })).toEqual({ n: 2 }); // prettier-ignore
    expect(await stored(store)).toEqual({ n: 2, theme: 'dark' });
  });
});

it.each([
  ['repair', 'repair'],
  ['a function', () => ({ n: 3, bad: undefined })],
])('onInvalid (%s) keeps unknown fields, and drops those that did not fit', async (_, onInvalid) => {
  const store = new MemoryStore();
  const app = await release(z.object({ n: z.int().default(0), bad: z.int().optional() }), store, { onInvalid });
  await app.change((mine) => { mine.n = 1; }); // prettier-ignore
  await put(store, { n: 3, bad: 'x', theme: { a: 1 } });
  expect(await app.change((mine) => { mine.n += 1; })).toEqual({ n: 4 }); // prettier-ignore
  expect(await stored(store)).toEqual({ n: 4, theme: { a: 1 } });
});

it('a migration keeps the fields that neither of its schemas knows', async () => {
  const store = new MemoryStore();
  const v0 = z.object({ name: z.string().optional() });
  const v1 = z.object({ names: z.array(z.string()).default([]) });
  const old = await release(v0, store);
  await old.change((mine) => { mine.name = 'ann'; }); // prettier-ignore
  await put(store, { name: 'ann', theme: 'dark' });
  const step = migration(v0, v1, ({ name }) => ({ names: name === undefined ? [] : [name] }));
  const today = defineSession({ schema: v1, version: 1, migrations: { 1: step } });
  const app = await release(v1, store, today);
  await app.sessions.migrateAll();
  expect(await stored(store)).toEqual({ names: ['ann'], theme: 'dark' });
});

it('what is unknown of a state of a union goes with that state', async () => {
  const store = new MemoryStore();
  const schema = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('guest') }),
    z.object({ kind: z.literal('user'), userId: z.string(), n: z.int().optional() }),
  ]);
  const app = await release(schema, store, { initial: { kind: 'guest' } });
  await app.change((mine) => mine.become({ kind: 'user', userId: 'ann' }));
  await put(store, { kind: 'user', userId: 'ann', more: 1 });
  await app.change((mine) => { mine.n = 1; }); // prettier-ignore
  expect(await stored(store)).toEqual({ kind: 'user', userId: 'ann', n: 1, more: 1 });
  await app.change((mine) => mine.become({ kind: 'guest' }));
  expect(await stored(store)).toEqual({ kind: 'guest' });
});

it('typed-session:unknown-fields names them once for each set, without keys that a client chose', async () => {
  const store = new MemoryStore();
  const schema = z.object({
    n: z.int().default(0),
    map: z.record(z.string(), z.object({ a: z.int() })).optional(),
    list: z.array(z.object({ a: z.int() })).optional(),
  });
  const app = await release(schema, store);
  await app.change((mine) => { mine.n = 1; }); // prettier-ignore
  const events = listen('typed-session:unknown-fields');
  await put(store, { n: 1, theme: 'dark', map: { 'ann@a.test': { a: 1, b: 2 } }, list: [{ a: 1, c: 1 }, { a: 1, c: 2 }], 'bob@a.test': 1 }); // prettier-ignore
  await app.client.get('/');
  await app.client.get('/');
  expect(events.map(({ fields }) => fields)).toEqual([['[*]', 'list[*].c', 'map[*].b', 'theme']]);
  await put(store, { n: 1, theme: 'dark' });
  await app.client.get('/');
  expect(events.map(({ fields }) => fields)).toHaveLength(2);
  for (let i = 0; i < 300; i++) {
    await put(store, { n: 1, [`f${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + Math.floor(i / 26))}`]: 1 }); // prettier-ignore
    if (i > 97 && i < 290) continue;
    await app.client.get('/');
  }
  expect(events).toHaveLength(100);
});

it('whatever a release does not know survives any sequence of writes by old and new releases', async () => {
  const names = ['a', 'b', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.string({ maxLength: 3 }));
  const field = fc.constantFrom(...names);
  const inner = z.object({ a: z.unknown().optional(), constructor: z.unknown().optional() });
  // The older release knows `a` and `constructor` only, of the payload and of what is inside.
  const olderSchema = z.object({ ...inner.shape, o: inner.optional(), r: z.record(z.string(), inner).optional() });
  const newerSchema = z.looseObject({ o: z.looseObject({}).optional(), r: z.record(z.string(), z.looseObject({})).optional() }); // prettier-ignore
  const write = fc.record({ byOld: fc.boolean(), where: fc.constantFrom('top', 'o', 'r'), field, value: fc.option(value, { nil: undefined }) }); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
      const store = new MemoryStore();
      const [old, next] = [openText(olderSchema, store), openText(newerSchema, store)];
      const model: Record<string, Fields> = {
        top: Object.create(null),
        o: Object.create(null),
        r: Object.create(null),
      };
      for (const { byOld, where, field: name, value: to } of writes) {
        if (byOld && name !== 'a' && name !== 'constructor') continue;
        if (to === undefined) Reflect.deleteProperty(model[where]!, name);
        else model[where]![name] = to;
        (byOld ? old : next).write((mine) => {
          const target = where === 'top' ? mine : where === 'o' ? (mine['o'] ??= {}) : ((mine['r'] ??= {}).key ??= {});
          if (to === undefined) Reflect.deleteProperty(target, name);
          else Object.defineProperty(target, name, { value: to, enumerable: true, configurable: true, writable: true });
        });
      }
      const { o = {}, r = {}, ...top } = next.tree();
      expect(new Map(Object.entries(top))).toEqual(new Map(Object.entries(model['top']!)));
      expect(new Map(Object.entries(o))).toEqual(new Map(Object.entries(model['o']!)));
      expect(new Map(Object.entries(r.key ?? {}))).toEqual(new Map(Object.entries(model['r']!)));
    }),
    { numRuns: 200 },
  );
});

/** A release without HTTP, on one text: for properties. */
function openText(schema: z.ZodType<object, object>, shared: object) {
  const cell = shared as { text?: string };
  const codec = PayloadCodec.of(schema, undefined);
  const serializer = new PayloadSerializer(codec, { first: 0, version: 0, steps: [] }, [], 'keep');
  return {
    write(change: (mine: Fields) => void) {
      const read = serializer.read(cell.text ?? '{}', 0);
      if (!read.ok) throw new Error(JSON.stringify(read.issues));
      const mine = read.payload as Fields;
      change(mine);
      cell.text = serializer.write(codec.encode(mine), read.decodedRecord).data;
    },
    tree: () => JSON.parse(cell.text ?? '{}') as Fields,
  };
}
