import { group } from '../conformance-case.js';
import { expectNothing, expectTrue } from '../expect.js';
import { aRecord, type Subject } from '../subject.js';

const DATA = 'a record that cannot be read must give undefined, or a record whose data is empty text, and not reject';

async function damaged(subject: Subject, principal = subject.principal()): Promise<string> {
  const { key } = await subject.stored({ principal, data: '{"admin":true}' });
  await subject.damage(key);
  return key;
}

/** Records that another program has overwritten. Only with the option `damage`. */
export const damageCases = [
  ...group('damage', [], {
    'gives no data, and no error': async (subject) => {
      const found = await subject.store.read(await damaged(subject));
      expectTrue(found === undefined || found.data === '', DATA);
    },
    'can be deleted, and the key used again': async (subject) => {
      const { store } = subject;
      const key = await damaged(subject);
      await store.delete(key);
      expectNothing(await store.read(key), 'delete must remove a record that cannot be read');
      expectTrue(await store.create(key, aRecord()), 'create must succeed where a damaged record was deleted');
    },
  }),
  ...group('damage', ['list'], {
    'does not keep list from the others': async (subject) => {
      const principal = subject.principal();
      await damaged(subject, principal);
      const { key } = await subject.stored({ principal });
      const listed = await subject.list(principal);
      expectTrue(
        listed.some(([found]) => found === key),
        'list must give the records that can be read',
      );
    },
  }),
  ...group('damage', ['scan'], {
    'does not keep scan from the others': async (subject) => {
      await damaged(subject);
      const { key } = await subject.stored();
      const met = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await subject.scan(cursor, 100);
        for (const [found] of page.entries) met.add(found);
        cursor = page.next;
      } while (cursor !== undefined && !met.has(key));
      expectTrue(met.has(key), 'scan must give the records that can be read');
    },
  }),
];
