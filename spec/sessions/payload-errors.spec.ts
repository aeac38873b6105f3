import { inspect } from 'node:util';
import { type } from 'arktype';
import type { ErrorRequestHandler } from 'express';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  MemoryStore,
  SessionValidationError,
  defineSession,
  mapOf,
  migration,
  session,
  setOf,
  type SessionSchema,
} from 'typed-session';
import { z } from 'zod';
import { findNotJson } from '../../lib/schema/json-values.js';
import { ProbedStore, listen, makeApp } from '../support/app.js';

type AnyOptions = Parameters<typeof session<any>>[0];

/** An app whose `/change` does what the test says; `seen` has the errors that reach the app's error handler. */
async function open(schema: unknown, options: object = {}) {
  const store = new ProbedStore(new MemoryStore());
  const sessions = session({ schema: schema as SessionSchema, secret: 's', store, ...options });
  const seen: (Error & { issues?: { path: PropertyKey[]; code: string }[] })[] = [];
  let change: (mine: any) => unknown = () => undefined;
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/change', async (req, res) => {
      await change(sessions.of(req));
      res.end();
    });
    app.use(((error, _req, _res, next) => {
      seen.push(error as Error);
      next(error);
    }) as ErrorRequestHandler);
  });
  return {
    client,
    store,
    seen,
    change: (by: typeof change) => {
      change = by;
      return client.get('/change');
    },
  };
}

const bug = new TypeError('a bug that quotes the value hunter2');
const broken = (on: 'decode' | 'encode' | 'never') => {
  const fail = { on };
  const codec = z.codec(z.string(), z.object({ x: z.number() }), {
    decode: (text) => {
      if (fail.on === 'decode') throw bug;
      return { x: Number(text) };
    },
    encode: (point) => {
      if (fail.on === 'encode') throw bug;
      return String(point.x);
    },
  });
  return { codec, fail };
};

