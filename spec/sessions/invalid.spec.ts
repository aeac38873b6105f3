import { describe, expect, it } from 'vitest';
import { MemoryStore, defineSession, migration, session, type InvalidSession } from 'typed-session';
import { z } from 'zod';
import { itOnExpress, listen, makeApp } from '../support/app.js';
import { openShop, type Options } from '../support/shop.js';

/** An app whose store holds this text for the client. */
async function holding(data: string, options: Options = {}) {
  const opened = await openShop(
    (sessions) => ({
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.json(sessions.of(req));
      },
      '/ignore': (_req, res) => {
        res.end('ok');
      },
    }),
    options,
  );
  const { client, memory } = opened;
  let key = '';
  const create = memory.create.bind(memory);
  memory.create = (k, record) => {
    key ||= k;
    return create(k, record);
  };
  await client.get('/count');
  const record = await memory.read(key);
  if (record === undefined) throw new Error('not stored');
  await memory.update(key, { ...record, data, revision: 2 }, 1);
  const stored = async (): Promise<string | undefined> => (await memory.read(key))?.data;
  return { ...opened, stored, loads: listen('typed-session:load'), invalid: listen('typed-session:invalid') };
}

const cases: Readonly<Record<string, { readonly data: string; readonly outcome: 'corrupt' | 'invalid' }>> = {
  'no JSON': { data: '{"views":', outcome: 'corrupt' },
  nothing: { data: '', outcome: 'corrupt' },
  'an array': { data: '[]', outcome: 'corrupt' },
  null: { data: 'null', outcome: 'corrupt' },
  'a wrong type': { data: '{"views":"1"}', outcome: 'invalid' },
  'a wrong value deep inside': { data: '{"cart":[{"sku":"a","qty":-1}]}', outcome: 'invalid' },
  'a huge number': { data: '{"views":1e400}', outcome: 'invalid' },
  'text that its codec refuses': { data: '{"lastLogin":"yesterday"}', outcome: 'invalid' },
};

