import { createContext, runInContext } from 'node:vm';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  MemoryStore,
  SessionOptionsError,
  isoDate,
  mapOf,
  session,
  setOf,
  urlText,
  type SessionStore,
  type StandardSchema,
} from 'typed-session';
import dropIn from 'typed-session/express-session';
import { isPlain, sameEncoded } from '../../lib/schema/encoded-payload.js';
import { isError, isUrl } from '../../lib/realms.js';
import { makeApp } from '../support/app.js';

const secret = 'a secret of at least 32 bytes, for the tests';
const realm = createContext({});

/** Evaluates an expression in another realm, as Jest's tests see what Node's own modules return. */
const foreign = (expression: string): unknown => runInContext(`(${expression})`, realm);

const TREE = '{ access_token: "x", user: { id: 1, roles: ["a", { deep: [] }], none: null } }';

/** An app that sets one field from a request and shows it to the next one. */
async function keep(schema: z.ZodObject | StandardSchema<object, object>, value: unknown) {
  const sessions = session({ schema: schema as z.ZodObject, secret });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/set', (req, res) => {
      Object.assign(sessions.of(req), { value });
      res.send('stored');
    });
    app.get('/get', (req, res) => {
      const { value } = sessions.of(req) as unknown as { value: unknown };
      res.json(value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value);
    });
  });
  const { status, text } = await client.get('/set');
  expect({ status, text }).toEqual({ status: 200, text: 'stored' });
  return client.json('/get');
}

describe('a value of another realm', () => {
  const open: Readonly<Record<string, z.ZodObject | StandardSchema<object, object>>> = {
    'a loose object': z.object({ value: z.looseObject({}).optional() }),
    unknown: z.object({ value: z.unknown().optional() }),
    'a record': z.object({ value: z.record(z.string(), z.any()).optional() }),
    "zod's object": z.object({
      value: z
        .object({ access_token: z.string(), user: z.object({ id: z.int(), roles: z.array(z.any()), none: z.null() }) })
        .optional(),
    }),
    'an object of valibot': v.object({ value: v.optional(v.looseObject({})) }),
    'an object of arktype': type({ 'value?': 'object' }),
  };
  it.each(Object.entries(open))('is stored as a plain object where the schema has %s', async (_what, schema) => {
    expect(await keep(schema, foreign(TREE))).toEqual(JSON.parse(JSON.stringify(foreign(TREE))));
  });

  it('is stored where the schema has an array', async () => {
    expect(await keep(z.object({ value: z.array(z.int()).optional() }), foreign('[1, 2]'))).toEqual([1, 2]);
  });

  it.each<[string, z.ZodType, string, unknown]>([
    ['isoDate', isoDate, 'new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['mapOf', mapOf(z.string(), isoDate), 'new Map([["a", new Date(0)]])', [['a', '1970-01-01T00:00:00.000Z']]],
    ['setOf', setOf(z.string()), 'new Set(["a"])', ['a']],
  ])('is encoded by %s', async (_codec, schema, expression, shown) => {
    expect(await keep(z.object({ value: schema.optional() }), foreign(expression))).toEqual(shown);
  });

  it('is encoded by urlText, as the URL of a test environment is', async () => {
    class URL {
      readonly href = 'https://example.com/';
      readonly [Symbol.toStringTag] = 'URL';
    }
    expect(await keep(z.object({ value: urlText.optional() }), new URL())).toBe('https://example.com/');
  });

  it('is refused by isoDate where it is no valid date', async () => {
    for (const expression of ['new Date(NaN)', '{ getTime() { return 0 } }', '"1970-01-01T00:00:00.000Z"']) {
      const encoded = z.safeEncode(z.object({ value: isoDate }), { value: foreign(expression) as Date });
      expect(encoded.error?.issues).toMatchObject([{ code: 'invalid_type', path: ['value'] }]);
    }
  });

  it.each([
    ['new Date(0)', 'value is an instance of Date: declare it as isoDate'],
    ['new Map()', 'value is an instance of Map: declare it as mapOf(key, value)'],
    ['new (class Money {})()', 'value is an instance of Money'],
  ])('is refused with the advice for its class: %s', async (expression, message) => {
    const sessions = session({ schema: z.object({ value: z.unknown().optional() }), secret });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/', (req, res) => {
        sessions.of(req).value = foreign(expression);
        res.end();
      });
    });
    const { status, text } = await client.get('/');
    expect(status).toBe(500);
    expect(text).toContain(message);
  });

  it('is frozen however deep in a read-only session, as a plain object is', async () => {
    const { freeze } = await import('../../lib/sessions/payload-fields.js');
    const payload = { value: foreign(TREE) as { user: { roles: unknown[] } } };
    freeze(payload);
    expect(Object.isFrozen(payload.value.user.roles)).toBe(true);
  });
});

