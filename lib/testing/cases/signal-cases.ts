import assert from 'node:assert/strict';
import { group } from '../conformance-case.js';
import { expectCount, expectKeys, expectNothing, expectRecord, expectTrue } from '../expect.js';
import { aRecord, MINUTE, type Subject } from '../subject.js';

const IGNORED = 'a signal that is not aborted must change nothing of what a command does';
const HALF = 'a command whose signal is aborted must be done or not be done, and nothing between';

/** Runs commands with a signal that is aborted before or just after they begin, and checks the result. */
async function aborted(subject: Subject, abort: (controller: AbortController) => void): Promise<void> {
  const { store } = subject;
  /** One command; it may reject. */
  const send = async (command: (options: { signal: AbortSignal }) => Promise<unknown>): Promise<void> => {
    const controller = new AbortController();
    abort(controller);
    const sent = command({ signal: controller.signal });
    controller.abort();
    await sent.catch(() => undefined);
  };
  const { key, record } = await subject.stored();
  await send((options) => store.read(key, options));
  await send((options) => store.touch(key, record.expiresAt + MINUTE, 1, options));
  const touched = await store.read(key);
  if (touched?.expiresAt !== record.expiresAt)
    expectRecord(touched, { ...record, expiresAt: record.expiresAt + MINUTE }, HALF);
  else expectRecord(touched, record, HALF);

  const next = aRecord({ data: '{"views":2}', revision: 2, principal: subject.principal() });
  await send((options) => store.update(key, next, 1, options));
  const updated = await store.read(key);
  expectRecord(updated, updated?.revision === 2 ? next : (touched ?? record), HALF);

  const other = subject.key();
  await send((options) => store.create(other, record, options));
  const created = await store.read(other);
  if (created !== undefined) expectRecord(created, record, HALF);

  await send((options) => store.delete(key, options));
  const left = await store.read(key);
  if (left !== undefined) expectRecord(left, updated ?? record, HALF);

  const after = await subject.stored();
  expectRecord(await store.read(after.key), after.record, 'a store must go on after a command that was aborted');
}

/** The signal of {@link CommandOptions}. */
export const signalCases = [
  ...group('signal', [], {
    'is taken by every command': async (subject) => {
      const { store } = subject;
      const options = { signal: new AbortController().signal };
      const key = subject.key();
      const record = aRecord();
      expectTrue(await store.create(key, record, options), IGNORED);
      expectRecord(await store.read(key, options), record, IGNORED);
      expectTrue(await store.update(key, { ...record, revision: 2 }, 1, options), IGNORED);
      expectTrue(await store.touch(key, record.expiresAt + MINUTE, 2, options), IGNORED);
      expectTrue(await store.delete(key, options), IGNORED);
      expectNothing(await store.read(key, options), IGNORED);
    },
    'may be aborted already': (subject) => aborted(subject, (controller) => controller.abort()),
    'may be aborted while a command is on its way': (subject) => aborted(subject, () => undefined),
  }),
  ...group('signal', ['list', 'revoke'], {
    'is taken by list and revoke': async (subject) => {
      const { store } = subject;
      const options = { signal: new AbortController().signal };
      const principal = subject.principal();
      const { key } = await subject.stored({ principal });
      expectKeys((await store.list?.(principal, options)) ?? [], [key], IGNORED);
      expectCount(await store.revoke?.(principal, [key], options), 0, IGNORED);
      expectCount(await store.revoke?.(principal, [], options), 1, IGNORED);
    },
  }),
  ...group('signal', ['scan'], {
    'is taken by scan': async ({ store }) => {
      const page = await store.scan?.(undefined, 10, { signal: new AbortController().signal });
      assert.ok(Array.isArray(page?.entries), IGNORED);
    },
  }),
];
