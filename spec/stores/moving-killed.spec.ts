import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MovingStore } from '../../lib/stores/moving/moving-store.js';
import { MemoryStore } from '../../lib/stores/memory/memory-store.js';
import type { SessionStore } from '../../lib/stores/store-contract.js';
import { App, mortal, scheduled, type Death } from './moving-apps.js';

/** What a process does: one of the release with both stores, or of the neighbouring one. */
const deed = fc.record({
  where: fc.constantFrom('both', 'both', 'neighbour'),
  what: fc.constantFrom('increment', 'increment', 'read', 'touch', 'list', 'rotate', 'end', 'revoke'),
  death: fc.option(fc.record({ at: fc.nat(9), done: fc.boolean() })),
});

/** A site each of whose requests is served by a process of its own. */
class Site {
  readonly #next = new MemoryStore();
  readonly #previous = new MemoryStore();
  readonly #scheduler: Scheduler;
  readonly #neighbour: 'old' | 'new';

  constructor(scheduler: Scheduler, neighbour: 'old' | 'new') {
    this.#scheduler = scheduler;
    this.#neighbour = neighbour;
  }

  process(name: string, where: 'both' | 'neighbour', death: Death | null = null): App {
    const live = death === null ? (store: SessionStore) => store : mortal(death);
    const next = scheduled(live(this.#next), this.#scheduler, `${name}: next`);
    const previous = scheduled(live(this.#previous), this.#scheduler, `${name}: previous`);
    if (where === 'both') return new App(name, new MovingStore(next, previous));
    return new App(name, this.#neighbour === 'old' ? previous : next);
  }
}

/** Ends all sessions of the principal, as `sessions.revoke` does. */
async function revokeAll({ store }: App): Promise<void> {
  do await store.revoke?.('ada', []);
  while ((await store.list?.('ada'))?.length !== 0);
}

/** What a session holds, wherever it has moved. */
async function countWhereItIs({ store }: App): Promise<number | undefined> {
  for (let key = 'a'; ;) {
    const record = await store.read(key);
    if (record?.forwardTo === undefined) return record && (JSON.parse(record.data) as { n: number }).n;
    if (record.forwardTo === null) return undefined;
    key = record.forwardTo;
  }
}

describe('moving()', () => {
  it('keeps what was answered, whichever process is killed between its commands', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom('old', 'new'),
        fc.array(deed, { minLength: 1, maxLength: 6 }),
        async (scheduler, neighbour, deeds) => {
          const site = new Site(scheduler, neighbour);
          await scheduler.waitFor(site.process('login', 'both').begin('a'));
          let answered = 0;
          let ended = false;
          const act = async ({ where, what, death }: (typeof deeds)[number], at: number): Promise<void> => {
            const app = site.process(`${at} ${where}`, where, death);
            if (what === 'increment' && (await app.increment('a'))) answered += 1;
            if (what === 'read') await app.count('a');
            if (what === 'touch') await app.touch('a');
            if (what === 'list') await app.store.list?.('ada');
            if (what === 'rotate') await app.rotate('a', `to${at}`);
            if (what === 'end') await app.end('a');
            if (what === 'revoke') await revokeAll(app);
            if (what === 'end' || what === 'revoke') ended = true;
          };
          const acts = deeds.map(act);
          await scheduler.waitFor(Promise.all(acts.filter((_done, at) => deeds[at]?.death === null)));

          const before = { answered, ended }; // who is to die may still be at work
          const tried = deeds.filter(({ what }) => what === 'increment').length;
          const mayHaveEnded = deeds.some(({ what }) => what === 'end' || what === 'revoke');
          for (const app of [site.process('one', 'both'), site.process('other', 'neighbour')]) {
            const count = await scheduler.waitFor(countWhereItIs(app));
            if (before.ended) expect(count).toBeUndefined();
            else if (!mayHaveEnded) expect(count).toBeDefined();
            if (count === undefined) continue;
            expect(count).toBeGreaterThanOrEqual(before.answered);
            expect(count).toBeLessThanOrEqual(tried);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