it('an object is plain in every realm, and one of a class is plain in none', () => {
  for (const expression of ['{}', TREE, 'JSON.parse("{}")', 'Object.create(null)']) {
    expect([expression, isPlain(foreign(expression))]).toEqual([expression, true]);
  }
  const others = ['[]', 'new Date()', 'new Map()', 'new Uint8Array()', 'new (class A {})()', '() => {}', 'new Error()'];
  for (const expression of [...others, 'Object.create({})', 'new Boolean(true)', 'Promise.resolve()', '/a/']) {
    expect([expression, isPlain(foreign(expression))]).toEqual([expression, false]);
  }
  class OfNull {
    static make(): unknown {
      return Object.create(Object.setPrototypeOf(OfNull.prototype, null) as object);
    }
  }
  expect(isPlain(OfNull.make())).toBe(false);
  expect(isPlain(structuredClone({ a: 1 }))).toBe(true);
  expect(sameEncoded(foreign(TREE), JSON.parse(JSON.stringify(foreign(TREE))))).toBe(true);
  expect(isUrl({ href: 'https://example.com/' })).toBe(false);
});

describe('an error of another realm', () => {
  const broken = (thrown: unknown): SessionStore => {
    const store = new MemoryStore();
    store.create = async () => {
      throw thrown;
    };
    return store;
  };
  async function said(store: SessionStore): Promise<string> {
    const sessions = session({ schema: z.object({ n: z.int().optional() }), secret, store });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/', (req, res) => {
        sessions.of(req).n = 1;
        res.end();
      });
    });
    const { status, text } = await client.get('/');
    expect(status).toBe(503);
    return text;
  }

  it.each([
    ['new TypeError("secret")', 'TypeError'],
    ['Object.assign(new Error("secret"), { code: "ECONNREFUSED" })', 'Error (ECONNREFUSED)'],
    ['new (class PoolError extends Error {})("secret")', 'PoolError'],
    ['Object.assign(new RangeError("secret"), { name: "Timeout", code: "E_LATE" })', 'Timeout (E_LATE)'],
  ])('of the store is reported by its name and code: %s', async (expression, kind) => {
    const text = await said(broken(foreign(expression)));
    expect(text).toContain(`rejected with ${kind}; see cause`);
    expect(text).not.toContain('secret');
  });

  it('is an error, whatever its class; what only looks like one is not', () => {
    for (const expression of ['new Error()', 'new AggregateError([])', 'new (class A extends Error {})()']) {
      expect([expression, isError(foreign(expression))]).toEqual([expression, true]);
    }
    expect(isError(new DOMException('late', 'AbortError'))).toBe(true);
    for (const expression of ['{}', '"Error"', 'null', '{ name: "Error", message: "" }']) {
      expect([expression, isError(foreign(expression))]).toEqual([expression, false]);
    }
  });
});

it('what is given as an option may be of another realm', () => {
  const schema = z.object({ n: z.int().optional() });
  const bytes = foreign('new Uint8Array(32).fill(7)') as Uint8Array;
  expect(() => session({ schema, secret: bytes })).not.toThrow();
  const encrypted = z.object({ n: z.int().optional().meta({ sensitive: 'encrypted' }) });
  expect(() => session({ schema: encrypted, secret, encryption: bytes })).not.toThrow();
  expect(() => session({ schema, secret, cookie: { expires: foreign('new Date(1e13)') } as never })).not.toThrow();
});

it('an async schema of another realm is refused like one of this realm', () => {
  const refinement = foreign('async () => true') as () => Promise<boolean>;
  const schema = z.object({ n: z.int().optional() }).refine(refinement);
  expect(() => session({ schema, secret })).toThrow(SessionOptionsError);
  const standard: StandardSchema<{ n?: number }, { n?: number }> = {
    '~standard': { version: 1, vendor: 'test', validate: () => foreign('Promise.resolve({ value: {} })') as never },
  };
  expect(() => session({ schema: standard, secret })).toThrow(SessionOptionsError);
});

it('the drop-in takes a Date of another realm as the end of a cookie', async () => {
  const client = await makeApp((app) => {
    app.use(dropIn({ secret, resave: false, saveUninitialized: false }));
    app.get('/', (req, res) => {
      const { session } = req as unknown as { session: { n: number; cookie: { expires: unknown; maxAge: unknown } } };
      session.n = 1;
      session.cookie.expires = foreign('new Date(Date.now() + 60_000)');
      res.json(typeof session.cookie.maxAge);
    });
  });
  const answer = await client.get('/');
  expect(answer.text).toBe('"number"');
  expect(answer.cookies[0]).toContain('Expires=');
});