describe('an error that code of the app throws inside of a schema is the cause, with the path to the field:', () => {
  const x = { x: 1 };
  it.each<[string, (codec: z.ZodType) => z.ZodType, unknown, PropertyKey[]]>([
    ['of the payload', (codec) => codec.optional(), x, ['at']],
    ['in an object', (codec) => z.object({ in: z.object({ y: z.int().optional(), p: codec }) }).optional(), { in: { p: x } }, ['at', 'in', 'p']],
    ['in a list', (codec) => z.array(z.object({ p: codec.optional() })).optional(), [{}, { p: x }], ['at', 1, 'p']],
    ['in a record', (codec) => z.record(z.string(), codec).optional(), { 'ann@a.test': x }, ['at', '*']],
    ['in a union', (codec) => z.union([z.int(), codec]).optional(), x, ['at']],
    ['in a tuple', (codec) => z.tuple([z.int(), codec]).optional(), [1, x], ['at', 1]],
    ['in a Set', (codec) => setOf(codec).optional(), new Set([x]), ['at', 0]],
    ['in a Map', (codec) => mapOf(z.string(), codec).optional(), new Map([['k', x]]), ['at', 0, 1]],
  ])('%s', async (_, schemaOf, value, path) => {
    const { codec, fail } = broken('never');
    const { client, change, seen } = await open(z.object({ other: z.string().optional(), at: schemaOf(codec) }), { onInvalid: 'error' }); // prettier-ignore
    await change((mine) => { mine.at = value; }); // prettier-ignore
    expect(seen).toEqual([]);
    fail.on = 'decode';
    await client.get('/');
    fail.on = 'encode';
    await change((mine) => { mine.at = value; mine.other = 'changed'; }); // prettier-ignore
    expect(seen).toHaveLength(2);
    for (const error of seen) {
      expect(error).toBeInstanceOf(SessionValidationError);
      expect(error.cause).toBe(bug);
      expect(error.issues).toEqual([{ path, code: 'codec_failed' }]);
      expect(error.message).not.toMatch(/hunter2|ann@/);
    }
  }); // prettier-ignore

  it.each<[string, z.ZodType]>([
    ['a refinement', z.string().refine(() => { throw bug; }).optional()], // prettier-ignore
    ['a default', z.string().optional().default(() => { throw bug; })], // prettier-ignore
  ])('%s', async (name, at) => {
    const schema = z.object({ n: z.int().default(0), in: z.object({ at }).optional() });
    const { client, change, seen } = await open(schema, { onInvalid: 'error' });
    await change((mine) => {
      mine.in = name === 'a default' ? {} : { at: 'x' };
    });
    if (name === 'a default') await client.get('/');
    expect(seen).toMatchObject([{ cause: bug, issues: [{ path: ['in', 'at'], code: 'codec_failed' }] }]);
  });

  it('a default at start-up', () => {
    const schema = z.object({ at: z.string().default(() => { throw bug; }) }); // prettier-ignore
    let error: unknown;
    try {
      session({ schema, secret: 's' });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'SESSION_OPTIONS', option: 'initial', cause: bug });
    expect((error as Error).message).toContain('at');
  });

  it('initial, at start-up and later', async () => {
    let fails = false;
    const initial = () => {
      if (fails) throw bug;
      return { n: 1 };
    };
    const { client, seen } = await open(z.object({ n: z.int() }), { initial });
    fails = true;
    await client.get('/');
    expect(seen).toMatchObject([{ code: 'SESSION_VALIDATION', cause: bug }]);
    expect(() => session({ schema: z.object({ n: z.int() }), secret: 's', initial })).toThrow(/initial/);
  });

  it('a migration', async () => {
    const [v0, v1] = [z.object({ a: z.int().optional() }), z.object({ b: z.int().optional() })];
    const step = migration(v0, v1, () => { throw bug; }); // prettier-ignore
    const store = new MemoryStore();
    const before = await open(v0, { store });
    await before.change((mine) => { mine.a = 1; }); // prettier-ignore
    const { client, seen } = await open(v1, { store, onInvalid: 'error', ...defineSession({ schema: v1, version: 1, migrations: { 1: step } }) }); // prettier-ignore
    for (const [name, value] of before.client.jar) client.jar.set(name, value);
    await client.get('/');
    expect(seen).toMatchObject([{ cause: bug, issues: [{ path: [], code: 'migration_failed' }] }]);
  });

  it('a function of merge', async () => {
    const merge = { n: () => { throw bug; } }; // prettier-ignore
    const { client, change, store, seen } = await open(z.object({ n: z.int().default(0) }), { merge });
    await change((mine) => { mine.n = 1; }); // prettier-ignore
    let isFirst = true;
    await change(async (mine) => {
      mine.n = 2;
      if (!isFirst) return;
      isFirst = false;
      store.before.update = async () => {
        store.before = {};
        await client.copy().get('/change');
      };
      await Promise.resolve();
    });
    expect(seen).toMatchObject([{ code: 'SESSION_VALIDATION', cause: bug, issues: [{ path: ['n'], code: 'merge_failed' }] }]); // prettier-ignore
  });

  it('a schema of Standard Schema', async () => {
    let fails = false;
    const schema = { '~standard': { version: 1, vendor: 'x', validate: (value: object) => { if (fails) throw bug; return { value }; } } }; // prettier-ignore
    const { change, seen } = await open(schema);
    await change((mine) => { fails = true; mine.n = 1; }); // prettier-ignore
    expect(seen).toMatchObject([{ cause: bug, issues: [{ code: 'codec_failed' }] }]);
  });
});

