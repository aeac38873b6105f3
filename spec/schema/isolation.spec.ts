import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MemoryStore, mapOf, session, setOf } from 'typed-session';
import { z } from 'zod';
import { z as z410 } from 'zod410';
import { z as z416 } from 'zod416';
import type { SessionSchema } from '../../lib/schema/payload-types.js';
import { makeApp } from '../support/app.js';

class Basket {
  items: string[] = [];
}
class Secret {
  #items: string[] = [];
  add(item: string): void {
    this.#items.push(item);
  }
  list(): string[] {
    return [...this.#items];
  }
}

/** Adds to whatever kind of value a field holds, deep inside too; `/add` calls it. */
function addTo(value: unknown, item: string): void {
  if (Array.isArray(value)) {
    value.forEach((inner) => { addTo(inner, item); }); // prettier-ignore
    value.push(item);
  } else if (value instanceof Map) {
    for (const inner of value.values()) addTo(inner, item);
    (value as Map<string, unknown>).set(item, item);
  } else if (value instanceof Set) {
    (value as Set<string>).add(item);
  } else if (value instanceof Date) {
    value.setTime(value.getTime() + 1000);
  } else if (value instanceof Secret) {
    value.add(item);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) addTo(inner, item);
    if (!(value instanceof Basket)) (value as Record<string, unknown>)[item] = item;
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Map || inner instanceof Set ? [...inner] : inner instanceof Secret ? inner.list() : inner,
  );
}

/** What a stranger finds after somebody else has changed every value inside their own session. */
async function strangerFinds(schema: SessionSchema, options: object = {}) {
  const sessions = session({ schema, secret: 's', store: new MemoryStore(), ...options } as never);
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/add', (req, res) => {
      const mine = sessions.of(req) as unknown as Record<string, unknown>;
      for (const value of Object.values(mine)) addTo(value, 'x');
      res.status(500).end(); // nothing is stored: what is found was handed over in memory
    });
    app.get('/', (req, res) => res.end(shown({ ...sessions.of(req) })));
  });
  const before = (await client.copy().get('/')).text;
  await client.copy().get('/add');
  await client.copy().get('/add');
  return { before, after: (await client.copy().get('/')).text };
}

const shared = { list: ['a'], deep: [{ list: [] as string[] }], map: new Map([['k', ['a']]]), at: new Date(0) };

/** Schemas of any version of zod, each with a value that the schema itself keeps. */
function schemasOf(zod: typeof z) {
  const list = zod.array(zod.string());
  const asMap = zod.codec(zod.array(zod.tuple([zod.string(), list])), zod.custom<Map<string, string[]>>((x) => x instanceof Map), {
    decode: (pairs) => new Map(pairs),
    encode: (map) => [...map],
  }); // prettier-ignore
  const asSet = zod.codec(list, zod.custom<Set<string>>((x) => x instanceof Set), { decode: (items) => new Set(items), encode: (set) => [...set] }); // prettier-ignore
  const asDate = zod.codec(zod.string(), zod.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }); // prettier-ignore
  const asBasket = zod.codec(list, zod.custom<Basket>((x) => x instanceof Basket), { decode: (items) => Object.assign(new Basket(), { items }), encode: (basket) => basket.items }); // prettier-ignore
  const asSecret = zod.codec(list, zod.custom<Secret>((x) => x instanceof Secret), {
    decode: (items) => { const made = new Secret(); items.forEach((item) => { made.add(item); }); return made; },
    encode: (secret) => secret.list(),
  }); // prettier-ignore
  return {
    'a default': zod.object({ f: list.default([]) }),
    'a default with items': zod.object({ f: list.default(shared.list) }),
    'a default by a function that returns the same': zod.object({ f: list.default(() => shared.list) }),
    'a default inside a default': zod.object({ f: zod.object({ g: zod.array(zod.object({ list })) }).default({ g: shared.deep }) }),
    'a default inside an object': zod.object({ f: zod.object({ g: list.default(shared.list) }).prefault({}) }),
    'a prefault': zod.object({ f: list.prefault(shared.list) }),
    'a prefault of what is handed through': zod.object({ f: zod.any().prefault(shared.deep) }),
    'a default of what is handed through': zod.object({ f: zod.unknown().default(shared.deep) }),
    'a catch': zod.object({ f: list.catch(shared.list) }),
    'a catch by a function': zod.object({ f: zod.array(zod.object({ list })).catch(() => shared.deep) }),
    'a default of a record': zod.object({ f: zod.record(zod.string(), list).default({ a: shared.list }) }),
    'a default of a Map': zod.object({ f: asMap.default(shared.map) }),
    'a default of a Set': zod.object({ f: asSet.default(new Set(['a'])) }),
    'a default of a Date': zod.object({ f: asDate.default(shared.at) }),
    'a default of a class': zod.object({ f: asBasket.default(new Basket()) }),
    'a default of a class with private fields': zod.object({ f: asSecret.default(new Secret()) }),
    'a check that replaces the value': zod.object({ f: list.default([]).overwrite(() => shared.list) }),
    'a readonly default': zod.object({ f: zod.object({ g: list.default(shared.list) }).readonly().prefault({}) }),
    'a union': zod.object({ f: zod.union([zod.string(), list.default(shared.list)]).prefault(undefined as never) }),
    'a loose object': zod.looseObject({ f: list.default(shared.list) }),
    'a lazy schema': zod.object({ f: zod.lazy(() => list.default(shared.list)) }),
  }; // prettier-ignore
}

