import { inspect } from 'node:util';
import { randomBytes } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryStore, SessionOptionsError, expiring, isoDate, session, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { listen, makeApp, type Client } from '../support/app.js';

const minute = 60_000;
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];

const schema = z.object({
  views: z.int().default(0),
  userId: z.string().optional(),
  code: expiring(z.string(), { after: 10 * minute }),
  confirmedAt: expiring(isoDate, { after: minute }),
  ssn: z.string().meta({ sensitive: 'encrypted' }).optional(),
  otp: expiring(z.object({ digits: z.string() }).meta({ sensitive: 'encrypted' }), { after: minute }),
  phone: z.string().meta({ sensitive: true }).optional(),
  profile: z.object({ name: z.string(), born: isoDate.meta({ sensitive: true }).optional() }).optional(),
  cards: z.array(z.object({ last4: z.string(), pan: z.string().meta({ sensitive: true }) })).default([]),
});

type Data = Partial<z.output<typeof schema>>;

/** An app that assigns what the test says, and shows its session. */
async function open(options: object = {}, store: SessionStore = new MemoryStore()) {
  let assign: Data = {};
  const sessions = session({ schema, secret: 's', store, encryption: newKey, ...options });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json({ ...sessions.of(req) }));
    app.get('/set', (req, res) => {
      Object.assign(sessions.of(req), assign);
      res.json({ ...sessions.of(req) });
    });
    app.get('/rotate', async (req, res) => {
      await sessions.of(req).rotate();
      res.end();
    });
    app.get('/take/:field', async (req, res) => {
      res.json((await sessions.of(req).take(req.params.field as 'code')) ?? null);
    });
    app.get('/inspect', (req, res) => {
      const mine = sessions.of(req);
      res.json([
        inspect(mine),
        inspect(req),
        inspect({ mine }, { depth: 9 }),
        JSON.stringify(mine),
        JSON.stringify({ mine }),
        logged((logger) => logger.info({ mine, request: { session: mine } }, 'seen')),
        logged((logger) => logger.child({ mine }).info('seen')),
      ]);
    });
  });
  const set = (data: Data, by: Client = client): Promise<unknown> => {
    assign = data;
    return by.json('/set');
  };
  return { client, store, set };
}

/** What pino writes into a log. */
function logged(log: (logger: Logger) => void): string {
  let text = '';
  log(pino({}, { write: (line) => (text += line) }));
  return text;
}

/** The text that the store holds of the one session, and the tree in it. */
async function stored(store: SessionStore): Promise<Record<string, unknown>> {
  const { entries } = (await store.scan?.(undefined, 10)) ?? { entries: [] };
  expect(entries).toHaveLength(1);
  return JSON.parse(entries[0]![1].data) as Record<string, unknown>;
}

