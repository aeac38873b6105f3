import { expect, it } from 'vitest';
import { RedisStore } from 'typed-session/redis';
import { aRecord, MINUTE } from './samples.js';

/** A client whose answers the test gives. */
function aClient(answers: unknown[], onCommand: () => void) {
  const sent: string[] = [];
  const answer = (name: string): Promise<unknown> => {
    sent.push(name);
    onCommand();
    return Promise.resolve(answers.shift());
  };
  return {
    sent,
    client: { evalSha: () => answer('evalSha'), eval: () => answer('eval'), get: () => answer('get') },
  };
}

const INDEX_FIRST = 2;
const later = Date.now() + MINUTE;

it.each([
  [
    'create',
    [1],
    (store: RedisStore, signal: AbortSignal) => store.create('a', aRecord({ principal: 'ada' }), { signal }),
  ],
  ['update', [INDEX_FIRST], (store: RedisStore, signal: AbortSignal) => store.update('a', aRecord(), 1, { signal })],
  ['touch', ['digest'], (store: RedisStore, signal: AbortSignal) => store.touch('a', later, 1, { signal })],
] as const)('%s of several commands sends no more of them once nobody waits', async (_name, answers, call) => {
  const waits = new AbortController();
  const { client, sent } = aClient([...answers], () => {
    waits.abort();
  });
  await expect(call(new RedisStore({ client }), waits.signal)).rejects.toThrow(/aborted/);
  expect(sent).toEqual(['evalSha']);
});

it.each([
  ['update', [INDEX_FIRST, 1], (store: RedisStore, signal: AbortSignal) => store.update('a', aRecord(), 1, { signal })],
  ['touch', ['digest', 1], (store: RedisStore, signal: AbortSignal) => store.touch('a', later, 1, { signal })],
] as const)('%s changes nothing where it stopped being waited for after the index', async (_name, answers, call) => {
  const waits = new AbortController();
  let commands = 0;
  const { client, sent } = aClient([...answers], () => {
    if (++commands === 2) waits.abort();
  });
  await expect(call(new RedisStore({ client }), waits.signal)).rejects.toThrow(/aborted/);
  expect(sent).toEqual(['evalSha', 'evalSha']);
});
