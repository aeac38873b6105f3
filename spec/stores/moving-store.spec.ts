import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { storeConformance } from 'typed-session/testing';
import { MemoryStore } from '../../lib/stores/memory/memory-store.js';
import { MovingStore } from '../../lib/stores/moving/moving-store.js';
import { LIFE, scheduled, site, type App } from './moving-apps.js';

describe('moving({ from: MemoryStore, to: MemoryStore }) keeps the store contract', () => {
  const cases = storeConformance({
    open: () => new MovingStore(new MemoryStore(), new MemoryStore()),
    without: ['shared', 'scan', 'size'],
  });
  // Whether there is a copy elsewhere is what this store itself notes: it keeps no such note of somebody else.
  const aboutCopies = ['a record: is read back with its field mirroredUntil', 'update: replaces all of the record at the revision that it was made on']; // prettier-ignore
  const others = cases.filter(({ title }) => !aboutCopies.includes(title));
  it('but for two cases', () => {
    expect(others.length).toBe(cases.length - 2);
  });
  for (const { title, run } of others) it(title, run);
});

/** Which of two neighbouring releases is beside the one with both stores. */
const neighbour = fc.constantFrom('old', 'new');
type Neighbour = 'old' | 'new';

/** Who does something: one of the two processes with both stores, or the neighbour. */
const who = fc.constantFrom(0, 1, 2, 3);
type Site = ReturnType<typeof site>;
const appOf = (on: Site, beside: Neighbour, at: number): App => (at < 2 ? on.moving[at as 0] : on[beside]);

