// An app of its own process, for second-process.spec.ts: says its port, and ends with its input.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisStore } from 'connect-redis';
import express from 'express';
import { createClient } from 'redis';
import { session } from 'typed-session';
import { z } from 'zod';

const client = await createClient({ url: process.env['REDIS_URL'] ?? '' }).connect();
const sessions = session({
  schema: z.object({ views: z.int().default(0) }),
  secret: 'keep it',
  store: new RedisStore({ client, prefix: 'processes:' }),
});
const app = express();
app.use(sessions);
app.get('/view', (req, res) => {
  sessions.of(req).views += 1;
  res.json({ views: sessions.of(req).views, pid: process.pid });
});
const server = createServer(app as Parameters<typeof createServer>[1]); // an Express app is a listener
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
});
process.stdin.resume().once('end', () => process.exit());
