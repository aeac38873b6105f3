import { group } from '../conformance-case.js';
import { at } from '../test-clock.js';
import { expectFalse, expectNothing, expectRecord, expectTrue } from '../expect.js';
import { aRecord, MINUTE } from '../subject.js';

const STALE =
  'touch must resolve to false, and move nothing, where the record is at another revision: compare in the command itself';
const BACK =
  'touch must resolve to false, and store nothing, where no live record has the key: a session that ended must not come back';
const MOVES = 'touch must move the deadline and nothing else; the revision stays';
const MOVED = 'touch must resolve to true, and move the deadline, where the key is at the expected revision';

/** `touch`. */
export const touchCases = [
  ...group('touch', [], {
    'moves the deadline and nothing else, the revision least of all': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored({ revision: 3, principal: subject.principal(), cookieMaxAge: 7 });
      const expiresAt = record.expiresAt + MINUTE;
      expectTrue(await store.touch(key, expiresAt, 3), MOVED);
      expectRecord(await store.read(key), { ...record, expiresAt }, MOVES);
      const next = { ...record, expiresAt, revision: 4 };
      expectTrue(
        await store.update(key, next, 3),
        'an update on the revision from before a touch must succeed: touch moves no revision',
      );
    },
    'refuses a stale revision and leaves the deadline as it is': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored({ revision: 2 });
      expectFalse(await store.touch(key, record.expiresAt + MINUTE, 1), STALE);
      expectFalse(await store.touch(key, record.expiresAt + MINUTE, 3), STALE);
      expectRecord(await store.read(key), record, STALE);
    },
    'does not find a missing record': async (subject) => {
      const { store } = subject;
      const key = subject.key();
      expectFalse(await store.touch(key, Date.now() + MINUTE, 1), BACK);
      expectNothing(await store.read(key), BACK);
    },
    'never brings a deleted record back': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      await store.delete(key);
      expectFalse(await store.touch(key, Date.now() + MINUTE, 1), BACK);
      expectNothing(await store.read(key), BACK);
    },
    'takes nothing from an update at the same time': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      const next = aRecord({ data: '{"views":2}', revision: 2, expiresAt: record.expiresAt + 2 * MINUTE });
      const [updated] = await Promise.all([
        store.update(key, next, 1),
        ...Array.from({ length: 5 }, () => store.touch(key, record.expiresAt + MINUTE, 1)),
      ]);
      expectTrue(updated, 'an update must succeed beside touches: they move no revision');
      expectRecord(
        await store.read(key),
        next,
        'touch must not write what it read before: it moves the deadline alone, in one command',
      );
    },
  }),
  ...group('touch', ['exact-deadlines'], {
    'keeps a record alive past its first deadline, and to the second': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      const expiresAt = record.expiresAt + MINUTE;
      expectTrue(await store.touch(key, expiresAt, 1), MOVED);
      await at(record.expiresAt + 1, async () => expectRecord(await store.read(key), { ...record, expiresAt }, MOVES));
      await at(expiresAt, async () =>
        expectNothing(await store.read(key), 'a touched record is dead from its new deadline on'),
      );
    },
    'brings a deadline forward too': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      expectTrue(await store.touch(key, Date.now() - 1, 1), MOVED);
      expectNothing(await store.read(key), 'touch must move the deadline to where it is told, also to the past');
    },
    'never brings a dead record back': async (subject) => {
      const { store } = subject;
      const key = await subject.dead();
      expectFalse(await store.touch(key, Date.now() + MINUTE, 1), BACK);
      expectNothing(await store.read(key), BACK);
    },
  }),
];
