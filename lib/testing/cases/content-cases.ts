import { group, type StoreCase } from '../conformance-case.js';
import type { ConformancePart } from '../conformance-options.js';
import { RECORD_FIELDS, type RecordField } from '../../stores/record-fields.js';
import type { SessionRecord } from '../../stores/store-contract.js';
import { expectRecord, expectTrue } from '../expect.js';
import { aRecord } from '../subject.js';

const OWN = 'a record is a value: store a copy, as text or frozen, and never return a reference to what is stored';

/** A case about records with special content. */
function readsBack(what: string, fields: Partial<SessionRecord>, needs: readonly ConformancePart[] = []): StoreCase[] {
  return group('a record', needs, {
    [`is read back with ${what}`]: async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored(fields);
      expectRecord(await store.read(key), record, `create must store a record with ${what}`);
      const next = { ...record, revision: record.revision + 1 };
      expectTrue(await store.update(key, next, record.revision), `update must store a record with ${what}`);
      expectRecord(await store.read(key), next, `update must store a record with ${what}`);
    },
  });
}

/** A record with a value in each field of the table. */
const SAMPLES: Readonly<Record<RecordField, Partial<SessionRecord>>> = {
  schemaVersion: { schemaVersion: 12 },
  createdAt: { createdAt: 1_700_000_000_321 },
  cookieMaxAge: { cookieMaxAge: 3_600_000 },
  principal: { principal: 'ada@example.org' },
  forwardTo: { data: '', forwardTo: 'the-key-of-the-successor' },
  mirroredUntil: { mirroredUntil: 1_900_000_000_000 },
  writeId: { writeId: 'a1B2-_c3' },
  usedAt: { usedAt: 1_700_000_000_123 },
};

/** Checks what a record may contain, and that stores copy it. */
export const contentCases = [
  ...RECORD_FIELDS.flatMap((field) => readsBack(`its field ${field}`, SAMPLES[field])),
  ...readsBack('no data', { data: '' }, ['exact-data']),
  ...readsBack('text of many scripts', {
    data: JSON.stringify({ name: 'Zoë 你好 👩‍👩‍👧 \u2028 \\ " \u0000', rtl: 'שלום' }),
  }),
  ...readsBack('data of several lines', { data: '{\n  "views": 1\n}\n' }, ['exact-data']),
  ...readsBack('data that is no JSON', { data: 'views = 1; \r\n\t\\n \u2028 😀' }, ['exact-data']),
  ...readsBack('a megabyte of data', { data: JSON.stringify({ text: 'ü1'.repeat(350_000) }) }),
  ...readsBack('a cookie that ends with the browser', { cookieMaxAge: null }),
  ...readsBack('a principal of any text', { principal: 'a\u0000\'"\n👩‍👧' }),
  ...readsBack('an empty principal', { principal: '' }),
  ...readsBack('a tombstone that leads nowhere', { data: '', forwardTo: null }),
  ...readsBack('a large revision', { revision: 2 ** 40 }),
  ...readsBack('a deadline at the end of time', { expiresAt: 8.64e15 }, ['exact-deadlines']),
  ...group('a record', [], {
    'may be frozen': async (subject) => {
      const { store } = subject;
      const key = subject.key();
      const record = Object.freeze(aRecord());
      await store.create(key, record);
      const next = Object.freeze(aRecord({ revision: 2 }));
      expectTrue(await store.update(key, next, 1), 'update must not change the record that it is given');
      expectRecord(await store.read(key), next, OWN);
    },
    'does not change with the object that was passed in': async (subject) => {
      const { store } = subject;
      const key = subject.key();
      const passed = { ...aRecord() };
      const before = { ...passed };
      await store.create(key, passed);
      passed.data = '{"views":99}';
      passed.expiresAt = 0;
      expectRecord(await store.read(key), before, OWN);

      const next = { ...before, revision: 2 };
      await store.update(key, next, 1);
      next.data = '{"views":99}';
      next.revision = 99;
      expectRecord(await store.read(key), { ...before, revision: 2 }, OWN);
    },
    'does not change with the object that was read': async (subject) => {
      const { store } = subject;
      const { key, record } = await subject.stored();
      spoil(await store.read(key));
      expectRecord(await store.read(key), record, OWN);
    },
  }),
  ...group('a record', ['list'], {
    'does not change with the object that was listed': async (subject) => {
      const principal = subject.principal();
      const { key, record } = await subject.stored({ principal });
      for (const [, found] of await subject.list(principal)) spoil(found);
      expectRecord(await subject.store.read(key), record, OWN);
    },
  }),
];

/** Changes an object as far as it can be changed. */
function spoil(found: SessionRecord | undefined): void {
  if (found === undefined) return;
  Reflect.set(found, 'data', '{"views":99}');
  Reflect.set(found, 'revision', 99);
}
