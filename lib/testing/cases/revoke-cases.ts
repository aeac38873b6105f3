import { group } from '../conformance-case.js';
import { expectCount, expectFalse, expectKeys, expectNothing, expectRecord } from '../expect.js';
import { inParallel, times } from '../parallel.js';
import { principals } from '../test-principals.js';
import { aRecord } from '../subject.js';

const ALL = 'revoke must remove every live session of the principal but those in except';
const HOW_MANY = 'revoke must resolve to how many live sessions it removed';
const EXCEPT = 'revoke must leave the sessions whose keys are in except';
const OTHERS = 'revoke must leave the sessions of other principals, and of none';

/** `revoke`. */
export const revokeCases = [
  ...group('revoke', ['revoke'], {
    'removes all sessions of a principal, says how many, and leaves everybody else’s': async (subject) => {
      const { store } = subject;
      const principal = subject.principal();
      const own = [await subject.stored({ principal }), await subject.stored({ principal })];
      const others = [await subject.stored({ principal: subject.principal() }), await subject.stored()];
      expectCount(await subject.revoke(principal), 2, HOW_MANY);
      for (const { key } of own) expectNothing(await store.read(key), ALL);
      for (const { key, record } of others) expectRecord(await store.read(key), record, OTHERS);
      expectCount(await subject.revoke(principal), 0, HOW_MANY);
    },
    'removes nothing for a principal that nobody is': async (subject) => {
      expectCount(await subject.revoke(subject.principal()), 0, HOW_MANY);
    },
    'leaves the sessions that are excepted': async (subject) => {
      const { store } = subject;
      const principal = subject.principal();
      const stays = [await subject.stored({ principal }), await subject.stored({ principal })];
      const goes = await subject.stored({ principal });
      const except = [subject.key(), ...stays.map(({ key }) => key), `'"\\,{}`];
      expectCount(await subject.revoke(principal, except), 1, `${EXCEPT}, and count what it removed`);
      for (const { key, record } of stays) expectRecord(await store.read(key), record, EXCEPT);
      expectNothing(await store.read(goes.key), ALL);
      expectCount(await subject.revoke(principal, [stays[0]?.key ?? '']), 1, EXCEPT);
      expectCount(await subject.revoke(principal), 1, 'what was excepted once must be found the next time');
    },
    'leaves other principals’ sessions, whatever is excepted': async (subject) => {
      const principal = subject.principal();
      const other = await subject.stored({ principal: subject.principal() });
      await subject.stored({ principal });
      expectCount(await subject.revoke(principal, [other.key]), 1, HOW_MANY);
      expectRecord(await subject.store.read(other.key), other.record, OTHERS);
    },
    'goes by who a session belongs to now': async (subject) => {
      const { store } = subject;
      const [ada, bob] = [subject.principal(), subject.principal()];
      const toBob = await subject.stored({ principal: ada });
      const toNobody = await subject.stored({ principal: ada });
      const toAda = await subject.stored();
      await store.update(toBob.key, aRecord({ revision: 2, principal: bob }), 1);
      await store.update(toNobody.key, aRecord({ revision: 2 }), 1);
      await store.update(toAda.key, aRecord({ revision: 2, principal: ada }), 1);
      expectCount(await subject.revoke(ada), 1, 'revoke must follow every change of a record’s principal');
      expectNothing(await store.read(toAda.key), ALL);
      expectCount(await subject.revoke(bob), 1, 'revoke must follow every change of a record’s principal');
      expectNothing(await store.read(toBob.key), ALL);
      expectCount((await store.read(toNobody.key))?.revision, 2, OTHERS);
    },
    'ends a session for good': async (subject) => {
      const { store } = subject;
      const principal = subject.principal();
      const { key, record } = await subject.stored({ principal });
      await subject.revoke(principal);
      const advice = 'a revoked session must not come back';
      expectFalse(await store.update(key, { ...record, revision: 2 }, 1), advice);
      expectFalse(await store.touch(key, record.expiresAt, 1), advice);
      expectNothing(await store.read(key), advice);
    },
    'ends a session that is being stored again and again': async (subject) => {
      const { store } = subject;
      const principal = subject.principal();
      const keys = subject.keys(5);
      for (const key of keys) await store.create(key, aRecord({ principal }));
      let [begun, over] = [0, false];
      const writing = Promise.allSettled(
        keys.map(async (key) => {
          for (let revision = 1; !over; revision++) {
            if (!(await store.update(key, aRecord({ principal, revision: revision + 1 }), revision))) return;
            if (revision === 1) begun++;
          }
        }),
      );
      for (let looks = 0; begun < keys.length && looks < 1_000; looks++) await store.read(keys[0] ?? '');
      const count = await subject.revoke(principal);
      over = true;
      await writing;
      expectCount(count, 5, 'revoke must remove a session at whatever revision it is');
      for (const key of keys) expectNothing(await store.read(key), ALL);
    },
    'counts each session once, of five at the same time': async (subject) => {
      const principal = subject.principal();
      const keys = subject.keys(20);
      await inParallel(keys, (key) => subject.store.create(key, aRecord({ principal })));
      const counts = await times(5, () => subject.revoke(principal));
      const sum = counts.reduce((one, other) => one + other, 0);
      expectCount(sum, 20, 'revoke must count what it removed itself, by the answers of the commands that remove');
    },
    'tells principals of any text apart': async (subject) => {
      const all = principals(subject.principal()).filter((principal) => principal !== ''); // may be that of other tests
      const keys = await inParallel(all, async (principal) => (await subject.stored({ principal })).key);
      for (const [place, principal] of all.entries()) {
        const why = `a principal is any text, compared to the character (here ${JSON.stringify(principal)})`;
        expectCount(await subject.revoke(principal), 1, why);
        expectNothing(await subject.store.read(keys[place] ?? ''), why);
      }
    },
    'removes two hundred sessions but one hundred': async (subject) => {
      const principal = subject.principal();
      const keys = subject.keys(200);
      await inParallel(keys, (key) => subject.store.create(key, aRecord({ principal })));
      expectCount(await subject.revoke(principal, keys.slice(0, 100)), 100, EXCEPT);
      expectCount(await subject.revoke(principal), 100, HOW_MANY);
    },
  }),
  ...group('revoke', ['revoke', 'list'], {
    'leaves for list what it left': async (subject) => {
      const principal = subject.principal();
      const [stays, goes] = [await subject.stored({ principal }), await subject.stored({ principal })];
      await subject.revoke(principal, [stays.key]);
      expectKeys(await subject.list(principal), [stays.key], EXCEPT);
      expectNothing(await subject.store.read(goes.key), ALL);
      await subject.revoke(principal);
      expectKeys(await subject.list(principal), [], ALL);
    },
  }),
  ...group('revoke', ['revoke', 'exact-deadlines'], {
    'does not count a dead session': async (subject) => {
      const principal = subject.principal();
      await subject.stored({ principal });
      await subject.dead({ principal });
      expectCount(await subject.revoke(principal), 1, HOW_MANY);
    },
    'leaves a key that is used again by somebody else': async (subject) => {
      const [ada, bob] = [subject.principal(), subject.principal()];
      const key = await subject.dead({ principal: ada });
      const record = aRecord({ principal: bob });
      await subject.store.create(key, record);
      expectCount(await subject.revoke(ada), 0, HOW_MANY);
      expectRecord(await subject.store.read(key), record, OTHERS);
    },
  }),
];
