import { describe, expect, it } from 'vitest';
import { listen } from '../support/app.js';
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

  it("is an error under onInvalid: 'error', for requests that look", async () => {
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
