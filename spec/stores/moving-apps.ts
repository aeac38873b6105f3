// Releases of an app that is being moved, as far as the store of their sessions sees them, for moving-store.spec.ts.
import type { Scheduler } from 'fast-check';
import { MovingStore } from '../../lib/stores/moving/moving-store.js';
import { MemoryStore } from '../../lib/stores/memory/memory-store.js';
import type { SessionRecord, SessionStore } from '../../lib/stores/store-contract.js';
import { aRecord } from './samples.js';

/** How long a session lives unused, in milliseconds. */
export const LIFE = 60_000;

/** A store whose commands wait until the scheduler lets each of them go. */
export function scheduled(inner: SessionStore, scheduler: Scheduler, name: string): SessionStore {
  const when = async <T>(command: string, run: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), `${name}.${command}`);
    return run();
  };
  return {
    read: (key) => when('read', () => inner.read(key)),
    create: (key, record) => when('create', () => inner.create(key, record)),
    update: (key, record, revision) => when('update', () => inner.update(key, record, revision)),
    touch: (key, expiresAt, revision) => when('touch', () => inner.touch(key, expiresAt, revision)),
    delete: (key) => when('delete', () => inner.delete(key)),
    list: (principal) => when('list', async () => (await inner.list?.(principal)) ?? []),
    revoke: (principal, except) => when('revoke', async () => (await inner.revoke?.(principal, except)) ?? 0),
  };
}

/** A release of the app, on its store: what its requests do, as a session does it. */
export class App {
  readonly name: string;
  readonly store: SessionStore;

  constructor(name: string, store: SessionStore) {
    this.name = name;
    this.store = store;
  }

  async begin(key: string, principal = 'ada'): Promise<void> {
    await this.store.create(key, aRecord({ data: '{"n":0}', expiresAt: Date.now() + LIFE, principal }));
  }

  /** The count that a session holds; `undefined` where there is none any more. */
  async count(key: string): Promise<number | undefined> {
    const record = await this.store.read(key);
    return record === undefined || record.forwardTo !== undefined ? undefined : countOf(record);
  }

  /** Adds one, on the latest record; `false` where the session has ended or others were always faster. */
  async increment(key: string): Promise<boolean> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const record = await this.store.read(key);
      if (record === undefined || record.forwardTo !== undefined) return false;
      const { mirroredUntil: _, ...found } = record;
      const changed = { ...found, data: `{"n":${countOf(record) + 1}}`, revision: record.revision + 1, expiresAt: Date.now() + LIFE }; // prettier-ignore
      if (await this.store.update(key, changed, record.revision)) return true;
    }
    return false;
  }

  async touch(key: string): Promise<void> {
    const record = await this.store.read(key);
    if (record !== undefined) await this.store.touch(key, Date.now() + LIFE, record.revision);
  }

  /** Ends a session, wherever it has moved. */
  async end(key: string): Promise<void> {
    for (let at = key; ;) {
      const record = await this.store.read(at);
      if (record === undefined) return;
      if (record.forwardTo === null) return;
      if (record.forwardTo !== undefined) at = record.forwardTo;
      else if (await this.store.update(at, noteOf(record, null), record.revision)) { await this.store.delete(at); return; } // prettier-ignore
    }
  }

  /** Moves a session to another key; `false` where it has ended or others were faster. */
  async rotate(key: string, to: string): Promise<boolean> {
    const record = await this.store.read(key);
    if (record === undefined || record.forwardTo !== undefined) return false;
    const { mirroredUntil: _, ...found } = record;
    await this.store.create(to, { ...found, revision: 1, expiresAt: Date.now() + LIFE });
    if (await this.store.update(key, noteOf(record, to), record.revision)) return true;
    await this.store.delete(to);
    return false;
  }
}

function countOf(record: SessionRecord): number {
  return (JSON.parse(record.data) as { n: number }).n;
}

function noteOf(record: SessionRecord, to: string | null): SessionRecord {
  const { revision, schemaVersion, createdAt } = record;
  return { data: '', revision: revision + 1, schemaVersion, createdAt, expiresAt: Date.now() + LIFE, forwardTo: to };
}

/** A site with its two stores, and the three releases of the app. */
export function site(wrap: (store: SessionStore, name: string) => SessionStore = (store) => store) {
  const [next, previous] = [new MemoryStore(), new MemoryStore()];
  const both = (name: string) => new App(name, new MovingStore(wrap(next, `${name}: next`), wrap(previous, `${name}: previous`))); // prettier-ignore
  return {
    next,
    previous,
    old: new App('old', wrap(previous, 'old')),
    moving: [both('moving'), both('moving too')] as const,
    new: new App('new', wrap(next, 'new')),
  };
}

/** When a process dies: at its how-manieth command, and whether the server has done that one. */
export interface Death {
  readonly at: number;
  readonly done: boolean;
}

/** The stores of a process that dies: from then on nobody hears of it. */
export function mortal({ at, done }: Death): (inner: SessionStore) => SessionStore {
  let commands = 0;
  const when = async <T>(run: () => Promise<T>): Promise<T> => {
    const command = commands++;
    if (command < at) return run();
    if (command === at && done) await run();
    return new Promise<never>(() => undefined);
  };
  return (inner) => ({
    read: (key) => when(() => inner.read(key)),
    create: (key, record) => when(() => inner.create(key, record)),
    update: (key, record, revision) => when(() => inner.update(key, record, revision)),
    touch: (key, expiresAt, revision) => when(() => inner.touch(key, expiresAt, revision)),
    delete: (key) => when(() => inner.delete(key)),
    list: (principal) => when(async () => (await inner.list?.(principal)) ?? []),
    revoke: (principal, except) => when(async () => (await inner.revoke?.(principal, except)) ?? 0),
  });
}
