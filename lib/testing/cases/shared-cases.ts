import { group } from '../conformance-case.js';
import { at } from '../test-clock.js';
import { countToTen } from '../counters.js';
import {
  expectCount,
  expectFalse,
  expectKeys,
  expectNothing,
  expectOneTrue,
  expectRecord,
  expectTrue,
} from '../expect.js';
import { times } from '../parallel.js';
import { aRecord, HOUR, MINUTE } from '../subject.js';
import { walk } from '../walk.js';

const SAME =
  'stores that open gives one after the other must hold the same sessions; where each has its own, say ' +
  "without: ['shared']";
const ATOMIC =
  'a command must be atomic on the server, and not only within one store: compare and write in one command';
const AHEAD =
  'a process whose clock is ahead must find a session dead and take it from nobody else: do not remove a record, or its ' +
  'place in an index, because it looks dead';

/** Two stores on the same sessions. */
export const sharedCases = [
  ...group('shared', ['shared'], {
    'reads, updates and deletes what another store has stored': async (subject) => {
      const { store } = subject;
      const other = await subject.another();
      const { key, record } = await subject.stored();
      expectRecord(await other.read(key), record, SAME);
      const next = aRecord({ data: '{"views":2}', revision: 2 });
      expectTrue(await other.update(key, next, 1), SAME);
      expectRecord(
        await store.read(key),
        next,
        'nothing may be kept in the process: another process may have changed it',
      );
      expectFalse(
        await store.update(key, aRecord({ revision: 2 }), 1),
        'the revision must be compared where the record is',
      );
      await other.delete(key);
      expectNothing(await store.read(key), 'nothing may be kept in the process: another process may have removed it');
      expectFalse(
        await store.update(key, aRecord({ revision: 3 }), 2),
        'a session must not come back after another process removed it',
      );
    },
  }),
  ...group('shared', ['shared', 'exact-deadlines'], {
    'touches what another store has stored': async (subject) => {
      const other = await subject.another();
      const { key, record } = await subject.stored();
      const expiresAt = record.expiresAt + MINUTE;
      expectTrue(await other.touch(key, expiresAt, 1), SAME);
      expectRecord(await subject.store.read(key), { ...record, expiresAt }, SAME);
    },
    'loses no session by a process whose clock is an hour ahead': async (subject) => {
      const { store } = subject;
      const other = await subject.another();
      const { key, record } = await subject.stored();
      await at(Date.now() + HOUR, async () => {
        expectNothing(await other.read(key), AHEAD);
        expectFalse(await other.touch(key, Date.now() + HOUR, 1), AHEAD);
        expectFalse(await other.update(key, { ...record, revision: 2 }, 1), AHEAD);
        expectFalse(await other.delete(key), AHEAD);
      });
      expectRecord(await store.read(key), record, AHEAD);
    },
  }),
  ...group('shared', ['shared', 'exact-deadlines', 'list', 'revoke'], {
    'lists and revokes a session that a process whose clock is an hour ahead has looked for': async (subject) => {
      const other = await subject.another();
      const principal = subject.principal();
      const { key } = await subject.stored({ principal });
      const theirs = subject.key();
      await at(Date.now() + HOUR, async () => {
        expectKeys(await subject.list(principal, other), [], AHEAD);
        expectCount(await subject.revoke(principal, [], other), 0, AHEAD);
        await other.create(theirs, aRecord({ principal }));
        expectKeys(await subject.list(principal, other), [theirs], AHEAD);
      });
      expectKeys(await subject.list(principal), [key, theirs], AHEAD);
      expectCount(await subject.revoke(principal), 2, AHEAD);
    },
  }),
  ...group('shared', ['shared-atomic', 'shared'], {
    'lets exactly one of twenty updates over two stores win': async (subject) => {
      const stores = [subject.store, await subject.another()] as const;
      for (let round = 0; round < 5; round++) {
        const { key } = await subject.stored();
        const records = Array.from({ length: 20 }, (_, views) => aRecord({ data: `{"views":${views}}`, revision: 2 }));
        const won = await Promise.all(
          records.map((record, nth) => (stores[nth % 2] ?? subject.store).update(key, record, 1)),
        );
        const winner = records[expectOneTrue(won, ATOMIC)];
        for (const store of stores) expectRecord(await store.read(key), winner ?? aRecord(), ATOMIC);
      }
    },
    'loses no step of counters over two stores': async (subject) => {
      const { key, record } = await subject.stored({ data: '{"views":0}' });
      await countToTen([subject.store, await subject.another()], key);
      expectRecord(await subject.store.read(key), { ...record, data: '{"views":10}', revision: 11 }, ATOMIC);
    },
  }),
  ...group('shared', ['shared-atomic', 'shared', 'create-if-absent'], {
    'lets exactly one of twenty creates over two stores have the key': async (subject) => {
      const stores = [subject.store, await subject.another()] as const;
      const key = subject.key();
      const created = await times(20, (nth) => (stores[nth % 2] ?? subject.store).create(key, aRecord()));
      expectOneTrue(created, ATOMIC);
    },
  }),
  ...group('shared', ['shared-atomic', 'shared', 'delete-tells'], {
    'tells exactly one of twenty deletes over two stores that it was the one': async (subject) => {
      const stores = [subject.store, await subject.another()] as const;
      const { key } = await subject.stored();
      const deleted = await times(20, (nth) => (stores[nth % 2] ?? subject.store).delete(key));
      expectOneTrue(deleted, ATOMIC);
    },
  }),
  ...group('shared', ['shared', 'list', 'revoke'], {
    'lists and revokes what another store has stored': async (subject) => {
      const other = await subject.another();
      const principal = subject.principal();
      const { key } = await subject.stored({ principal });
      expectKeys(await subject.list(principal, other), [key], SAME);
      expectCount(await subject.revoke(principal, [], other), 1, SAME);
      expectNothing(await subject.store.read(key), SAME);
      expectKeys(await subject.list(principal), [], SAME);
    },
  }),
  ...group('shared', ['shared', 'scan'], {
    'scans on where another store ended': async (subject) => {
      const stores = [subject.store, await subject.another()];
      const keys = subject.keys(6);
      for (const key of keys) await subject.store.create(key, aRecord());
      const met = await walk(subject, 2, { stores, until: (all) => keys.every((key) => all.has(key)) });
      for (const key of keys) expectTrue(met.has(key), 'a cursor must lead on in every process');
    },
  }),
];
