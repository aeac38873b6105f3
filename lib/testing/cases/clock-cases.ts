import { group } from '../conformance-case.js';
import { at } from '../test-clock.js';
import { expectKeys, expectNothing, expectRecord, expectTrue } from '../expect.js';
import { aRecord, HOUR, MINUTE, type Subject } from '../subject.js';

const LEFT =
  'a server that removes records by itself must count what is left by the writer’s clock (expiresAt - Date.now()), and ' +
  'not until expiresAt by its own';
const DEADLINE = 'a record is dead from its deadline on, by Date.now(), whichever clock wrote it';

/** Runs every write command while the clock differs by this much. */
async function writes(subject: Subject, off: number): Promise<void> {
  const { store } = subject;
  const now = Date.now() + off;
  const expiresAt = now + 2 * MINUTE;
  const created = aRecord({ createdAt: now, expiresAt: now + MINUTE });
  const [first, second, third] = [subject.key(), subject.key(), subject.key()];
  await at(now, async () => {
    for (const key of [first, second, third]) expectTrue(await store.create(key, created), LEFT);
    expectTrue(await store.update(second, { ...created, expiresAt, revision: 2 }, 1), LEFT);
    expectTrue(await store.touch(third, expiresAt, 1), LEFT);
    expectRecord(await store.read(first), created, LEFT);
    expectRecord(await store.read(second), { ...created, expiresAt, revision: 2 }, LEFT);
    expectRecord(await store.read(third), { ...created, expiresAt }, LEFT);
  });
  await at(expiresAt, async () => {
    for (const key of [first, second, third]) expectNothing(await store.read(key), DEADLINE);
  });
}

/** Cases in which the clocks differ from that of the server, and from each other. */
export const clockCases = [
  ...group('clock', ['exact-deadlines'], {
    'loses nothing that is written by a clock that is an hour behind, and ends it in time': (subject) =>
      writes(subject, -HOUR),
    'loses nothing that is written by a clock that is an hour ahead, and ends it in time': (subject) =>
      writes(subject, HOUR),
    'ends a record by the clock of whoever reads it': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      await at(Date.now() - HOUR, async () => expectRecord(await store.read(key), record, DEADLINE));
      expectRecord(await store.read(key), record, DEADLINE);
      await at(Date.now() + HOUR, async () => expectNothing(await store.read(key), DEADLINE));
    },
  }),
  ...group('clock', ['exact-deadlines', 'list'], {
    'lists what is written by a clock that is an hour behind': async (subject) => {
      const principal = subject.principal();
      const now = Date.now() - HOUR;
      await at(now, async () => {
        const { key } = await subject.stored({ principal });
        expectKeys(await subject.list(principal), [key], LEFT);
      });
      expectKeys(await subject.list(principal), [], DEADLINE);
    },
  }),
];
