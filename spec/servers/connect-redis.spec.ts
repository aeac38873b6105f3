import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { expect, it } from 'vitest';
import { existingStore, serverUrl, stored, through } from './suite.js';

const url = serverUrl('REDIS_URL');

existingStore('connect-redis', {
  port: Number(url.port),
  open: async (port) => {
    const client = createClient({ url: through(url, port) });
    client.on('error', () => undefined); // it reconnects by itself
    await client.connect();
    return { store: new RedisStore({ client, prefix: 'shop:' }), close: () => { client.destroy(); } }; // prettier-ignore
  },
});

it('reads nothing where Redis has nothing', async () => {
  const client = await createClient({ url: url.href }).connect();
  expect(await stored(new RedisStore({ client }), 'nobody')).toBeUndefined();
  client.destroy();
});