describe.each([
  ['the newest zod', z],
  ['zod 4.1.6', z416 as unknown as typeof z],
  ['zod 4.1.0', z410 as unknown as typeof z],
])('with %s, two sessions never share', (_, zod) => {
  it.each(Object.entries(schemasOf(zod)))('%s', async (__, schema) => {
    const { before, after } = await strangerFinds(schema, { initial: undefined });
    expect(after).toBe(before);
    expect(after).not.toContain('x');
  });
});

describe('two sessions never share', () => {
  const list = z.array(z.string());
  it.each([
    ['an initial payload', z.object({ f: list }), { initial: { f: ['a'] } }],
    ['the initial payload of a function that returns the same', z.object({ f: list }), { initial: () => shared }],
    ['an initial Map', z.object({ f: mapOf(z.string(), list) }), { initial: { f: shared.map } }],
    ['a Set of the library', z.object({ f: setOf(z.string()).default(new Set(['a'])) }), {}],
    ['a default of valibot', v.object({ f: v.optional(v.array(v.string()), shared.list) }), {}],
    ['a fallback of valibot', v.object({ f: v.fallback(v.array(v.string()), shared.list) }), {}],
    ['what arktype makes', type({ f: type('string[]').default(() => shared.list) }), {}],
  ])('%s', async (_, schema, options) => {
    const given = 'initial' in options && typeof options.initial === 'function' ? { initial: () => ({ f: shared.list }) } : options; // prettier-ignore
    const { before, after } = await strangerFinds(schema, given);
    expect(after).toBe(before);
    expect(after).not.toContain('x');
  });

  it.each([
    ['a list', (): unknown => shared.list],
    ['a Map', (): unknown => shared.map],
    ['a Date', (): unknown => shared.at],
  ])('what a codec returns each time: %s', async (_, decode) => {
    const codec = z.codec(z.string(), z.unknown(), { decode, encode: () => 'stored' });
    const { before, after } = await strangerFinds(z.object({ f: codec.prefault('stored') }));
    expect(after).toBe(before);
  });

  it('an object of a class that a codec returns each time: the error says what to do, unless the object is frozen', async () => {
    const one = new Basket();
    const codec = z.codec(z.string(), z.custom<Basket>((x) => x instanceof Basket), { decode: () => one, encode: () => 'a' }); // prettier-ignore
    const schema = z.object({ f: codec.optional() });
    const sessions = session({ schema, secret: 's', store: new MemoryStore() });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => { sessions.of(req).f = new Basket(); res.end(); }); // prettier-ignore
      app.get('/', (req, res) => res.json(sessions.of(req).f));
    });
    await client.get('/set');
    expect((await client.get('/')).text).toContain('return a new one each time, or freeze it');
    Object.freeze(one);
    expect(await client.json('/')).toEqual({ items: [] });
  });

  it('what onInvalid and a function of merge return each time', async () => {
    const schema = z.object({ f: list.default([]), n: z.int().default(0) });
    const store = new MemoryStore();
    const sessions = session({ schema, secret: 's', store, onInvalid: () => ({ f: shared.list, n: 1 }) });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => { sessions.of(req).n += 1; res.end(); }); // prettier-ignore
      app.get('/add', (req, res) => { sessions.of(req).f.push('x'); res.json(sessions.of(req)); }); // prettier-ignore
    });
    for (const one of [client, client.copy()]) {
      await one.get('/set');
      const { entries } = await store.scan(undefined, 9);
      for (const [key, record] of entries) {
        await store.update(key, { ...record, data: '{"n":"x"}', revision: record.revision + 1 }, record.revision);
      }
      expect(await one.json('/add')).toEqual({ f: ['a', 'x'], n: 1 });
    }
    expect(shared.list).toEqual(['a']);
  });
});
