import { expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryStore, session } from 'typed-session';
import { openStill } from '../support/still.js';

// What a process remembers of its clients never stands in for what the store holds.

const schema = z.object({ views: z.int().max(9).default(0) });

/** Two processes on one store. */
function openTwo() {
  const store = new MemoryStore();
  const [here, there] = [0, 1].map(() => session({ schema, secret: 's', store })) as [Sessions, Sessions];
  const view = (sessions: Sessions) => (cookie?: string) =>
    openStill(sessions)((req, res) => void res.end(String((sessions.of(req).views += 1))), cookie);
  return { store, here, there, viewHere: view(here), viewThere: view(there) };
}
type Sessions = ReturnType<typeof session<typeof schema>>;

it('a session that another process has changed is read as it is stored now', async () => {
  const { viewHere, viewThere } = openTwo();
  const { cookie } = await viewHere();
  expect((await viewHere(cookie)).body).toBe('2');
  expect((await viewThere(cookie)).body).toBe('3');
  expect((await viewHere(cookie)).body).toBe('4');
});

it('a session that another process has ended is gone', async () => {
  const { there, viewHere } = openTwo();
  const { cookie } = await viewHere();
  await viewHere(cookie);
  await openStill(there)(
    (req, res) =>
      void there
        .of(req)
        .destroy()
        .then(() => res.end()),
    cookie,
  );
  expect((await viewHere(cookie)).body).toBe('1');
});

it('a remembered payload is validated each time', async () => {
  const { store, viewHere } = openTwo();
  const { cookie } = await viewHere();
  const [[key, record] = []] = (await store.scan(undefined, 1)).entries;
  if (key === undefined || record === undefined) throw new Error('nothing is stored');
  await store.update(key, { ...record, revision: 2, data: '{"views":10}' }, 1);
  for (let i = 0; i < 2; i++) expect((await viewHere(cookie)).body).toBe('1'); // it does not fit, so it begins anew
});

it('a cookie whose signature is wrong is refused, also for an id that is remembered', async () => {
  const { viewHere } = openTwo();
  const { cookie } = await viewHere();
  const forged = cookie.slice(0, -1) + (cookie.endsWith('A') ? 'B' : 'A');
  expect((await viewHere(forged)).body).toBe('1');
});