describe('no error and no event has a key that a client chose:', () => {
  const key = 'ann@a.test';
  const int = z.int();
  it.each<[string, unknown, unknown, string]>([
    ['z.record', z.record(z.string(), int), { [key]: 'x' }, 'f[*] (invalid_type)'],
    ['z.record in z.record', z.record(z.string(), z.record(z.string(), int)), { [key]: { [key]: 'x' } }, 'f[*][*] (invalid_type)'],
    ['the key itself', z.record(z.string().max(3), int), { [key]: 1 }, 'f[*] (invalid_key)'],
    ['a record of named keys', z.record(z.enum(['a', 'b']), int), { a: 'x', b: 1 }, 'f.a (invalid_type)'],
    ['a catchall', z.object({ a: int.optional() }).catchall(int), { [key]: 'x' }, 'f[*] (invalid_type)'],
    ['a union', z.union([z.int(), z.record(z.string(), z.object({ a: int }))]), { [key]: { a: 'x' } }, 'f (invalid_union)'],
    ['z.json', z.json(), { [key]: { a: undefined, b: () => 1 } }, 'f'],
    ['z.any', z.any(), { [key]: { deep: [new Date()] } }, 'f[*][*][0] (not_json)'],
    ['z.unknown', z.unknown(), { [key]: 5n }, 'f[*] (not_json)'],
    ['a path of the app', z.record(z.string(), int).superRefine((_, ctx) => { ctx.addIssue({ code: 'custom', path: [key] }); }), { a: 1 }, 'f[*] (custom)'],
    ['a strict object in a record', z.record(z.string(), z.strictObject({ a: int })), { [key]: { a: 1, [key]: 1 } }, 'f[*] (unrecognized_keys)'],
  ])('%s', async (_, f, value, end) => {
    const { change, seen } = await open(z.object({ f: (f as z.ZodType).optional() }));
    const events = listen('typed-session:error');
    await change((mine) => { mine.f = value; }); // prettier-ignore
    expect(seen).toHaveLength(1);
    expect(seen[0]?.message).toContain(end);
    expect(inspect([seen, events.map(({ error }) => error)], { depth: 9 })).not.toContain(key);
  }); // prettier-ignore

  it.each<[string, unknown]>([
    ['a record of valibot', v.object({ f: v.optional(v.record(v.string(), v.object({ a: v.number() }))) })],
    ['a map of arktype', type({ 'f?': { '[string]': { a: 'number' } } })],
  ])('%s', async (_, schema) => {
    const { change, seen } = await open(schema);
    await change((mine) => { mine.f = { [key]: { a: 'x' } }; }); // prettier-ignore
    expect(seen[0]?.message).toMatch(/: f\[\*\]\.a \(invalid\)\. See/);
  });

  it('a stored session that does not fit', async () => {
    const loose = await open(z.looseObject({}));
    await loose.change((mine) => { mine.f = { [key]: 'x' }; }); // prettier-ignore
    const events = listen('typed-session:invalid');
    const { client } = await open(z.object({ f: z.record(z.string(), z.int()).optional() }), { store: loose.store });
    for (const [name, value] of loose.client.jar) client.jar.set(name, value);
    await client.get('/');
    expect(events.map(({ issues }) => issues)).toEqual([[{ path: ['f', '*'], code: 'invalid_type' }]]);
  });

  it('a conflict of fields that no schema names', async () => {
    const { client, change, store, seen } = await open(z.looseObject({}), { conflict: 'error' });
    await change((mine) => { mine[key] = 1; }); // prettier-ignore
    let count = 2;
    await change((mine) => {
      mine[key] = count++;
      if (count > 3) return;
      store.before.update = async () => {
        store.before = {};
        await client.copy().get('/change');
      };
    });
    expect(seen[0]?.message).toContain('[*]');
    expect(seen[0]?.message).not.toContain(key);
  });
});

describe('a session is at most 500 levels deep:', () => {
  const nest = (levels: number, kind: 'list' | 'object'): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = kind === 'list' ? [value] : { a: value };
    return value;
  };
  const schemas = {
    any: z.object({ f: z.any().optional(), n: z.int().default(0) }),
    json: z.object({ f: z.json().optional(), n: z.int().default(0) }),
    loose: z.looseObject({ n: z.int().default(0) }),
    valibot: v.looseObject({ n: v.optional(v.number(), 0) }),
  };
  describe.each(Object.entries(schemas))('%s', (_, schema) => {
    it.each(['list', 'object'] as const)('a %s of 499 levels is stored, and loaded and changed again', async (kind) => {
      const { client, change, seen } = await open(schema);
      await change((mine) => { mine.f = nest(499, kind); }); // prettier-ignore
      await change((mine) => { mine.n += 1; }); // prettier-ignore
      expect(seen).toEqual([]);
      expect(await client.json('/')).toEqual({ n: 1, f: nest(499, kind) });
    });

    it.each(['list', 'object'] as const)('a %s of 500, 2,000 or 6,000 is a SessionValidationError', async (kind) => {
      const { client, change, seen, store } = await open(schema);
      for (const levels of [500, 2_000, 6_000, 100_000]) await change((mine) => { mine.f = nest(levels, kind); }); // prettier-ignore
      expect(seen).toHaveLength(4);
      for (const error of seen)
        expect(error).toMatchObject({ code: 'SESSION_VALIDATION', issues: [{ code: 'too_deep' }] });
      expect(store.calls).not.toContain('create');
      expect((await client.get('/')).status).toBe(200);
    });
  });

  it('the work to find out is in proportion to the levels', () => {
    for (const levels of [100, 200, 400]) {
      let steps = 0;
      const watch = (value: unknown): unknown =>
        typeof value === 'object' && value !== null
          ? new Proxy(value, { get: (target, name) => { steps++; return watch(Reflect.get(target, name)); }, getPrototypeOf: (target) => Reflect.getPrototypeOf(target) })
          : value; // prettier-ignore
      findNotJson(watch({ f: nest(levels, 'list') }));
      expect(steps).toBeLessThan(levels * 8 + 20);
    }
  });
});

