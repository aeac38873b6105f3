import { group } from '../conformance-case.js';
import { expectFalse, expectNothing, expectOneTrue, expectTrue } from '../expect.js';
import { times } from '../parallel.js';

const REMOVED = 'delete must resolve to true where it removed a live record';
const NOT_THERE = 'delete must resolve to false where no live record has the key';

/** `delete`. */
export const deleteCases = [
  ...group('delete', [], {
    'removes a record, and no other': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      const other = await subject.stored();
      expectTrue(await store.delete(key), REMOVED);
      expectNothing(await store.read(key), 'delete must remove the record');
      expectTrue((await store.read(other.key)) !== undefined, 'delete must remove no other record');
    },
    'may be called for a key that was never stored, and again': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      await store.delete(subject.key());
      await store.delete(key);
      await store.delete(key);
      expectNothing(await store.read(key), 'delete must not reject where there is nothing to remove');
    },
  }),
  ...group('delete', ['delete-tells'], {
    'tells the second time that there was no record': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      expectFalse(await store.delete(subject.key()), NOT_THERE);
      expectTrue(await store.delete(key), REMOVED);
      expectFalse(await store.delete(key), NOT_THERE);
    },
    'tells exactly one of twenty at the same time that it was the one': async (subject) => {
      const { store } = subject;
      const { key } = await subject.stored();
      const deleted = await times(20, () => store.delete(key));
      expectOneTrue(
        deleted,
        'delete must tell exactly one caller that it removed the record: take the answer from the command itself',
      );
    },
  }),
  ...group('delete', ['delete-tells', 'exact-deadlines'], {
    'does not take a dead record for one': async (subject) => {
      expectFalse(await subject.store.delete(await subject.dead()), NOT_THERE);
    },
  }),
];