function give(from: Client, to: Client): Client {
  for (const [name, value] of from.jar) to.jar.set(name, value);
  return to;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 1, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

describe('a field that expires', () => {
  it('is there until its time is over, and the rest of the session stays', async () => {
    const { client, set } = await open();
    await set({ code: 'abc', userId: 'ann' });
    pass(10 * minute - 1);
    expect(await client.json('/')).toMatchObject({ code: 'abc', userId: 'ann' });
    pass(1);
    expect(await client.json('/')).not.toHaveProperty('code');
    expect(await client.json('/')).toMatchObject({ userId: 'ann' });
  });

  it('gets no more time by whatever else happens to the session', async () => {
    const { client, set } = await open();
    await set({ code: 'abc' });
    pass(6 * minute);
    await set({ views: 1 });
    await set({ code: 'abc' });
    await client.get('/rotate');
    await client.get('/take/phone');
    pass(4 * minute - 1);
    expect(await client.json('/')).toMatchObject({ code: 'abc', views: 1 });
    pass(1);
    expect(await client.json('/')).not.toHaveProperty('code');
  });

  it('gets its whole time again by another value', async () => {
    const { client, set } = await open();
    await set({ code: 'abc' });
    pass(9 * minute);
    await set({ code: 'xyz' });
    pass(9 * minute);
    expect(await client.json('/')).toMatchObject({ code: 'xyz' });
  });

  it('leaves the store with the next change', async () => {
    const { store, set } = await open();
    await set({ code: 'abc' });
    expect(await stored(store)).toMatchObject({ code: { '~value': 'abc' } });
    pass(11 * minute);
    await set({ views: 2 });
    expect(await stored(store)).not.toHaveProperty('code');
  });

  it('may have a codec, and may be taken once', async () => {
    const { client, store, set } = await open();
    const now = new Date();
    expect(await set({ confirmedAt: now, code: 'abc' })).toMatchObject({ confirmedAt: now.toISOString() });
    expect(await client.json('/')).toMatchObject({ confirmedAt: now.toISOString() });
    expect(await client.json('/take/code')).toBe('abc');
    expect(await client.json('/take/code')).toBeNull();
    expect(Object.keys(await stored(store))).not.toContain('code');
  });

  it('that was stored before it expired is taken as it is, and begins its time when it is next stored', async () => {
    const store = new MemoryStore();
    const plain = z.object({ code: z.string().optional(), views: z.int().default(0) });
    const before = session({ schema: plain, secret: 's', store });
    const old = await makeApp((app) => {
      app.use(before);
      app.get('/set', (req, res) => {
        before.of(req).code = 'abc';
        res.end();
      });
    });
    await old.get('/set');
    const { client, set } = await open({}, store);
    give(old, client);
    expect(await client.json('/')).toMatchObject({ code: 'abc' });
    await set({ views: 1 });
    pass(10 * minute);
    expect(await client.json('/')).toEqual({ views: 1, cards: [] });
  });

  it.each([0, -1, NaN, Infinity, '5'])('has to have a time: not %s', (after) => {
    expect(() => expiring(z.string(), { after: after as number })).toThrow(SessionOptionsError);
  });

  it('has to be a field of the payload itself', () => {
    const nested = z.object({ a: z.object({ code: expiring(z.string(), { after: 1 }) }).optional() });
    expect(() => session({ schema: nested, secret: 's' })).toThrow(/schema: a\.code: expiring\(…\) is for a field of the payload itself/);
  }); // prettier-ignore
});

describe('an encrypted field', () => {
  it('cannot be read in the store, and comes back as it was', async () => {
    const { client, store, set } = await open();
    await set({ ssn: '078-05-1120', phone: '555' });
    const text = JSON.stringify(await stored(store));
    expect(text).not.toContain('078-05');
    expect(text).toContain('"phone":"555"');
    expect((await stored(store))['ssn']).toMatch(/^enc1\.[\w-]+$/);
    expect(await client.json('/')).toMatchObject({ ssn: '078-05-1120' });
  });

  it('keeps its ciphertext while it stays the same, and never has the same twice', async () => {
    const { store, set } = await open();
    await set({ ssn: 'one' });
    const first = (await stored(store))['ssn'];
    await set({ views: 1 });
    expect((await stored(store))['ssn']).toBe(first);
    await set({ ssn: 'two' });
    await set({ ssn: 'one' });
    expect((await stored(store))['ssn']).not.toBe(first);
  });

  it('expires as well where both were asked for', async () => {
    const { client, store, set } = await open();
    await set({ otp: { digits: '123456' } });
    expect(JSON.stringify(await stored(store))).not.toContain('123456');
    expect(await client.json('/')).toMatchObject({ otp: { digits: '123456' } });
    pass(minute);
    expect(await client.json('/')).not.toHaveProperty('otp');
  });

  it('is read by an older key, and encrypted by the newest when it is next stored', async () => {
    const store = new MemoryStore();
    const before = await open({ encryption: oldKey }, store);
    await before.set({ ssn: 'one' });
    const sealed = (await stored(store))['ssn'];
    const both = await open({ encryption: [newKey, oldKey.toString('base64')] }, store);
    give(before.client, both.client);
    expect(await both.client.json('/')).toMatchObject({ ssn: 'one' });
    expect((await stored(store))['ssn']).toBe(sealed);
    await both.set({ views: 1 });
    expect((await stored(store))['ssn']).not.toBe(sealed);
    const after = await open({ encryption: newKey.toString('hex') }, store);
    give(before.client, after.client);
    expect(await after.client.json('/')).toMatchObject({ ssn: 'one', views: 1 });
  });

  it.each([
    ['whose key is gone', (text: string) => text],
    ['that was tampered with', (text: string) => text.replace(/(enc1\..{30})./, (_, start: string) => `${start}!`)],
    ['that was moved from another field', (text: string) => text.replace('"ssn"', '"other"').replace('"pin"', '"ssn"')],
  ])('%s is a case for onInvalid', async (_, change) => {
    const store = new MemoryStore();
    const both = z.object({
      ssn: z.string().meta({ sensitive: 'encrypted' }).optional(),
      pin: z.string().meta({ sensitive: 'encrypted' }).optional(),
    });
    const first = session({ schema: both, secret: 's', store, encryption: oldKey });
    const app = await makeApp((to) => {
      to.use(first);
      to.get('/set', (req, res) => {
        Object.assign(first.of(req), { ssn: 'one', pin: 'two' });
        res.end();
      });
    });
    await app.get('/set');
    const { entries } = await store.scan(undefined, 1);
    const [key, record] = entries[0]!;
    const text = change(record.data);
    await store.update(key, { ...record, data: text, revision: record.revision + 1 }, record.revision);
    const invalid = listen('typed-session:invalid');
    const keys = text === record.data ? newKey : oldKey;
    const { client } = await open({ encryption: keys }, store);
    expect(await give(app, client).json('/')).toEqual({ views: 0, cards: [] });
    expect(invalid.map(({ issues }) => issues)).toEqual([[{ path: ['ssn'], code: 'undecryptable' }]]);
    const keeping = await open({ encryption: keys, onInvalid: 'repair' }, store);
    expect(await give(app, keeping.client).json('/')).toEqual({ views: 0, cards: [] });
  });

  it('needs a key at start-up', () => {
    expect(() => session({ schema, secret: 's' })).toThrow(/encryption: the field ssn is to be encrypted: pass a key/);
  });

  it.each([['short'], [Buffer.alloc(16)], [[]], [[newKey, 'short']], [5]])('needs a key of 32 bytes: %#', (encryption) => {
    expect(() => session({ schema, secret: 's', encryption: encryption as never })).toThrow(/encryption: /);
  }); // prettier-ignore

  it('has to be a field of the payload itself', () => {
    const nested = z.object({ a: z.object({ pin: z.string().meta({ sensitive: 'encrypted' }) }).optional() });
    expect(() => session({ schema: nested, secret: 's', encryption: newKey })).toThrow(/a\.pin: sensitive: 'encrypted' is for a field/); // prettier-ignore
  });

  it('cannot be the principal, which stores have to find sessions by', () => {
    expect(() => session({ schema, secret: 's', encryption: newKey, principal: 'ssn' })).toThrow(/principal/);
  });
});

describe('a sensitive field', () => {
  it('is left out wherever the session is printed, however deep it lies', async () => {
    const { client, set } = await open();
    const born = new Date(0);
    await set({
      phone: '555-0100',
      ssn: '078-05-1120',
      profile: { name: 'Ann', born },
      cards: [{ last4: '4242', pan: '4242424242424242' }],
      userId: 'ann',
    });
    for (const text of (await client.json('/inspect')) as string[]) {
      expect(text).not.toMatch(/555-0100|078-05|1970|4242424242424242/);
    }
    const texts = (await client.json('/inspect')) as string[];
    for (const text of texts.slice(3)) expect(text).toContain('4242'); // as JSON, all of the rest is there
    const [own] = texts;
    expect(own).toContain("userId: 'ann'");
    expect(own).toContain("last4: '4242'");
    expect(own).toContain("name: 'Ann'");
  });

  it('is in no error and in no event', async () => {
    const events = (['load', 'commit', 'conflict', 'invalid'] as const).map((name) => listen(`typed-session:${name}`));
    const { client, set } = await open();
    await set({ phone: '555-0100' });
    const answer = await client.get('/set');
    await set({ phone: 5550100 as unknown as string, ssn: '078-05-1120' }).catch(() => undefined);
    expect((await client.get('/set')).status).toBe(500);
    expect((await client.get('/set')).text).not.toMatch(/555|078/);
    expect(answer.status).toBe(200);
    const said = events.flat().map((event) => inspect({ ...event, request: undefined }, { depth: 9 }));
    expect(said.length).toBeGreaterThan(2);
    expect(said.join()).not.toMatch(/5550100|555-0100|078-05/);
  });

  it.each([1, 'yes', null])('must be marked as what there is: not %j', (sensitive) => {
    const wrong = z.object({
      a: z
        .string()
        .meta({ sensitive: sensitive as never })
        .optional(),
    });
    expect(() => session({ schema: wrong, secret: 's' })).toThrow(/sensitive in a field's metadata must be/);
  });
});
