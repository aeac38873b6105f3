import { group } from '../conformance-case.js';
import { expectData, expectNothing, expectRecord, expectTrue } from '../expect.js';
import { aRecord, type Subject } from '../subject.js';
import { walk } from '../walk.js';

const MEETS = 'scan must meet every live record that is there all the time, in pages of any size';

/** Scans in pages of this size, until all records of this case were found. */
async function meetsAll(subject: Subject, limit: number): Promise<void> {
  const live = new Map<string, string>();
  for (let views = 0; views < 5; views++) {
    const { key, record } = await subject.stored({ data: `{"views":${views}}` });
    live.set(key, record.data);
  }
  const met = await walk(subject, limit, { until: (all) => [...live.keys()].every((key) => all.has(key)) });
  for (const [key, data] of live) {
    expectData(met.get(key), data, MEETS);
  }
}

/** `scan`. */
export const scanCases = [
  ...group('scan', ['scan'], {
    'meets every live record in pages of one': (subject) => meetsAll(subject, 1),
    'meets every live record in pages of two': (subject) => meetsAll(subject, 2),
    'meets every live record in pages of three': (subject) => meetsAll(subject, 3),
    'meets every live record in pages of a hundred, and comes to an end': async (subject) => {
      const { key, record } = await subject.stored({ principal: subject.principal(), cookieMaxAge: null });
      const met = await walk(subject, 100);
      expectRecord(met.get(key), record, 'scan must give the records as read does');
    },
    'comes to an end where a page has as many records as it should': async (subject) => {
      for (let more = 0; more < 4; more++) {
        await subject.stored();
        await walk(subject, 2, { until: (met) => met.size > 20 }); // a store that is not shared has 1, 2, 3, 4
      }
    },
    'meets what stays, while other records come and go': async (subject) => {
      const { store } = subject;
      const stays = subject.keys(4);
      const goes = subject.keys(4);
      for (const [at, key] of stays.entries()) {
        await store.create(goes[at] ?? '', aRecord());
        await store.create(key, aRecord());
      }
      let revision = 1;
      const met = await walk(subject, 2, {
        until: (all) => stays.every((key) => all.has(key)),
        between: async () => {
          await store.delete(goes.pop() ?? subject.key());
          await store.update(stays[0] ?? '', aRecord({ revision: revision + 1 }), revision++);
          await store.create(subject.key(), aRecord());
        },
      });
      for (const key of stays) expectTrue(met.has(key), MEETS);
    },
  }),
  ...group('scan', ['scan', 'exact-deadlines'], {
    'does not meet a dead record': async (subject) => {
      const key = await subject.dead();
      await subject.stored();
      const met = await walk(subject, 100);
      expectNothing(met.get(key), 'scan must compare the deadlines with Date.now() at each call');
    },
  }),
];
