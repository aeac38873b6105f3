import { group } from '../conformance-case.js';
import { at } from '../test-clock.js';
import { expectKeys, expectRecord } from '../expect.js';
import { inParallel } from '../parallel.js';
import { aRecord, MINUTE } from '../subject.js';
import { principals } from '../test-principals.js';

const LIVE = 'list must give every live session of the principal, and no other';
const FOLLOW = 'list must follow every change of a record’s principal, in the same command that changes the record';

/** `list`: what it finds. */
export const listCases = [
  ...group('list', ['list'], {
    'finds all live sessions of a principal with their records, and nobody else’s': async (subject) => {
      const [ada, bob] = [subject.principal(), subject.principal()];
      const first = await subject.stored({ principal: ada, data: '{"views":1}', cookieMaxAge: null });
      const second = await subject.stored({ principal: ada, data: '{"views":2}', revision: 3, schemaVersion: 4 });
      const other = await subject.stored({ principal: bob });
      await subject.stored();
      const listed = await subject.list(ada);
      expectKeys(listed, [first.key, second.key], LIVE);
      const found = new Map(listed);
      for (const { key, record } of [first, second]) {
        expectRecord(found.get(key), record, 'list must give the records as read does');
      }
      expectKeys(await subject.list(bob), [other.key], LIVE);
    },
    'finds nothing for a principal that nobody is': async (subject) => {
      expectKeys(await subject.list(subject.principal()), [], LIVE);
    },
    'finds a session from the update on that gives it the principal': async (subject) => {
      const principal = subject.principal();
      const { key } = await subject.stored();
      const next = aRecord({ revision: 2, principal });
      await subject.store.update(key, next, 1);
      const listed = await subject.list(principal);
      expectKeys(listed, [key], FOLLOW);
      expectRecord(listed[0]?.[1], next, 'list must give the records as read does');
    },
    'follows an update that changes the principal': async (subject) => {
      const [ada, bob] = [subject.principal(), subject.principal()];
      const { key } = await subject.stored({ principal: ada });
      await subject.store.update(key, aRecord({ revision: 2, principal: bob }), 1);
      expectKeys(await subject.list(ada), [], FOLLOW);
      expectKeys(await subject.list(bob), [key], FOLLOW);
      await subject.store.update(key, aRecord({ revision: 3, principal: ada }), 2);
      expectKeys(await subject.list(ada), [key], FOLLOW);
      expectKeys(await subject.list(bob), [], FOLLOW);
    },
    'loses a session by an update that clears the principal': async (subject) => {
      const principal = subject.principal();
      const { key } = await subject.stored({ principal });
      await subject.store.update(key, aRecord({ revision: 2 }), 1);
      expectKeys(await subject.list(principal), [], FOLLOW);
    },
    'loses a session that a rotation turns into a note': async (subject) => {
      const principal = subject.principal();
      const { key, record } = await subject.stored({ principal });
      const successor = await subject.stored({ ...record, revision: 2 });
      const note = aRecord({ data: '', revision: 2, forwardTo: successor.key });
      await subject.store.update(key, note, 1);
      expectKeys(await subject.list(principal), [successor.key], FOLLOW);
    },
    'leaves a session where it is when an update is refused': async (subject) => {
      const [ada, bob] = [subject.principal(), subject.principal()];
      const { key } = await subject.stored({ principal: ada });
      await subject.store.update(key, aRecord({ revision: 3, principal: bob }), 2);
      await subject.store.update(subject.key(), aRecord({ revision: 3, principal: bob }), 2);
      expectKeys(
        await subject.list(ada),
        [key],
        'an update that is refused must change nothing of who a session belongs to',
      );
      expectKeys(
        await subject.list(bob),
        [],
        'an update that is refused must change nothing of who a session belongs to',
      );
    },
    'finds a touched session with its new deadline': async (subject) => {
      const principal = subject.principal();
      const { key, record } = await subject.stored({ principal });
      const expiresAt = record.expiresAt + MINUTE;
      await subject.store.touch(key, expiresAt, 1);
      const listed = await subject.list(principal);
      expectKeys(listed, [key], 'touch must leave a session its principal');
      expectRecord(listed[0]?.[1], { ...record, expiresAt }, 'list must give the records as read does');
    },
    'loses a deleted session': async (subject) => {
      const principal = subject.principal();
      const gone = await subject.stored({ principal });
      const { key } = await subject.stored({ principal });
      await subject.store.delete(gone.key);
      expectKeys(await subject.list(principal), [key], LIVE);
    },
    'tells principals of any text apart': async (subject) => {
      const all = principals(subject.principal());
      const keys = await inParallel(all, async (principal) => (await subject.stored({ principal })).key);
      for (const [place, principal] of all.entries()) {
        const why = `a principal is any text, compared to the character (here ${JSON.stringify(principal)})`;
        const listed = await subject.list(principal);
        // the empty one may have sessions of other tests
        const own = principal === '' ? listed.filter(([key]) => keys.includes(key)) : listed;
        expectKeys(own, keys.slice(place, place + 1), why);
      }
    },
    'finds two hundred sessions of one principal': async (subject) => {
      const principal = subject.principal();
      const keys = subject.keys(200);
      await inParallel(keys, (key) => subject.store.create(key, aRecord({ principal })));
      expectKeys(await subject.list(principal), keys, LIVE);
    },
  }),
  ...group('list', ['list', 'exact-deadlines'], {
    'loses a session at its deadline': async (subject) => {
      const principal = subject.principal();
      const { key, record } = await subject.stored({ principal });
      await subject.dead({ principal });
      const later = await subject.stored({ principal, expiresAt: record.expiresAt + MINUTE });
      const advice = 'list must compare the deadlines with Date.now() at each call';
      await at(record.expiresAt - 1, async () => expectKeys(await subject.list(principal), [key, later.key], advice));
      await at(record.expiresAt, async () => expectKeys(await subject.list(principal), [later.key], advice));
    },
    'loses a session whose deadline is brought forward to the past': async (subject) => {
      const principal = subject.principal();
      const touched = await subject.stored({ principal });
      const updated = await subject.stored({ principal });
      await subject.store.touch(touched.key, Date.now() - 1, 1);
      await subject.store.update(updated.key, aRecord({ principal, revision: 2, expiresAt: Date.now() - 1 }), 1);
      expectKeys(await subject.list(principal), [], LIVE);
    },
    'keeps a touched session past its first deadline': async (subject) => {
      const principal = subject.principal();
      const { key, record } = await subject.stored({ principal });
      await subject.store.touch(key, record.expiresAt + MINUTE, 1);
      await at(record.expiresAt + 1, async () => {
        expectKeys(await subject.list(principal), [key], 'touch must move the deadline for list too');
      });
    },
    'gives a key that is used again to whom it belongs now': async (subject) => {
      const [ada, bob] = [subject.principal(), subject.principal()];
      const key = await subject.dead({ principal: ada });
      await subject.store.create(key, aRecord({ principal: bob }));
      expectKeys(await subject.list(ada), [], 'create must leave nothing of a dead record, its principal least of all');
      expectKeys(await subject.list(bob), [key], LIVE);
    },
  }),
];
