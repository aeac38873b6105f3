import { expect, it } from 'vitest';
import { MemoryStore, type SessionRecord } from 'typed-session';
import type { CommandOptions } from '../../lib/stores/store-contract.js';
import { session } from 'typed-session';
import { deferred, makeApp } from '../support/app.js';
import { schema } from '../support/shop.js';

it('tells a store that asks for the signal only after storeTimeout that nobody waits', async () => {
  const answered = deferred();
  const asked = deferred();
  let isAborted: boolean | undefined;
  class SlowStore extends MemoryStore {
    override async create(_key: string, _record: SessionRecord, options?: CommandOptions): Promise<boolean> {
      await answered.promise;
      isAborted = options?.signal.aborted;
      asked.resolve();
      throw new Error('nobody hears it');
    }
  }
  const sessions = session({ schema, secret: 'keep it', store: new SlowStore(), storeTimeout: 20 });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.json({});
    });
  });
  expect((await client.get('/view')).status).toBe(503);
  answered.resolve();
  await asked.promise;
  expect(isAborted).toBe(true);
});
