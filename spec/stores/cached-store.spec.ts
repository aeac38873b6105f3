import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cached, MemoryStore, session, SessionOptionsError, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { CachedStore } from '../../lib/stores/cached/cached-store.js';
import { deferred, makeApp, ProbedStore } from '../support/app.js';
import { conformance } from './conformance.js';
import { scheduled } from './moving-apps.js';
import { aRecord, MINUTE } from './samples.js';

const TTL = 1000;

conformance('cached(MemoryStore)', { open: () => cached(new MemoryStore(), { ttl: TTL }), without: ['shared'] });

/** A store, and this process's cache before it; what goes to the store itself is done elsewhere. */
function open(options: { ttl?: number; maxSessions?: number } = {}) {
  const elsewhere = new MemoryStore();
  const probed = new ProbedStore(elsewhere);
  return { elsewhere, probed, here: cached(probed, { ttl: TTL, ...options }) };
}

describe('cached()', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const ends: [string, (store: SessionStore) => Promise<unknown>][] = [
    ['deleted', (store) => store.delete('k')],
    ['revoked', async (store) => store.revoke?.('ada', [])],
  ];

  it.each(ends)('serves a session that was %s elsewhere until its ttl, and not from then on', async (_, end) => {
    const { elsewhere, here } = open();
    await here.create('k', aRecord({ principal: 'ada' }));
    await end(elsewhere);
    vi.advanceTimersByTime(TTL - 1);
    expect(await here.read('k')).toBeDefined();
    vi.advanceTimersByTime(1);
    expect(await here.read('k')).toBeUndefined();
  });

  it.each(ends)('serves a session that was %s elsewhere no longer where the clock is set back', async (_, end) => {
    const { elsewhere, here } = open();
    await here.create('k', aRecord({ principal: 'ada' }));
    await end(elsewhere);
    vi.setSystemTime(Date.now() - 60 * MINUTE);
    vi.advanceTimersByTime(TTL);
    expect(await here.read('k')).toBeUndefined();
  });

  it.each(ends)('counts the ttl from before the read was sent, for a session that was %s while it was on its way', async (_, end) => {
    const { elsewhere, probed, here } = open();
    await elsewhere.create('k', aRecord({ principal: 'ada' }));
    const [read, answer] = [deferred(), deferred()];
    probed.after.read = () => {
      read.resolve();
      return answer.promise;
    };
    const slow = here.read('k');
    await read.promise;
    await end(elsewhere);
    vi.advanceTimersByTime(TTL);
    answer.resolve();
    expect(await slow).toBeDefined();
    expect(await here.read('k')).toBeUndefined();
  }); // prettier-ignore

  it('is not served longer for being used', async () => {
    const { elsewhere, here } = open();
    await here.create('k', aRecord());
    await elsewhere.delete('k');
    for (let at = 0; at < 4; at++) {
      vi.advanceTimersByTime(TTL / 4 - 1);
      expect(await here.read('k')).toBeDefined();
    }
    vi.advanceTimersByTime(4);
    expect(await here.read('k')).toBeUndefined();
  });

  it.each(ends)('knows at once of a session that was %s here', async (_, end) => {
    const { here } = open();
    await here.create('k', aRecord({ principal: 'ada' }));
    await end(here);
    expect(await here.read('k')).toBeUndefined();
  });

  it('serves no session past its own deadline', async () => {
    const { here } = open({ ttl: 2 * MINUTE });
    await here.create('k', aRecord());
    vi.advanceTimersByTime(MINUTE);
    expect(await here.read('k')).toBeUndefined();
  });

  it('asks once for all that read a session at the same time, and not again within the ttl', async () => {
    const { elsewhere, probed, here } = open();
    await elsewhere.create('k', aRecord());
    const found = await Promise.all(Array.from({ length: 20 }, () => here.read('k')));
    expect(found.every((record) => record?.revision === 1)).toBe(true);
    await here.read('k');
    expect(probed.calls).toEqual(['read']);
  });

  it('asks again after a read that failed', async () => {
    const { elsewhere, probed, here } = open();
    await elsewhere.create('k', aRecord());
    probed.before.read = () => Promise.reject(new Error('down'));
    const both = [here.read('k'), here.read('k')];
    for (const one of both) await expect(one).rejects.toThrow('down');
    delete probed.before.read;
    expect(await here.read('k')).toBeDefined();
  });

  it('keeps nothing of a session that does not exist', async () => {
    const { elsewhere, here } = open();
    expect(await here.read('k')).toBeUndefined();
    await elsewhere.create('k', aRecord());
    expect(await here.read('k')).toBeDefined();
  });

  it.each(['update', 'touch', 'delete'] as const)('keeps nothing of a read that a %s overlaps', async (command) => {
    const { probed, here } = open();
    await here.create('k', aRecord());
    const fresh = open();
    await fresh.elsewhere.create('k', aRecord());
    const [read, answer] = [deferred(), deferred()];
    fresh.probed.after.read = () => {
      read.resolve();
      return answer.promise;
    };
    const slow = fresh.here.read('k');
    await read.promise;
    const expiresAt = Date.now() + 2 * MINUTE;
    if (command === 'update') await fresh.here.update('k', aRecord({ revision: 2, expiresAt }), 1);
    if (command === 'touch') await fresh.here.touch('k', expiresAt, 1);
    if (command === 'delete') await fresh.here.delete('k');
    answer.resolve();
    await slow;
    expect((await fresh.here.read('k'))?.expiresAt).toBe(command === 'delete' ? undefined : expiresAt);
    expect(probed.calls).toEqual(['create']);
  });

  const later: [string, (store: SessionStore) => Promise<unknown>, number | undefined][] = [
    ['an update', (store) => store.update('k', aRecord({ revision: 3 }), 2), 3],
    ['a delete', (store) => store.delete('k'), undefined],
    ['a revoke', async (store) => store.revoke?.('ada', []), undefined],
  ];

  it.each(later)('keeps nothing of an update whose answer comes after that of %s', async (_, command, revision) => {
    const { probed, here } = open();
    await here.create('k', aRecord());
    const [done, answer] = [deferred(), deferred()];
    probed.after.update = () => {
      done.resolve();
      return answer.promise;
    };
    const slow = here.update('k', aRecord({ revision: 2, principal: 'ada' }), 1);
    await done.promise;
    delete probed.after.update;
    await command(here);
    answer.resolve();
    expect(await slow).toBe(true);
    expect((await here.read('k'))?.revision).toBe(revision);
  });

  it('asks for what it can no longer know after a command whose answer is lost', async () => {
    const { probed, here } = open();
    await here.create('k', aRecord());
    probed.after.update = () => Promise.reject(new Error('cut off'));
    await expect(here.update('k', aRecord({ revision: 2 }), 1)).rejects.toThrow('cut off');
    expect((await here.read('k'))?.revision).toBe(2);
  });

  it('keeps the sessions that were used last, and no more than it may', async () => {
    const { probed, here } = open({ maxSessions: 2 });
    for (const key of ['a', 'b']) await here.create(key, aRecord());
    await here.read('a');
    await here.create('c', aRecord()); // in the place of b
    probed.calls.length = 0;
    await here.read('a');
    await here.read('c');
    expect(probed.calls).toEqual([]);
    await here.read('b');
    expect(probed.calls).toEqual(['read']);
  });

  it('knows what it did itself at once, and nothing for longer than the ttl, however commands and answers fall', async () => {
    const step = fc.record({
      who: fc.constantFrom('here', 'elsewhere'),
      what: fc.constantFrom('read', 'read', 'update', 'update', 'touch', 'delete', 'revoke', 'wait'),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 9 }), async (scheduler, steps) => {
        const elsewhere = new MemoryStore();
        // twice: a command waits before it is done, and its answer after that
        const slow = answersLater(scheduled(elsewhere, scheduler, 'store'), (name) =>
          scheduler.schedule(Promise.resolve(), name),
        );
        const here = cached(slow, { ttl: TTL });
        await elsewhere.create('k', aRecord({ principal: 'ada', expiresAt: Date.now() + 100 * TTL }));
        /** Since when the session has been at a revision at the least, or ended, and whether that was answered here. */
        const known: { at: number; revision: number; isOurs: boolean }[] = [];
        const run = async ({ who, what }: (typeof steps)[number]): Promise<void> => {
          const store = who === 'here' ? here : slow;
          const isOurs = who === 'here';
          if (what === 'wait') return void vi.advanceTimersByTime(TTL / 2);
          if (what === 'delete' || what === 'revoke') {
            if (what === 'delete') await store.delete('k');
            else await store.revoke?.('ada', []);
            known.push({ at: Date.now(), revision: Infinity, isOurs });
            return;
          }
          const began = Date.now();
          const floor = Math.max(
            0,
            ...known.filter((one) => one.isOurs || one.at <= began - TTL).map((one) => one.revision),
          );
          const found = await store.read('k');
          if (who === 'here') expect(found?.revision ?? Infinity).toBeGreaterThanOrEqual(floor);
          if (found === undefined || what === 'read') return;
          const { revision } = found;
          if (what === 'touch') await store.touch('k', Date.now() + 100 * TTL, revision);
          else if (await store.update('k', { ...found, revision: revision + 1 }, revision)) {
            known.push({ at: Date.now(), revision: revision + 1, isOurs });
          }
        };
        await scheduler.waitFor(Promise.all(steps.map(run)));
        const last = scheduler.waitFor(run({ who: 'here', what: 'read' }));
        await last;
      }),
      { numRuns: 1500 },
    );
  });

  it('is as able as its store, and no more', () => {
    const all = cached(new MemoryStore(), { ttl: TTL });
    for (const method of ['list', 'revoke', 'scan', 'prune', 'size'] as const)
      expect(all[method]).toBeTypeOf('function');
    const { read, create, update, touch, delete: remove } = open().probed;
    const few = cached({ layout: 'express-session', read, create, update, touch, delete: remove }, { ttl: TTL });
    for (const method of ['list', 'revoke', 'scan', 'prune', 'size'] as const) expect(few[method]).toBeUndefined();
    expect(few.layout).toBe('express-session');
  });

  it('closes the store', async () => {
    const close = vi.fn(async () => undefined);
    await cached(Object.assign(new MemoryStore(), { close }), { ttl: TTL }).close?.();
    expect(close).toHaveBeenCalledOnce();
  });

  it.each([
    [{ ttl: 0 }, 'ttl'],
    [{ ttl: 1.5 }, 'ttl'],
    [{}, 'ttl'],
    [{ ttl: 1, maxSessions: 0 }, 'maxSessions'],
    [{ ttl: 1, max: 1 }, 'max'],
  ])('refuses %j', (options, name) => {
    const make = () => new CachedStore(new MemoryStore(), options as { ttl: number });
    expect(make).toThrow(SessionOptionsError);
    expect(make).toThrow(new RegExp(`^${name}:`));
  });

  it('makes a change on what is stored now, where what was kept has become old', async () => {
    const shared = new MemoryStore();
    const schema = z.object({ n: z.int().default(0), a: z.int().optional(), b: z.int().optional() });
    const app = (store: SessionStore) =>
      makeApp((app) => {
        const sessions = session({ schema, secret: 's', store });
        app.use(sessions);
        app.get('/count', async (req, res) => {
          await sessions.of(req).update((latest) => {
            latest.n += 1;
          });
          res.json(sessions.of(req));
        });
        app.get('/:field', (req, res) => {
          if (req.params.field !== 'read') sessions.of(req)[req.params.field as 'a'] = 1;
          res.json(sessions.of(req));
        });
      });
    const [here, there] = [await app(cached(shared, { ttl: MINUTE })), await app(cached(shared, { ttl: MINUTE }))];
    await here.get('/count');
    for (const [name, value] of here.jar) there.jar.set(name, value);
    await there.get('/read'); // kept there
    await here.get('/count');
    await here.get('/a');
    expect(await there.json('/count')).toEqual({ n: 3, a: 1 });
    expect(await here.json('/b')).toEqual({ n: 2, a: 1, b: 1 }); // as it was loaded, with its own change
    expect(await here.json('/read')).toEqual({ n: 3, a: 1, b: 1 });
  });
});

/** A store whose answers come when they are let through. */
function answersLater(inner: SessionStore, wait: (name: string) => Promise<unknown>): SessionStore {
  const later = async <T>(name: string, command: Promise<T> | undefined): Promise<T> => {
    const answer = await command;
    await wait(`answer to ${name}`);
    return answer as T; // the optional methods are there
  };
  return {
    read: (key) => later('read', inner.read(key)),
    create: (key, record) => later('create', inner.create(key, record)),
    update: (key, record, revision) => later('update', inner.update(key, record, revision)),
    touch: (key, expiresAt, revision) => later('touch', inner.touch(key, expiresAt, revision)),
    delete: (key) => later('delete', inner.delete(key)),
    revoke: (principal, except) => later('revoke', inner.revoke?.(principal, except)),
  };
}
