import { nextTurn } from '../../timers.js';
import { group } from '../conformance-case.js';
import { expectKeys, expectOneTrue, expectTrue } from '../expect.js';
import { times } from '../parallel.js';
import { aRecord, MINUTE, type Subject } from '../subject.js';

const STAYS = 'list must give a session that has been there all the time, whatever others do meanwhile';
const QUIET =
  'list must be exact once nothing changes any more: change the record and who it belongs to in one command';

/** Stores and deletes sessions of a principal repeatedly. */
async function comeAndGo(subject: Subject, principal: string): Promise<void> {
  const { store } = subject;
  for (let round = 0; round < 10; round++) {
    const [kept, gone] = [subject.key(), subject.key()];
    await Promise.all([store.create(kept, aRecord({ principal })), store.create(gone, aRecord({ principal }))]);
    const moved = aRecord({ principal: round % 2 === 0 ? undefined : subject.principal(), revision: 2 });
    await Promise.all([store.update(kept, moved, 1), store.delete(gone)]);
    await store.delete(kept);
  }
}

/** Stores and touches a session repeatedly, without changing its principal. */
async function keepBusy(subject: Subject, principal: string, key: string): Promise<void> {
  for (let revision = 1; revision <= 20; revision++) {
    const record = aRecord({ principal, revision: revision + 1 });
    expectTrue(await subject.store.update(key, record, revision), 'an update at the expected revision must succeed');
    await subject.store.touch(key, record.expiresAt + MINUTE, revision + 1);
  }
}

/** `list` while other commands run. */
export const listChangesCases = group('list', ['list'], {
  'never misses a session that stays, while others come and go': async (subject) => {
    const principal = subject.principal();
    const stays = subject.keys(5);
    for (const key of stays) await subject.store.create(key, aRecord({ principal }));
    let quiet = false;
    const changing = Promise.all([
      ...Array.from({ length: 4 }, () => comeAndGo(subject, principal)),
      keepBusy(subject, principal, stays[0] ?? ''),
    ]).finally(() => {
      quiet = true;
    });
    const listing = async (): Promise<void> => {
      do {
        const listed = await subject.list(principal);
        const stayed = listed.filter(([key]) => stays.includes(key));
        expectKeys(stayed, stays, STAYS);
        await nextTurn(); // a store whose list() never waits would let nothing else run
      } while (!quiet);
    };
    await Promise.all([changing, listing()]);
    expectKeys(await subject.list(principal), stays, QUIET);
  },
  'gives a session to the one principal whose update won': async (subject) => {
    const { key } = await subject.stored({ principal: subject.principal() });
    const rivals = Array.from({ length: 10 }, () => subject.principal());
    const won = await times(10, (at) => subject.store.update(key, aRecord({ revision: 2, principal: rivals[at] }), 1));
    const winner = expectOneTrue(won, 'exactly one of several updates at the same revision must win');
    for (const [at, principal] of rivals.entries()) {
      expectKeys(await subject.list(principal), at === winner ? [key] : [], QUIET);
    }
  },
  'keeps nothing of a session that is deleted while it is updated': async (subject) => {
    const [ada, bob] = [subject.principal(), subject.principal()];
    const keys = subject.keys(20);
    for (const key of keys) await subject.store.create(key, aRecord({ principal: ada }));
    await Promise.all(
      keys.flatMap((key) => [
        subject.store.update(key, aRecord({ revision: 2, principal: bob }), 1),
        subject.store.delete(key),
      ]),
    );
    expectKeys(await subject.list(ada), [], QUIET);
    expectKeys(await subject.list(bob), [], QUIET);
  },
});