describe('a stored session that cannot be used', () => {
  it.each(Object.entries(cases))(
    '(%s) gives a new session with a new id and leaves the stored one alone',
    async (_, { data, outcome }) => {
      const { client, loads, stored } = await holding(data);
      const before = client.cookieHeader;
      expect((await client.get('/ignore')).text).toBe('ok');
      const look = await client.get('/');
      expect(JSON.parse(look.text)).toEqual({ views: 0, cart: [] });
      expect(look.cookies).toEqual([]);
      expect(loads.at(-1)?.outcome).toBe(outcome);
      const change = await client.get('/count');
      expect(JSON.parse(change.text)).toMatchObject({ views: 1 });
      expect(client.cookieHeader).not.toBe(before);
      expect(await stored()).toBe(data);
    },
  );

  it('is reported with paths and without values', async () => {
    const { client, invalid } = await holding('{"views":"secret"}');
    await client.get('/');
    expect(invalid).toMatchObject([{ issues: [{ path: ['views'], code: 'invalid_type' }], schemaVersion: 0 }]);
    expect(JSON.stringify(invalid.map(({ issues }) => issues))).not.toContain('secret');
  });

  itOnExpress("an invalid session is an error under onInvalid: 'error', for requests that read it", async () => {
    const { client } = await holding('{"views":"secret"}', { onInvalid: 'error' });
    const answer = await client.get('/');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('views (invalid_type)');
    expect(answer.text).not.toContain('secret');
    expect((await client.get('/ignore')).status).toBe(200);
  });

  it("keeps the fields that fit under onInvalid: 'repair', and the id", async () => {
    const { client, stored } = await holding('{"views":"x","userId":"ann","cart":[{"sku":"a","qty":0}]}', {
      onInvalid: 'repair',
    });
    const before = client.cookieHeader;
    expect(await client.json('/')).toEqual({ views: 0, userId: 'ann', cart: [] });
    expect(await client.json('/count')).toEqual({ views: 1, userId: 'ann', cart: [] });
    expect(client.cookieHeader).toBe(before);
    expect(await stored()).toBe('{"userId":"ann","views":1,"cart":[]}');
  });

  it('is what a function makes of it', async () => {
    const seen: unknown[] = [];
    const { client } = await holding('{"views":"12"}', {
      onInvalid: ({ data, issues }) => {
        seen.push(data, issues.length);
        return { views: Number(data?.['views']), cart: [] };
      },
    });
    expect(await client.json('/')).toEqual({ views: 12, cart: [] });
    expect(seen).toEqual([{ views: '12' }, 1]);
  });

  it('pollutes no prototype', async () => {
    const { client } = await holding(
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"views":3}',
    );
    expect(await client.json('/')).toEqual({ views: 3, cart: [] });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('every way in which a stored session can be wrong, under every policy', () => {
  const strict = z.object({
    userId: z.string(),
    views: z.int().min(0).default(0),
    any: z.unknown().optional(),
    tree: z.json().optional(),
  });
  const before = z.object({ user: z.string() });
  const today = {
    ...defineSession({
      schema: strict,
      version: 2,
      migrations: { 2: migration(before, strict, ({ user }) => ({ userId: user, views: 0 })) },
    }),
    initial: { userId: 'nobody', views: 0 },
  };
  const deep = `{"userId":"ann","views":3,"tree":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;

  /** What the store holds, and what is left of it by repair: `undefined` where nothing is. */
  const wrong: Readonly<Record<string, { readonly data: string; readonly version?: number; readonly repaired?: object }>> = {
    'wrong types': { data: '{"userId":"ann","views":"3"}', repaired: { userId: 'ann', views: 0 } },
    'a wrong type where the schema has no default': { data: '{"userId":5,"views":3}' },
    'a missing field': { data: '{"views":3}' },
    'corrupt text': { data: '{"userId":"ann"' },
    'no object': { data: '"ann"' },
    'a version that no step starts from': { data: '{"userId":"ann","views":3}', version: 0, repaired: { userId: 'ann', views: 3 } },
    'what its version did not have': { data: '{"userId":"ann","views":3}', version: 1, repaired: { userId: 'ann', views: 3 } },
    'a newer version that does not fit': { data: '{"userId":{"id":"ann"},"views":3}', version: 9 },
    'a number that is none': { data: '{"userId":"ann","views":1e999}', repaired: { userId: 'ann', views: 0 } },
    'a number that no integer is': { data: '{"userId":"ann","views":9007199254740993}', repaired: { userId: 'ann', views: 0 } },
    'more levels than can be walked through': { data: deep, repaired: { userId: 'ann', views: 3 } },
  }; // prettier-ignore

  /** What the schema has no place for, and which is no reason to refuse the rest. */
  const left: Readonly<Record<string, { readonly data: string; readonly found: object }>> = {
    'extra fields': { data: '{"userId":"ann","views":3,"more":{"x":1}}', found: { userId: 'ann', views: 3 } },
    __proto__: { data: '{"userId":"ann","views":3,"__proto__":{"admin":true}}', found: { userId: 'ann', views: 3 } },
    'constructor.prototype': {
      data: '{"userId":"ann","views":3,"constructor":{"prototype":{"admin":true}}}',
      found: { userId: 'ann', views: 3 },
    },
    'a __proto__ inside of what is not looked at': {
      data: '{"userId":"ann","views":3,"any":{"__proto__":{"admin":true},"a":1}}',
      found: { userId: 'ann', views: 3, any: { a: 1 } },
    },
  };

  type AnyOptions = Parameters<typeof session<typeof strict>>[0];

  /** An app whose store holds this for the client, under this version. */
  async function holdingAs(data: string, version: number, onInvalid: unknown) {
    const store = new MemoryStore();
    const sessions = session({ ...today, secret: 's', store, onInvalid } as AnyOptions);
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/', (req, res) => {
        const mine = sessions.of(req);
        res.json({ ...mine, admin: (mine as { admin?: unknown }).admin, any: mine.any });
      });
      app.get('/set', (req, res) => {
        sessions.of(req).userId = 'bob';
        res.end();
      });
    });
    await client.get('/set');
    const { entries } = await store.scan(undefined, 1);
    const [key, record] = entries[0]!;
    await store.update(key, { ...record, data, schemaVersion: version, revision: 2 }, 1);
    return { client, stored: async () => (await store.read(key))?.data };
  }

  describe.each(Object.entries(wrong))('%s', (_, { data, version = 2, repaired }) => {
    it("begins anew under 'reset', and the stored session stays", async () => {
      const { client, stored } = await holdingAs(data, version, 'reset');
      expect(await client.json('/')).toEqual({ userId: 'nobody', views: 0 });
      await client.get('/set');
      expect(await client.json('/')).toEqual({ userId: 'bob', views: 0 });
      expect(await stored()).toBe(data);
    });

    it("is an error under 'error', without a value in it, and the stored session stays", async () => {
      const { client, stored } = await holdingAs(data, version, 'error');
      const { status, text } = await client.get('/');
      expect(status).toBe(500);
      expect(JSON.parse(text)).toMatchObject({ code: 'SESSION_VALIDATION' });
      expect(text).not.toContain('ann');
      expect(await stored()).toBe(data);
    });

    it("keeps what fits under 'repair'", async () => {
      const { client } = await holdingAs(data, version, 'repair');
      const cookie = client.cookieHeader;
      const expected = repaired ?? { userId: 'nobody', views: 0 };
      expect(await client.json('/')).toEqual(expected);
      await client.get('/set');
      expect(await client.json('/')).toEqual({ ...expected, userId: 'bob' });
      expect(client.cookieHeader === cookie).toBe(repaired !== undefined);
    });

    it('is what a function makes of it', async () => {
      const seen: InvalidSession[] = [];
      const { client } = await holdingAs(data, version, (invalid: InvalidSession) => {
        seen.push(invalid);
        return { userId: 'mended', views: 1 };
      });
      expect(await client.json('/')).toEqual({ userId: 'mended', views: 1 });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ schemaVersion: version });
    });
  });

  describe.each(Object.entries(left))('%s', (_, { data, found }) => {
    it.each([['reset'], ['error'], ['repair'], [() => undefined]])('is left out, and harms nobody: %s', async (policy) => {
      const { client } = await holdingAs(data, 2, policy);
      expect(await client.json('/')).toEqual(found);
      await client.get('/set');
      expect(await client.json('/')).toEqual({ ...found, userId: 'bob' });
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    }); // prettier-ignore
  });
});

describe('a stored session of an older shape', () => {
  it('gets its new defaults without being written by one who only looks', async () => {
    const { client, store } = await holding('{"userId":"ann","gone":1}');
    store.calls.length = 0;
    expect(await client.json('/')).toEqual({ views: 0, userId: 'ann', cart: [] });
    expect(store.calls).toEqual(['read']);
    expect(await client.json('/count')).toEqual({ views: 1, userId: 'ann', cart: [] });
    expect(store.calls).toEqual(['read', 'read', 'update']);
  });
});
