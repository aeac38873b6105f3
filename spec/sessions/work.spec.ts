import type crypto from 'node:crypto';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { MemoryStore, session } from 'typed-session';
import { openStill } from '../support/still.js';

// The exact gates of the design: how often a request does what costs. Counted and never timed.
const calls = { hash: 0, mac: 0, random: 0, parse: 0, stringify: 0 };

async function counting() {
  const real = createRequire(import.meta.url)('node:crypto') as typeof crypto;
  const spies = [
    vi.spyOn(real, 'hash'),
    vi.spyOn(real, 'createHmac'),
    vi.spyOn(real, 'randomFillSync'),
    vi.spyOn(JSON, 'parse'),
    vi.spyOn(JSON, 'stringify'),
  ] as const;
  syncBuiltinESMExports();
  const schema = z.object({
    userId: z.string().optional(),
    views: z.int().default(0),
    cart: z.array(z.object({ sku: z.string(), qty: z.int() })).default([]),
  });
  const memory = new MemoryStore();
  const store: string[] = [];
  const watched = new Proxy(memory, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        store.push(String(property));
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  const sessions = session({ schema, secret: 's', store: watched });
  const still = openStill(sessions);
  const [hash, mac, random, parse, stringify] = spies;
  // zod compiles a schema when it first decodes and encodes, and random bytes are drawn for many ids at once.
  await still((req, res) => {
    sessions.of(req).cart.push({ sku: 'tea', qty: 1 });
    res.end();
  });
  return {
    sessions,
    async run(handler: Parameters<typeof still>[0], cookie?: string) {
      for (const spy of spies) spy.mockClear();
      store.length = 0;
      const answer = await still(handler, cookie);
      Object.assign(calls, {
        hash: hash.mock.calls.length,
        mac: mac.mock.calls.length,
        random: random.mock.calls.length,
        parse: parse.mock.calls.length,
        stringify: stringify.mock.calls.length,
      });
      return { ...answer, store: [...store], counts: { ...calls } };
    },
  };
}

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('a request does no more than it must:', () => {
  it('anonymous: no hash, no random bytes, no JSON, no store command, no cookie', async () => {
    const { run, sessions } = await counting();
    for (const look of [false, true]) {
      const { counts, store, cookies, flushes } = await run((req, res) => {
        if (look) expect(sessions.of(req).views).toBe(0);
        res.end('ok');
      });
      expect(counts).toEqual({ hash: 0, mac: 0, random: 0, parse: 0, stringify: 0 });
      expect(store).toEqual([]);
      expect(cookies).toEqual([]);
      expect(flushes).toBe(1);
    }
  });

  it('read: one MAC, one parse, no stringify, one store command, one flush', async () => {
    const { run, sessions } = await counting();
    const login = await run((req, res) => {
      sessions.of(req).cart.push({ sku: 'tea', qty: 1 });
      res.end('ok');
    });
    expect(login.store).toEqual(['create']);
    expect(login.counts).toMatchObject({ mac: 1, stringify: 1, parse: 0 });
    const read = await run((req, res) => {
      res.end(sessions.of(req).cart[0]?.sku);
    }, login.cookie);
    expect(read.body).toBe('tea');
    expect(read.counts).toEqual({ hash: 1, mac: 1, random: 0, parse: 1, stringify: 0 });
    expect(read.store).toEqual(['read']);
    expect(read.flushes).toBe(1);
  });

  it('ignored: one MAC and one store command, and nothing of the payload', async () => {
    const { run, sessions } = await counting();
    const login = await run((req, res) => {
      sessions.of(req).views = 1;
      res.end();
    });
    const ignored = await run((_req, res) => {
      res.end('ok');
    }, login.cookie);
    expect(ignored.counts).toEqual({ hash: 1, mac: 1, random: 0, parse: 0, stringify: 0 });
    expect(ignored.store).toEqual(['read']);
  });

  it('write: one MAC, one parse, one stringify, two store commands, however deep the change', async () => {
    const { run, sessions } = await counting();
    const login = await run((req, res) => {
      sessions.of(req).cart.push({ sku: 'tea', qty: 1 });
      res.end();
    });
    const write = await run((req, res) => {
      const [line] = sessions.of(req).cart;
      if (line !== undefined) line.qty += 1;
      res.end('ok');
    }, login.cookie);
    expect(write.counts).toEqual({ hash: 1, mac: 1, random: 0, parse: 1, stringify: 1 });
    expect(write.store).toEqual(['read', 'update']);
    expect(write.cookies).toEqual([]);
    expect(write.flushes).toBe(1);
  });

  it('forged cookies: one MAC for each of at most eight, and no store command', async () => {
    const { run } = await counting();
    const forged = Array.from({ length: 280 }, (_, i) => `sid=s%3Aan-id-${i}.${String(i).padStart(43, 'x')}`).join(
      '; ',
    );
    const { counts, store } = await run((_req, res) => {
      res.end('ok');
    }, forged);
    expect(counts).toMatchObject({ mac: 8, hash: 0 });
    expect(store).toEqual([]);
  });
});

it('a request that reads a session decodes its payload once, also with codecs and a principal', async () => {
  const worked = { decoded: 0, encoded: 0 };
  const counted = z.codec(z.string(), z.date(), {
    decode: (text) => (worked.decoded++, new Date(text)),
    encode: (date) => (worked.encoded++, date.toISOString()),
  });
  const schema = z.object({ userId: z.string().optional(), seen: counted.optional() });
  const sessions = session({ schema, secret: 's', store: new MemoryStore(), principal: 'userId' });
  const still = openStill(sessions);
  const { cookie } = await still((req, res) => {
    Object.assign(sessions.of(req), { userId: 'ann', seen: new Date() });
    res.end();
  });
  Object.assign(worked, { decoded: 0, encoded: 0 });
  await still((req, res) => {
    res.end(String(sessions.of(req).seen));
  }, cookie);
  // Encoded for the comparison at the commit, and for the one after the response that finds late changes.
  expect(worked).toEqual({ decoded: 1, encoded: 2 });
});
