import { createClient as createClient4 } from 'redis4';
import { createClient as createClient5 } from 'redis5';
import { describe, expect, it } from 'vitest';
import { cached, moving, MemoryStore, session, SessionOptionsError, type SessionStore } from 'typed-session';
import { fromExpressSessionStore, type ExpressSessionStore } from 'typed-session/express-session';
import { RedisStore, type NodeRedisClient, type RedisStoreOptions } from 'typed-session/redis';
import { z } from 'zod';
import { TextStore } from '../support/text-store.js';

/** As much of a client as is looked at when a store is made. */
const client = { evalSha: async () => 1, eval: async () => 1, get: async () => null };

describe('RedisStore', () => {
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^options: must be an object, as in new RedisStore\(\{ client \}\)/],
    ['no client', {}, /^client: must be a client of the package redis \(4 to 6\) or ioredis \(5\)/],
    [
      'a client that is still connecting',
      { client: Promise.resolve(client) },
      /^client: is a promise, await it; it must/,
    ],
    ['a URL in place of a client', { client: 'redis://localhost' }, /^client: must be a client/],
    [
      'a client of an old release, whose methods take callbacks',
      { client: { evalsha() {}, get() {} } },
      /^client: must/,
    ],
    ['a client of redis 4 in its legacy mode', { client: createClient4({ legacyMode: true }) }, /^client: takes callb/],
    ['the legacy face of a client of redis 5', { client: createClient5().legacy() }, /^client: takes callbacks/],
    ['a prefix that is no text', { client, prefix: 5 }, /^prefix: must be text/],
    ['an empty prefix', { client, prefix: '' }, /^prefix: must be text/],
    ['an unknown option', { client, ttl: 5 }, /^ttl: RedisStore has no such option, only client, prefix/],
  ])('refuses %s and names the option', (_, options, message) => {
    const wrong = options as RedisStoreOptions; // what a JavaScript user may pass
    expect(() => new RedisStore(wrong)).toThrow(SessionOptionsError);
    expect(() => new RedisStore(wrong)).toThrow(message);
  });

  it('takes the promising face of a client of redis 4 in its legacy mode', () => {
    const { v4 } = createClient4({ legacyMode: true });
    expect(new RedisStore({ client: v4 as unknown as NodeRedisClient })).toBeInstanceOf(RedisStore);
  });

  it('asks the client for nothing when it is made', () => {
    const untouched = new Proxy(client, {
      get: (target, name) => {
        const known = (target as Record<PropertyKey, unknown>)[name];
        return typeof known === 'function' ? () => { throw new Error('was asked'); } : known; // prettier-ignore
      },
    });
    expect(new RedisStore({ client: untouched })).toBeInstanceOf(RedisStore);
  });
});

/** What a JavaScript user may pass as a store. */
const none = {} as unknown as SessionStore;

describe('cached', () => {
  const store = new MemoryStore();
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^options: must be an object/],
    ['no ttl', {}, /^ttl: must be a whole number of milliseconds above 0/],
    ['a ttl of nothing', { ttl: 0 }, /^ttl: must be/],
    ['an endless ttl', { ttl: Infinity }, /^ttl: must be/],
    ['a cache without room', { ttl: 5, maxSessions: 0 }, /^maxSessions: must be/],
    ['an unknown option', { ttl: 5, max: 5 }, /^max: cached\(\) has no such option/],
  ])('refuses %s', (_, options, message) => {
    expect(() => cached(store, options as { ttl: number })).toThrow(message); // what a JavaScript user may pass
  });

  it('refuses what is no store, and takes one of express-session', () => {
    expect(() => cached(none, { ttl: 5 })).toThrow(/^store: has no method/);
    expect(cached(new TextStore(), { ttl: 5 }).layout).toBe('express-session');
  });
});

describe('the option store', () => {
  it.each<[string, unknown, RegExp]>([
    ['a class', MemoryStore, /^store: is a class: pass a SessionStore/],
    ['a promise', Promise.resolve(new MemoryStore()), /^store: is a promise: pass a SessionStore/],
    [
      'a client of Redis',
      { get() {}, set() {}, destroy() {}, duplicate() {}, sendCommand() {} },
      /^store: is a client of Redis, and no store: new RedisStore/,
    ],
  ])('refuses %s by its name', (_, given, message) => {
    const schema = z.object({});
    expect(() => session({ schema, secret: 's', store: given as SessionStore })).toThrow(message); // what a JavaScript user may pass
  });
});

describe('moving', () => {
  it('refuses to be without one of its stores', () => {
    const nothing = undefined as unknown as SessionStore; // a name that is misspelt in JavaScript
    expect(() => moving({ from: nothing, to: new MemoryStore() })).toThrow(/^from: is missing/);
    expect(() => moving({ from: new MemoryStore(), to: nothing })).toThrow(/^to: is missing/);
    expect(() => moving({ from: null as never, to: new MemoryStore() })).toThrow(/^from: is missing/);
  });

  it('refuses one store twice, and what is no store', () => {
    const store = new MemoryStore();
    expect(() => moving({ from: store, to: store })).toThrow(/^from: must be another store than to/);
    expect(() => moving({ from: none, to: store })).toThrow(/^from: has no method/);
    expect(() => moving({ from: store, to: none })).toThrow(/^to: has no method/);
    const old = {
      get: () => undefined,
      set: () => undefined,
      destroy: () => undefined,
    } as unknown as ExpressSessionStore;
    expect(() => moving({ from: old, to: fromExpressSessionStore(old) })).toThrow(
      /^from: must be another store than to/,
    );
  });

  it('has what both stores have', () => {
    expect(Object.keys(moving({ from: new MemoryStore(), to: new MemoryStore() }))).toEqual(
      expect.arrayContaining(['list', 'revoke', 'prune']),
    );
    const mixed = moving({ from: new TextStore(), to: new MemoryStore() });
    expect(mixed.layout).toBe('express-session');
    expect([mixed.list, mixed.revoke]).toEqual([undefined, undefined]);
  });
});
