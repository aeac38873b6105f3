import type crypto from 'node:crypto';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type timers from 'node:timers';
import { promiseHooks } from 'node:v8';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { MemoryStore, session } from 'typed-session';
import { PayloadCodec } from '../../lib/schema/payload-codec.js';
import { openStill } from '../support/still.js';

// The exact gates of the design: how often a request does what costs. Counted and never timed.

const schema = z.object({
  userId: z.string().optional(),
  views: z.int().default(0),
  cart: z.array(z.object({ sku: z.string(), qty: z.int() })).default([]),
});

interface Counts {
  mac: number;
  hash: number;
  random: number;
  parse: number;
  stringify: number;
  /** Comparisons, decodings, and encodings of a whole payload. */
  compare: number;
  decode: number;
  encode: number;
  /** Store commands. Each is a round trip. */
  store: number;
  promises: number;
  timers: number;
  cookies: number;
  flushes: number;
}

const NOTHING: Counts = {
  mac: 0, hash: 0, random: 0, parse: 0, stringify: 0, compare: 0, decode: 0, encode: 0, store: 0, promises: 0, timers: 0,
  cookies: 0, flushes: 1,
}; // prettier-ignore

const secret = 'b4c1f0a97de2486c8a53e1f7902d6b3e';
const require = createRequire(import.meta.url);

/** The promises of the harness, which has no session. */
let ofTheHarness = 0;

const withoutSession = openStill((_req, _res, next) => {
  next();
});
const ignore: Handler = (_req, res) => void res.end('ok');

beforeAll(async () => {
  await counting([], () => withoutSession(ignore)); // what Node does once, it has done now
  ofTheHarness = (await counting([], () => withoutSession(ignore))).counts.promises;
});

/** Counts what happens while something runs. */
async function counting<T extends { cookies: unknown[]; flushes: number }>(store: string[], run: () => Promise<T>) {
  const node = require('node:crypto') as typeof crypto;
  const clock = require('node:timers') as typeof timers;
  const { prototype } = PayloadCodec;
  const spies = {
    mac: vi.spyOn(node, 'createHmac'),
    hash: vi.spyOn(node, 'hash'),
    random: vi.spyOn(node, 'randomFillSync'),
    parse: vi.spyOn(JSON, 'parse'),
    stringify: vi.spyOn(JSON, 'stringify'),
    compare: vi.spyOn(prototype, 'same'),
    decode: vi.spyOn(prototype, 'decode'),
    encode: vi.spyOn(prototype, 'encode'),
    timers: vi.spyOn(clock, 'setTimeout'),
  };
  syncBuiltinESMExports();
  store.length = 0;
  await new Promise(setImmediate); // the test runner's own promises
  let promises = 0;
  const stop = promiseHooks.onInit(() => promises++);
  const answer = await run();
  stop();
  const counted = Object.fromEntries(Object.entries(spies).map(([name, { mock }]) => [name, mock.calls.length]));
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  const counts = {
    ...counted,
    store: store.length,
    promises: promises - ofTheHarness,
    cookies: answer.cookies.length,
    flushes: answer.flushes,
  };
  return { counts: counts as unknown as Counts, store: [...store], answer };
}

type Sessions = ReturnType<typeof open>['sessions'];
type Handler = Parameters<ReturnType<typeof openStill>>[0];

/** A middleware on a store whose commands are listed. */
function open(memory = new MemoryStore(), options: { rolling?: boolean; cookie?: { maxAge: number } } = {}) {
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
  vi.stubEnv('NODE_ENV', 'production'); // elsewhere, late changes are looked for
  const sessions = session({
    schema,
    secret,
    store: watched,
    ...options,
    cookie: { secure: false, ...options.cookie },
  });
  vi.unstubAllEnvs();
  const still = openStill(sessions);
  return { memory, sessions, still, count: (handler: Handler, cookie?: string) => counting(store, () => still(handler, cookie)) }; // prettier-ignore
}

const fill =
  (sessions: Sessions): Handler =>
  (req, res) => {
    Object.assign(sessions.of(req), { userId: 'ann', cart: [{ sku: 'tea', qty: 1 }] });
    res.end('ok');
  };

