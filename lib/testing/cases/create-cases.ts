import { group } from '../conformance-case.js';
import { at } from '../test-clock.js';
import { expectData, expectFalse, expectNothing, expectOneTrue, expectRecord, expectTrue } from '../expect.js';
import { times } from '../parallel.js';
import { aRecord } from '../subject.js';

const FREE = 'create must resolve to true, and store the record, where no live record has the key';
const TAKEN =
  'create must resolve to false, and store nothing, where a live record has the key: look and write in one command, ' +
  'as SET … NX or INSERT … ON CONFLICT do';
const DEADLINE =
  'read must give a record until its deadline, and not from that millisecond on: compare it with Date.now()';
const APART = 'a key must be compared to the character: give its column a binary collation, and escape nothing away';

/** `read` and `create`. */
export const createCases = [
  ...group('read', [], {
    'finds nothing under a key that was never stored': async (subject) => {
      expectNothing(await subject.store.read(subject.key()), 'read must resolve to undefined where there is no record');
    },
  }),
  ...group('read', ['exact-deadlines'], {
    'never serves a record that was stored with its deadline in the past': async (subject) => {
      const key = await subject.dead();
      expectNothing(await subject.store.read(key), DEADLINE);
    },
    'serves a record until the millisecond of its deadline and not from then on': async (subject) => {
      const { key, record } = await subject.stored();
      await at(record.expiresAt - 1, async () => expectRecord(await subject.store.read(key), record, DEADLINE));
      await at(record.expiresAt, async () => expectNothing(await subject.store.read(key), DEADLINE));
    },
  }),
  ...group('create', [], {
    'stores a record that is read back': async (subject) => {
      const { store } = subject;
      const key = subject.key();
      const record = aRecord();
      expectTrue(await store.create(key, record), FREE);
      expectRecord(await store.read(key), record, 'read must give what create was given');
    },
    'stores a record where one was deleted': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored({ revision: 7, principal: subject.principal() });
      await store.delete(key);
      const second = aRecord({ data: '{"views":2}' });
      expectTrue(await store.create(key, second), FREE);
      expectRecord(await store.read(key), second, 'create must leave nothing of a record that was there before');
    },
    'keeps records of many keys apart': async (subject) => {
      const { store } = subject;
      const keys = subject.keys(20);
      await times(20, (views) => store.create(keys[views] ?? '', aRecord({ data: `{"views":${views}}` })));
      const found = await times(20, (views) => store.read(keys[views] ?? ''));
      for (const [views, record] of found.entries()) {
        expectData(record, `{"views":${views}}`, 'each key must have its own record');
      }
    },
  }),
  ...group('create', ['create-if-absent'], {
    'refuses a key that has a live record, and leaves that as it is': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      expectFalse(await store.create(key, aRecord({ data: '{"views":2}', revision: 9 })), TAKEN);
      expectRecord(await store.read(key), record, TAKEN);
    },
    'lets exactly one of twenty at the same time have the key': async (subject) => {
      const { store } = subject;
      const key = subject.key();
      const records = Array.from({ length: 20 }, (_, views) => aRecord({ data: `{"views":${views}}` }));
      const created = await Promise.all(records.map((record) => store.create(key, record)));
      const winner = records[expectOneTrue(created, TAKEN)];
      expectRecord(await store.read(key), winner ?? aRecord(), 'what is stored must be what was told to be');
    },
  }),
  ...group('create', ['create-if-absent', 'exact-deadlines'], {
    'refuses a key that has a live record, also for a record that is dead already': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      expectFalse(await store.create(key, aRecord({ expiresAt: Date.now() - 1 })), TAKEN);
      expectRecord(await store.read(key), record, TAKEN);
    },
  }),
  ...group('create', ['exact-deadlines'], {
    'takes the place of a dead record, and leaves nothing of it': async (subject) => {
      const { store } = subject;
      const key = await subject.dead({ revision: 5, principal: subject.principal(), cookieMaxAge: 7 });
      const second = aRecord({ data: '{"views":2}' });
      expectTrue(await store.create(key, second), FREE);
      expectRecord(await store.read(key), second, 'create must leave nothing of a record that was there before');
    },
  }),
  ...group('keys', ['any-key'], {
    'are told apart, also where they look alike': async (subject) => {
      const { store } = subject;
      const base = subject.key();
      const endings = ['', ' ', '%', '_', '*', ':', `'"\\;--`, '{}', '\u00e9', 'e\u0301', '😀', 'a', 'A'];
      const keys = endings.map((ending) => subject.key(`${base}${ending}`));
      const records = keys.map((_, views) => aRecord({ data: `{"views":${views}}` }));
      for (const [views, key] of keys.entries()) {
        expectTrue(await store.create(key, records[views] ?? aRecord()), APART);
      }
      for (const [views, key] of keys.entries()) {
        expectRecord(await store.read(key), records[views] ?? aRecord(), APART);
      }
    },
    'have up to 512 characters': async (subject) => {
      const { store } = subject;
      const key = subject.key(subject.key().padEnd(512, 'k'));
      const { record } = await subject.stored({}, key);
      expectRecord(await store.read(key), record, 'a key of 512 characters must be stored as it is');
      expectNothing(await store.read(key.slice(0, -1)), 'a key must be compared with all of its 512 characters');
    },
  }),
];
