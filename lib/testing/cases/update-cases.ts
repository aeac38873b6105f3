import { group } from '../conformance-case.js';
import { countToTen } from '../counters.js';
import { expectFalse, expectNothing, expectOneTrue, expectRecord, expectTrue } from '../expect.js';
import { aRecord, MINUTE } from '../subject.js';

const STALE =
  'update must resolve to false, and store nothing, where the record is at another revision: compare in the command ' +
  'itself, as UPDATE … WHERE revision = ? does';
const BACK =
  'update must resolve to false, and store nothing, where no live record has the key: a session that ended must not come back';
const STORED = 'update must resolve to true, and store the record, where the key is at the expected revision';

/** `update`: the compare-and-swap. */
export const updateCases = [
  ...group('update', [], {
    'replaces all of the record at the revision that it was made on': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      const next = aRecord({
        data: '{"views":2}',
        revision: 2,
        schemaVersion: 3,
        createdAt: 5,
        expiresAt: record.expiresAt + MINUTE,
        cookieMaxAge: 7,
        principal: subject.principal(),
        mirroredUntil: record.expiresAt,
        writeId: 'second',
        usedAt: 6,
      });
      expectTrue(await store.update(key, next, 1), STORED);
      expectRecord(await store.read(key), next, 'update must replace every field of the record');
    },
    'clears the optional fields that the new record does not have': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored({
        principal: subject.principal(),
        cookieMaxAge: 7,
        forwardTo: 'elsewhere',
        mirroredUntil: 9,
        writeId: 'first',
        usedAt: 4,
      });
      const next = aRecord({ revision: 2 });
      expectTrue(await store.update(key, next, 1), STORED);
      expectRecord(await store.read(key), next, 'update must clear what the new record does not have');
    },
    'refuses a stale revision and leaves the record as it is': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored({ revision: 4 });
      expectFalse(await store.update(key, aRecord({ revision: 4 }), 3), STALE);
      expectFalse(await store.update(key, aRecord({ revision: 6 }), 5), STALE);
      expectRecord(await store.read(key), record, STALE);
    },
    'stores the revision of the new record, whichever it is': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      expectTrue(await store.update(key, aRecord({ revision: 17 }), 1), STORED);
      expectFalse(
        await store.update(key, aRecord({ revision: 3 }), 2),
        'the revision is the record’s, not one more than before',
      );
      expectTrue(await store.update(key, aRecord({ revision: 18 }), 17), STORED);
    },
    'never brings a missing record to life': async (subject) => {
      const { store } = subject;
      const key = subject.key();
      expectFalse(await store.update(key, aRecord({ revision: 2 }), 1), BACK);
      expectNothing(await store.read(key), BACK);
    },
    'never brings a deleted record back': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      await store.delete(key);
      expectFalse(await store.update(key, aRecord({ revision: 2 }), 1), BACK);
      expectNothing(await store.read(key), BACK);
    },
    'never brings a record back that is deleted meanwhile': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      await Promise.all([
        ...Array.from({ length: 5 }, (_, more) => store.update(key, aRecord({ revision: 2 + more }), 1 + more)),
        store.delete(key),
        ...Array.from({ length: 5 }, (_, more) => store.update(key, aRecord({ revision: 7 + more }), 6 + more)),
      ]);
      expectNothing(await store.read(key), BACK);
    },
    'lets exactly one of twenty at the same time win': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      const records = Array.from({ length: 20 }, (_, views) => aRecord({ data: `{"views":${views}}`, revision: 2 }));
      const won = await Promise.all(records.map((record) => store.update(key, record, 1)));
      const winner = records[expectOneTrue(won, STALE)];
      expectRecord(await store.read(key), winner ?? aRecord(), 'what is stored must be what was told to be');
    },
    'loses no step of ten counters that try again after a lost swap': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored({ data: '{"views":0}' });
      await countToTen([store], key);
      expectRecord(await store.read(key), { ...record, data: '{"views":10}', revision: 11 }, STALE);
    },
  }),
  ...group('update', ['exact-deadlines'], {
    'never brings a dead record back': async (subject) => {
      const { store } = subject;
      const key = await subject.dead();
      expectFalse(await store.update(key, aRecord({ revision: 2 }), 1), BACK);
      expectNothing(await store.read(key), BACK);
    },
    'brings the deadline forward, also to the past': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      expectTrue(await store.update(key, aRecord({ revision: 2, expiresAt: Date.now() - 1 }), 1), STORED);
      expectNothing(await store.read(key), 'update must store the deadline of the new record');
      expectTrue(await store.create(key, aRecord()), 'create must take the place of a dead record');
    },
  }),
];
