// @ts-check
// One of the processes that count in shared sessions: a swap that another process was faster at is tried again.
import { createClient } from 'redis';
import { RedisStore } from 'typed-session/redis';
import { keyOf, url } from './stores.mjs';

const [sessions = 1, seconds = 1] = process.argv.slice(2).map(Number);
const client = await createClient({ url: url('REDIS_URL') }).connect();
const store = new RedisStore({ client });
const counts = { writes: 0, conflicts: 0, errors: 0 };
const until = Date.now() + seconds * 1_000;

async function countOn() {
  while (Date.now() < until) {
    const key = keyOf(Math.floor(Math.random() * sessions));
    try {
      for (;;) {
        const record = await store.read(key);
        if (record === undefined) throw new Error('the session is lost');
        if (await store.update(key, { ...record, revision: record.revision + 1 }, record.revision)) break;
        counts.conflicts += 1;
      }
      counts.writes += 1;
    } catch {
      counts.errors += 1;
    }
  }
}

await Promise.all(Array.from({ length: 10 }, countOn));
process.send?.(counts, () => process.disconnect());
client.destroy();