describe('moving()', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('holds what one store would, whichever release does what, while the site moves there and back', async () => {
    const step = fc.record({
      who,
      key: fc.constantFrom('a', 'b'),
      what: fc.constantFrom('begin', 'increment', 'increment', 'touch', 'end', 'rotate', 'wait'),
    });
    const phase = fc.record({ beside: neighbour, steps: fc.array(step, { maxLength: 12 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(phase, { minLength: 1, maxLength: 4 }), async (phases) => {
        const on = site();
        const model = new Map<string, { n: number; until: number }>();
        const alive = (key: string) => ((model.get(key)?.until ?? 0) > Date.now() ? model.get(key) : undefined);
        let made = 0;
        for (const { beside, steps } of phases) {
          const names = new Map<string, string>(); // the keys of this phase's sessions
          for (const { who, key: name, what } of steps) {
            const app = appOf(on, beside, who);
            const key = names.get(name) ?? name;
            const session = alive(key);
            if (what === 'wait') vi.setSystemTime(Date.now() + LIFE / 3);
            else if (what === 'begin' && session === undefined) {
              names.set(name, `${name}${++made}`);
              await app.begin(`${name}${made}`);
              model.set(`${name}${made}`, { n: 0, until: Date.now() + LIFE });
            } else if (what === 'increment') {
              expect(await app.increment(key)).toBe(session !== undefined);
              if (session !== undefined) model.set(key, { n: session.n + 1, until: Date.now() + LIFE });
            } else if (what === 'touch') {
              await app.touch(key);
              if (session !== undefined) session.until = Date.now() + LIFE;
            } else if (what === 'end') {
              await app.end(key);
              model.delete(key);
            } else if (what === 'rotate') {
              const to = `${name}${++made}`;
              expect(await app.rotate(key, to)).toBe(session !== undefined);
              if (session === undefined) continue;
              model.delete(key);
              model.set(to, { n: session.n, until: Date.now() + LIFE });
              names.set(name, to);
            }
            const now = names.get(name) ?? name;
            for (const reader of [...on.moving, on[beside]]) expect(await reader.count(now)).toBe(alive(now)?.n);
          }
          for (const key of model.keys()) {
            await on.moving[0].touch(key); // each is used once before the neighbour changes
            const session = alive(key);
            if (session !== undefined) session.until = Date.now() + LIFE;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('loses no increment and counts none twice, however the commands of the releases fall between each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        neighbour,
        fc.array(
          fc.record({ who, what: fc.constantFrom('increment', 'increment', 'increment', 'read', 'touch', 'list') }),
          {
            minLength: 2,
            maxLength: 7,
          },
        ),
        async (scheduler, beside, requests) => {
          const on = site((store, name) => scheduled(store, scheduler, name));
          let answered = 0;
          const ask = async ({ who, what }: (typeof requests)[number]): Promise<void> => {
            const app = appOf(on, beside, who);
            if (what === 'read') expect(await app.count('a')).toBeDefined();
            if (what === 'touch') await app.touch('a');
            if (what === 'list') await app.store.list?.('ada');
            if (what === 'increment' && (await app.increment('a'))) answered += 1;
          };
          const work = on.moving[0].begin('a').then(() => Promise.all(requests.map(ask)));
          await scheduler.waitFor(work);
          const last = scheduler.waitFor(Promise.all([...on.moving, on[beside]].map((app) => app.count('a'))));
          expect(await last).toEqual([answered, answered, answered]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('ends for good what anyone has ended, and nobody else, however the commands fall', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        neighbour,
        fc.array(fc.record({ who, what: fc.constantFrom('increment', 'read', 'touch', 'list', 'rotate') }), {
          maxLength: 5,
        }),
        fc.option(who),
        async (scheduler, beside, requests, ender) => {
          const on = site((store, name) => scheduled(store, scheduler, name));
          const rotated: string[] = [];
          let answered = 0;
          const ask = async ({ who, what }: (typeof requests)[number], at: number): Promise<void> => {
            const app = appOf(on, beside, who);
            if (what === 'increment' && (await app.increment('a'))) answered += 1;
            if (what === 'read') await app.count('a');
            if (what === 'touch') await app.touch('a');
            if (what === 'list') await app.store.list?.('ada');
            if (what === 'rotate' && (await app.rotate('a', `to${at}`))) rotated.push(`to${at}`);
          };
          const end = async (): Promise<void> => {
            if (ender === null) return;
            const app = appOf(on, beside, ender);
            await app.end('a');
            expect(await app.count('a')).toBeUndefined();
          };
          await scheduler.waitFor(on.moving[0].begin('a').then(() => Promise.all([...requests.map(ask), end()])));
          const keys = ['a', ...rotated];
          const apps = [...on.moving, on[beside]];
          const seen = await scheduler.waitFor(
            Promise.all(
              apps.map(async (app) =>
                (await Promise.all(keys.map((key) => app.count(key)))).filter((n) => n !== undefined),
              ),
            ),
          );
          expect(rotated.length).toBeLessThan(2);
          expect(seen).toEqual(apps.map(() => (ender === null ? [answered] : [])));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('ends a session that another request is rotating, for the release on the next store too, which follows its note', async () => {
    let arrive = (): void => undefined;
    let letGo = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const on = site((store, name) => {
      if (name !== 'moving too: previous') return store;
      const update: typeof store.update = async (...given) => {
        arrive();
        await held;
        return store.update(...given);
      };
      return { read: store.read.bind(store), create: store.create.bind(store), update, touch: store.touch.bind(store), delete: store.delete.bind(store) }; // prettier-ignore
    });
    await on.moving[0].begin('a');
    const rotated = on.moving[1].rotate('a', 'to');
    await arrived; // its note is on the next side only
    await on.new.end('a');
    expect(await on.moving[0].count('a')).toBeUndefined();
    letGo();
    expect(await rotated).toBe(true);
    for (const app of [...on.moving, on.new]) {
      expect([await app.count('a'), await app.count('to')]).toEqual([undefined, undefined]);
    }
  });

  it('does not take a login for ended that another request lists while it is being stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const on = site((store, name) => scheduled(store, scheduler, name));
        const work = Promise.all([on.moving[0].begin('a'), on.moving[1].store.list?.('ada')]);
        await scheduler.waitFor(work);
        expect(await scheduler.waitFor(on.moving[0].count('a'))).toBe(0);
      }),
    );
  });
});
