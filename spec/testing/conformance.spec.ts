import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MemoryStore, SessionOptionsError, type SessionStore } from 'typed-session';
import { storeConformance, type ConformanceOptions } from 'typed-session/testing';
import { faults, methodsOf } from './faults.js';

/** The cases that fail, by title, with what they say. */
async function failures(options: ConformanceOptions): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (const { title, run } of storeConformance(options)) {
    await run().catch((error: unknown) => failed.set(title, (error as Error).message));
  }
  return failed;
}

const right: ConformanceOptions = { open: () => new MemoryStore(), without: ['shared'], sessions: 20 };

describe('storeConformance', () => {
  it.each(Object.entries(faults))('catches it, and says so: %s', async (_, { options, told }) => {
    const failed = await failures(options);
    expect([...failed.values()]).toContainEqual(expect.stringMatching(told));
  });

  it('finds no fault where there is none', async () => {
    expect(await failures(right)).toEqual(new Map());
  });

  it('comes to its end where one method of a store waits and another never does', async () => {
    class HalfWaiting extends MemoryStore {
      override async update(...args: Parameters<MemoryStore['update']>): Promise<boolean> {
        await new Promise((resolve) => setTimeout(resolve, 1)); // the store's own time, as a server takes
        return super.update(...args);
      }
    }
    const cases = storeConformance({ ...right, open: () => new HalfWaiting() });
    for (const { title, run } of cases.filter((one) => one.title.startsWith('list: '))) {
      await expect(run(), title).resolves.toBeUndefined();
    }
  });

  it('has titles of its own for every case, as long as a line', () => {
    const titles = storeConformance({ open: () => new MemoryStore(), damage: () => 0 }).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) expect(title).toMatch(/^[a-z ]+: [\S ]{10,100}$/);
  });

  it('closes every store that it opened, also where a case fails, and leaves the clock as it was', async () => {
    const { now } = Date;
    let [opened, closed] = [0, 0];
    const open = (): SessionStore => {
      opened++;
      const store = new MemoryStore();
      store.read = () => Promise.reject(new Error('broken'));
      store.close = async () => {
        closed++;
      };
      return store;
    };
    const failed = await failures({ open, sessions: 20 });
    expect(failed.size).toBeGreaterThan(50);
    expect(opened).toBeGreaterThan(storeConformance(right).length);
    expect(closed).toBe(opened);
    expect(Date.now).toBe(now);
  });

  it('leaves nothing behind in a store that others use too', async () => {
    const store = new MemoryStore();
    await store.create('of another test', { data: '', revision: 1, schemaVersion: 0, createdAt: 0, expiresAt: 8e15 });
    const shared = { ...methodsOf(store), close: async () => undefined };
    expect(await failures({ open: () => shared, without: ['shared'], sessions: 20 })).toEqual(new Map());
    await store.prune();
    expect(await store.size()).toBe(1);
  });

  it('tells the error of the case and not that of the close after it', async () => {
    const open = (): SessionStore => {
      const store = new MemoryStore();
      store.close = () => Promise.reject(new Error('cannot close'));
      store.size = async () => 0;
      return store;
    };
    const failed = await failures({ open, without: ['shared'], sessions: 20 });
    expect(failed.get('size: counts what the store holds')).toMatch(/^size must/);
    expect(failed.get('create: stores a record that is read back')).toBe('cannot close');
  });

  it('refuses to run two cases at once', async () => {
    const [first, second] = storeConformance(right);
    const running = first?.run();
    await expect(second?.run()).rejects.toThrow(
      /^"read: finds nothing .*" has not ended: cases run one after the other/,
    );
    await running;
    await second?.run();
  });

  it.each<[string, object]>([
    ['open', {}],
    ['without', { open: () => 0, without: ['lists'] }],
    ['damage', { open: () => 0, damage: true }],
    ['sessions', { open: () => 0, sessions: 0 }],
    ['store', { open: () => 0, store: 1 }],
  ])('refuses a wrong option, and names it: %s', (option, options) => {
    const call = () => storeConformance(options as ConformanceOptions); // what a JavaScript user may pass
    expect(call).toThrow(SessionOptionsError);
    expect(call).toThrow(expect.objectContaining({ option }));
  });
});

describe('under node:test', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url)); // where tsx and the paths are found
  const inNode = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', '--test-reporter=tap', 'spec/testing/with-node-test.ts', ...args], {
      cwd: root,
      encoding: 'utf8',
    });

  it('runs, and a right store passes', () => {
    const { status, stdout } = inNode();
    expect(stdout).toContain('# fail 0');
    expect(stdout).toContain(`# pass ${storeConformance(right).length}`);
    expect(status).toBe(0);
  });

  it('fails for a broken one, with the message', () => {
    const { status, stdout } = inNode('delete always says that there was one');
    expect(status).toBe(1);
    expect(stdout).toMatch(/not ok \d+ - delete: tells the second time that there was no record/);
    expect(stdout).toContain('delete must resolve to false where no live record has the key');
  });
});