/** What a handler does, by the name of the route. */
const ROUTES: Readonly<Record<string, (sessions: Sessions) => Handler>> = {
  ignored: () => ignore,
  rolling: () => ignore,
  read: (sessions) => (req, res) => void res.end(sessions.of(req).cart[0]?.sku),
  write: (sessions) => (req, res) => {
    const [line] = sessions.of(req).cart;
    if (line !== undefined) line.qty += 1;
    res.end('ok');
  },
  login: (sessions) => async (req, res) => {
    const { cart } = sessions.of(req);
    await sessions.of(req).regenerate();
    Object.assign(sessions.of(req), { userId: 'bob', cart });
    res.end('ok');
  },
  rotation: (sessions) => async (req, res) => {
    await sessions.of(req).rotate();
    res.end('ok');
  },
};

/** What each route may do at most: if the client was seen before, and if this process has never seen it. */
// prettier-ignore
const AT_MOST: Readonly<Record<string, { warm: Partial<Counts>, cold: Partial<Counts> }>> = {
  ignored:  { warm: { store: 1, promises: 8 },
              cold: { store: 1, promises: 8, mac: 1, hash: 1 } },
  rolling:  { warm: { store: 2, promises: 16, cookies: 1 },
              cold: { store: 2, promises: 16, cookies: 1, mac: 1, hash: 1 } },
  read:     { warm: { store: 1, promises: 8, decode: 1, compare: 1 },
              cold: { store: 1, promises: 8, decode: 1, compare: 1, mac: 1, hash: 1, parse: 1 } },
  write:    { warm: { store: 2, promises: 17, decode: 1, compare: 2, encode: 1, stringify: 1 },
              cold: { store: 2, promises: 17, decode: 2, compare: 2, encode: 1, stringify: 1, mac: 1, hash: 1, parse: 1 } },
  login:    { warm: { store: 3, promises: 27, cookies: 1, decode: 2, compare: 2, encode: 1, stringify: 1, mac: 1, hash: 1 },
              cold: { store: 3, promises: 27, cookies: 1, decode: 2, compare: 2, encode: 1, stringify: 1, mac: 2, hash: 2, parse: 1 } },
  rotation: { warm: { store: 3, promises: 27, cookies: 1, decode: 1, compare: 1, stringify: 1, mac: 1, hash: 1 },
              cold: { store: 3, promises: 27, cookies: 1, decode: 2, compare: 1, stringify: 1, mac: 2, hash: 2, parse: 1 } },
};

function expectAtMost(counts: Counts, most: Partial<Counts>): void {
  const allowed: Counts = { ...NOTHING, ...most };
  const over = Object.entries(counts).filter(([name, count]) => count > allowed[name as keyof Counts]);
  expect(Object.fromEntries(over), 'more than it must').toEqual({});
}

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('a request does no more than it must:', () => {
  it('anonymous: nothing at all that a request without a session does not do', async () => {
    const { count } = open();
    for (const cookie of [undefined, 'theme=dark']) expect((await count(ignore, cookie)).counts).toEqual(NOTHING);
  });

  it('anonymous, and the handler looks at the session: still nothing is drawn, stored, or set', async () => {
    const { sessions, count } = open();
    const { counts } = await count((req, res) => {
      expect(sessions.of(req).views).toBe(0);
      res.end('ok');
    });
    expectAtMost(counts, { compare: 1, decode: 1 });
  });

  describe.each(Object.entries(AT_MOST))('%s', (name, { warm, cold }) => {
    const route = ROUTES[name] ?? (() => ignore);
    const options = name === 'rolling' ? { rolling: true, cookie: { maxAge: 60_000 } } : {};

    it('of a client that this process has just seen', async () => {
      const { sessions, still, count } = open(new MemoryStore(), options);
      const { cookie } = await still(fill(sessions));
      await still(ignore, cookie);
      expectAtMost((await count(route(sessions), cookie)).counts, warm);
    });

    it('of a client that this process has never seen', async () => {
      const other = open(new MemoryStore(), options);
      const { cookie } = await other.still(fill(other.sessions));
      const { sessions, still, count } = open(other.memory, options);
      await still(fill(sessions)); // ids are drawn from random bytes for many at once
      expectAtMost((await count(route(sessions), cookie)).counts, cold);
    });
  });

  it('forged cookies: one MAC for each of at most eight, and no store command', async () => {
    const { count } = open();
    const forged = Array.from({ length: 280 }, (_, i) => `sid=s%3Aan-id-${i}.${String(i).padStart(43, 'x')}`).join(
      '; ',
    );
    const { counts } = await count(ignore, forged);
    expect(counts).toMatchObject({ mac: 8, hash: 0, store: 0 });
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