describe('fields that are named like members of every object', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  it.each(names)('%s may be deleted by one request while another one writes', async (name) => {
    const { client, change, store, seen } = await open(z.looseObject({ n: z.int().default(0) }));
    await change((mine) => { mine[name] = 'x'; }); // prettier-ignore
    let isFirst = true;
    const answer = await change((mine) => {
      if (!isFirst) {
        mine.n += 1;
        return;
      }
      isFirst = false;
      Reflect.deleteProperty(mine, name);
      store.before.update = async () => {
        store.before = {};
        await client.copy().get('/change');
      };
    });
    expect(seen).toEqual([]);
    expect(answer.status).toBe(200);
    expect(Object.entries((await client.json('/')) as object)).toEqual([['n', 1]]);
  });

  it('may be missing from an object inside of the payload', async () => {
    const schema = z.object({ o: z.object({ constructor: z.string().optional(), toString: z.string().optional() }).optional() }); // prettier-ignore
    const { client, change, seen } = await open(schema);
    await change((mine) => { mine.o = {}; }); // prettier-ignore
    expect(await client.json('/')).toEqual({ o: {} });
    await change((mine) => { mine.o.toString = 'x'; }); // prettier-ignore
    expect(seen).toEqual([]);
    expect((await client.get('/')).text).toBe('{"o":{"toString":"x"}}');
  });
});

describe('a sensitive field', () => {
  const pan = z.string().meta({ sensitive: true });
  const schema = z.object({
    userId: z.string().optional(),
    phone: pan.optional(),
    cards: z.array(z.object({ last4: z.string(), pan })).default([]),
    byName: mapOf(z.string(), z.object({ last4: z.string(), pan })).optional(),
    all: setOf(z.object({ pan: pan.optional(), ok: z.string() })).optional(),
    coded: z.codec(z.string(), z.object({ pan, ok: z.string() }), { decode: (t) => JSON.parse(t) as { pan: string; ok: string }, encode: (o) => JSON.stringify(o) }).optional(),
    born: z.codec(z.string(), z.date().meta({ sensitive: true }), { decode: (t) => new Date(t), encode: (d) => d.toISOString() }).optional(),
  }); // prettier-ignore

  it('is left out of JSON.stringify, res.json and util.inspect, however deep, and stays in the session', async () => {
    const { client, change } = await open(schema);
    let shown = '';
    await change((mine) => {
      const card = () => ({ last4: '4242', pan: 'SECRET' });
      Object.assign(mine, { userId: 'ann', phone: 'SECRET', cards: [card()], byName: new Map([['a', card()]]), all: new Set([{ pan: 'SECRET', ok: 'y' }]), coded: { pan: 'SECRET', ok: 'y' }, born: new Date('2001-01-01') }); // prettier-ignore
      shown = JSON.stringify(mine) + JSON.stringify({ req: { session: mine } }) + inspect(mine, { depth: 9 });
      expect(mine.phone).toBe('SECRET');
      expect(Object.keys(mine)).not.toContain('toJSON');
    });
    for (const text of [shown, (await client.get('/')).text]) {
      expect(text).toContain('ann');
      expect(text).toContain('4242');
      expect(text).not.toMatch(/SECRET|2001/);
    }
    await change((mine) => {
      expect(mine.phone).toBe('SECRET');
      expect(mine.cards[0].pan).toBe('SECRET');
    });
  });
});

describe('a schema whose values are no objects is refused at start-up, with what to write instead:', () => {
  it.each([
    z.string(),
    z.array(z.string()),
    z.any(),
    z.custom<object>(() => true),
    z.unknown(),
    z.date(),
    z.union([z.object({}), z.string()]),
    z.object({}).nullable(),
    z.lazy(() => z.string()),
    z.map(z.string(), z.string()),
  ])('%#', (schema) => {
    expect(() => session({ schema: schema as unknown as SessionSchema, secret: 's' })).toThrow(/^schema: .*must be an object, z\.object\(\{ … \}\) or a union of objects/); // prettier-ignore
  });
});
